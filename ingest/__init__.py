"""Get a blog's articles into an index: load, clean, chunk, embed, store, sync."""
