"""/openapi.json: what every public route takes and gives, for people and for programs that write clients.

In goes the app with its routes, out comes its description: paths and names from the routes themselves, requests and
responses from the file beside this one. Routes that are switched off are not described. It knows no route's work.
"""

from bot.server.openapi.description import describe

__all__ = ["describe"]
