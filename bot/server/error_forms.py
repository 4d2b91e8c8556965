"""An error in the form that the client of a path expects: OpenAI's, JSON-RPC's, NLWeb's or our own."""

from __future__ import annotations

import re
from typing import Any

from bot.problems import Problem

NLWEB_VERSION = "0.54"
_PARSE_ERROR, _INVALID_REQUEST, _INTERNAL_ERROR, _SERVER_ERROR = -32700, -32600, -32603, -32000
_UNREADABLE = ("malformed_json", "not_utf8")
_MCP, _OPENAI, _NLWEB = (re.compile(one) for one in ("/mcp/?", "/v1(?:/.*)?", "/ask/?"))


def error_form(path: str, problem: Problem) -> dict[str, Any]:
    """The body of an error response.

    Args:
        path: As our routes have it, without what a proxy has it under.
        problem: What is wrong.
    """
    if _MCP.fullmatch(path):
        return rpc_error(problem)
    if _OPENAI.fullmatch(path):
        return openai_error(problem)
    if _NLWEB.fullmatch(path):
        return nlweb_error(problem)
    return {"error": {"code": problem.code, "message": problem.message}, **(problem.engines or {})}


def rpc_error(problem: Problem) -> dict[str, Any]:
    """JSON-RPC 2.0: the codes of its specification, and ours beside them."""
    if problem.code in _UNREADABLE:
        code = _PARSE_ERROR
    elif problem.status == 500:
        code = _INTERNAL_ERROR
    else:
        code = _SERVER_ERROR if problem.status in (429, 503) else _INVALID_REQUEST
    data = {"code": problem.code, "retryAfter": problem.retry_after}
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": problem.message, "data": data}}


def openai_error(problem: Problem) -> dict[str, Any]:
    """OpenAI's, with the parameter that is wrong."""
    kind = {429: "rate_limit_error", 401: "authentication_error", 403: "permission_error"}.get(problem.status)
    kind = kind or ("server_error" if problem.status >= 500 else "invalid_request_error")
    return {"error": {"message": problem.message, "type": kind, "param": problem.field, "code": problem.code}}


def nlweb_error(problem: Problem) -> dict[str, Any]:
    """NLWeb's Failure."""
    meta = {"response_type": "Failure", "version": NLWEB_VERSION}
    return {"_meta": meta, "error": {"code": problem.code.upper(), "message": problem.message}}
