"""Writes what a host needs to run Footnote for a blog, such as a Hugging Face Space, from templates in the package.

In: the blog's address and a folder. Out: the folder's files. It does not know how a server runs.
"""

from bot.deploy.space import write_space

__all__ = ["write_space"]
