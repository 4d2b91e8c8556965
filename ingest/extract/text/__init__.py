"""Text files: Markdown and plain text that was pasted from a page."""
