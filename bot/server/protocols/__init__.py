"""The protocols that programs speak: MCP, OpenAI's chat completions, NLWeb; each gives the same answers as /api/ask.

In go requests in a protocol's form, out come answers, passages and articles, or errors, in that form. The questions go
through the server's question queue and its limits. This room knows no window, no widget and no owner's route.
"""

from bot.server.protocols.mcp import serve_mcp
from bot.server.protocols.routes import add_protocol_routes

__all__ = ["add_protocol_routes", "serve_mcp"]
