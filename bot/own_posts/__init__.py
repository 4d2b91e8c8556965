"""What the owner adds to the blog's posts, and takes out of them, on the desk: files, addresses, posts that stay out.

In go texts, uploads and addresses, out come sources for a sync and a loader that leaves out what was taken out. This
room does not know how a post is read, nor what the index holds.
"""

from bot.own_posts.files import MAX_TEXT, UPLOADS
from bot.own_posts.store import OwnPosts, own_posts

__all__ = ["MAX_TEXT", "UPLOADS", "OwnPosts", "own_posts"]
