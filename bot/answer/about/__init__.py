"""Questions about the blog, a post or the page that the reader is on, instead of what the posts say.

In: a question, the articles, and the page. Out: lines from titles, dates and authors, each with its source. Not known
here: how sentences are read and quoted.
"""

from bot.answer.about.blog import about_line
from bot.answer.about.page import about_the_page, names_no_subject, on_the_page, page_meant, points, summary
from bot.answer.about.post import about_the_blog, metadata_lines, wanted

__all__ = [
    "about_line",
    "about_the_blog",
    "about_the_page",
    "metadata_lines",
    "names_no_subject",
    "on_the_page",
    "page_meant",
    "points",
    "summary",
    "wanted",
]
