"""Words of texts, for every room: tokens and stems, amounts, Markdown escapes, text that is safe to print.

In: strings. Out: strings and small values. It does not know questions, articles or the blog.
"""
