"""`python -m ingest`: the same as `footnote ingest`.

The command line lives in the layer above, which this file only names to Python's module runner.
"""

import runpy
import sys

if __name__ == "__main__":
    sys.argv[1:1] = ["ingest"]
    runpy.run_module("bot", run_name="__main__")
