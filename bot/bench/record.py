"""What the benches measured, kept as JSON with machine, date and commit, and written into a document."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.bench.rig.stopwatch import ROOT, Figures
from ingest.errors import ConfigError

BEGIN, END = "<!-- footnote bench: begin -->", "<!-- footnote bench: end -->"


def keep(folder: Path, name: str, figures: Figures, measured: Mapping[str, str]) -> None:
    """Write one bench's figures to a file of the folder, in place of earlier ones. measured: its circumstances()."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"measured": dict(measured), "figures": figures}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def circumstances() -> dict[str, str]:
    """When, on what machine, and on what commit something is measured now."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": git.stdout.strip() or "unknown",
        "machine": f"{os.cpu_count()} cores, {_processor()}",
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    units = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]
    return " ".join(
        [named[0] if named else platform.machine(), f"({', '.join(units)})" if units else ""]
    ).strip()


def write_figures(document: Path, folder: Path) -> None:
    """Put what is kept in a folder between the two marks of a document.

    Raises:
        ConfigError: The document is not there, or has no marks.
    """
    text = document.read_text(encoding="utf-8") if document.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ConfigError(f"{document} has no lines {BEGIN} and {END}; the figures are written between them.")
    kept = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}
    parts = [_section(name, one) for name, one in kept.items() if "measured" in one]
    document.write_text("\n\n".join([before + BEGIN, *parts, END + after]), encoding="utf-8")


def _section(name: str, kept: dict[str, Any]) -> str:
    when = kept["measured"]
    head = f"`footnote bench {name}`, {when['date']}, commit {when['commit']}, {when['machine']}, load before {when['load']}:"
    rows = [f"| {_cell(label)} | {_cell(value)} |" for label, value in _rows(kept["figures"])]
    return "\n".join([head, "", "| figure | value |", "|---|---|", *rows])


def _rows(figures: Figures, above: str = "") -> list[tuple[str, object]]:
    """Label and value; of a figure that is itself a table, one for each of its cells."""
    found: list[tuple[str, object]] = []
    for label, value in figures.items():
        if isinstance(value, dict) and value:
            found += _rows(value, f"{above}{label}: ")
        else:
            found.append((above + label, value))
    return found


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
