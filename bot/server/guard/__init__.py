"""What no request may reach and what every response must carry: proxies, origins, limits, headers, the owner's token.

In go raw requests and the owner's settings, out come requests as the reader's browser made them, or a Refused with a
sentence. This room does not know what a question or an answer is.
"""

from bot.server.guard.gradio_api import HandlerInputs
from bot.server.guard.headers import STATIC
from bot.server.guard.middleware import (
    DESK,
    MAX_BODY,
    MAX_CHAT_BODY,
    MAX_UPLOAD,
    Guard,
    is_known,
    route_path,
)
from bot.server.guard.origins import RefusedSites, allows, origin_of, server_address
from bot.server.guard.owner_token import OwnerToken, derived_key
from bot.server.guard.proxy import ProxyHeaders
from bot.server.guard.rate_limit import RateLimits, client_key, client_network, too_often
from bot.server.guard.sessions import Sessions, open_sessions
from bot.server.guard.shared_counts import SharedCounts, open_counts, store_version

__all__ = [
    "DESK",
    "MAX_BODY",
    "MAX_CHAT_BODY",
    "MAX_UPLOAD",
    "STATIC",
    "Guard",
    "HandlerInputs",
    "OwnerToken",
    "ProxyHeaders",
    "RateLimits",
    "RefusedSites",
    "Sessions",
    "SharedCounts",
    "allows",
    "client_key",
    "client_network",
    "derived_key",
    "is_known",
    "open_counts",
    "open_sessions",
    "origin_of",
    "route_path",
    "server_address",
    "store_version",
    "too_often",
]
