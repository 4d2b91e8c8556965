"""A small blog that embeds the chat: an ASGI app, a thread that serves it, and its ingest into an index of its own.

In go the chat's address and the sample posts, out comes a site to try everything on. This room does not know how the
chat answers.
"""

from bot.demo.blog import Post, create_blog, demo_title, load_posts
from bot.demo.server import HOST, check_ports, ingest_blog, serve_blog

__all__ = [
    "HOST",
    "Post",
    "check_ports",
    "create_blog",
    "demo_title",
    "ingest_blog",
    "load_posts",
    "serve_blog",
]
