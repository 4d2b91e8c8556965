"""Web pages: which part is the article, what the page says about itself, and what kind of page it is."""
