"""The MCP server over the tools, without a transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.problems import explain
from bot.server.protocols.mcp.tools import NAMES, TOOLS, Blog, Caller, call
from ingest.version import installed_version

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

_INSTRUCTIONS = (
    "This server answers from one blog, “{title}”, and from nothing else. Prefer ask for a question of a reader; use search "
    "and fetch to read more. Quotes are verbatim: cite them with their links, and do not reword them as quotes. Where the "
    "blog does not say, say so. If a message of help is urgent, it comes before everything else."
)
_UNKNOWN_TOOL = -32602  # invalid params, as the specification asks for


def mcp_server(
    blog: Blog, *, in_full: bool = False, caller_of: Callable[[Any], Caller] = lambda _: Caller()
) -> Server[Any]:
    """A server that any transport of the SDK may run.

    Args:
        blog: What the tools work on.
        in_full: Unforeseen errors are logged with their messages.
        caller_of: From the transport's request to who calls.
    """
    from mcp import MCPError, types
    from mcp.server.lowlevel import Server

    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    tools = [
        types.Tool(
            name=tool.name,
            title=tool.title,
            description=tool.about.format(title=blog.title),
            input_schema=tool.takes,
            output_schema=tool.gives,
            annotations=hints,
        )
        for tool in TOOLS
    ]

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in NAMES:
            raise MCPError(_UNKNOWN_TOOL, f"There is no such tool; there are {', '.join(NAMES)}.")
        try:
            output = await call(params.name, params.arguments or {}, blog, caller_of(context.request))
        except Exception as error:  # noqa: BLE001 - the model reads why, and may try again; explain() logs it
            problem = explain(error, in_full=in_full)
            wait = f" ({problem.retry_after} seconds)" if problem.retry_after else ""
            content = types.TextContent(text=f"{problem.message}{wait}")
            return types.CallToolResult(content=[content], is_error=True)
        texts = [types.TextContent(text=text) for text in output.texts]
        return types.CallToolResult(content=[*texts], structured_content=output.data)

    return Server(
        "footnote",
        version=installed_version(),
        title=blog.title,
        instructions=_INSTRUCTIONS.format(title=blog.title),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
