"""Gets a blog's articles into an index.

The journey is `ingest.sync.sync`:

    1  sources   read files, folders, feeds, sitemaps and sites
    2  fetch     ask the web for pages, politely and carefully
    3  feeds     read feeds and exports
    4  extract   turn HTML, Markdown and pasted text into clean text
    5  article   articles, sections and chunks
    6  index     embed and store them; one generation is live

In: the names of sources. Out: an index that a bot can search. It does not know what a question is.
"""
