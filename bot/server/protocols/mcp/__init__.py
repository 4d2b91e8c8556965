"""The Model Context Protocol: the tools search, fetch and ask, for assistants, over HTTP (/mcp) and over stdio.

In go JSON-RPC messages, out come the blog's passages, posts and answers with evidence. The protocol itself, all its
versions, is the official SDK's, which is imported at the first message. This room knows nothing of other protocols.
"""

from bot.server.protocols.mcp.http import add_mcp_routes
from bot.server.protocols.mcp.stdio import serve_mcp

__all__ = ["add_mcp_routes", "serve_mcp"]
