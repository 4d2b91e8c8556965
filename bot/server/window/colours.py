"""The owner's colour for buttons and links, made dark or light enough to be read on the window's backgrounds."""

from __future__ import annotations

from collections.abc import Sequence

_LIGHT, _DARK = "#fbfaf6", "#211f1c"  # of the window's style sheet
_CONTRAST = 4.6  # WCAG 2.2 asks for 4.5
_STEPS, _STEP = 40, 0.08


def accent_style(colour: str) -> str:
    """A <style> with the accent for the light and the dark window. colour: as #rrggbb."""
    light, dark = (_readable(colour, paper) for paper in (_LIGHT, _DARK))
    return f"<style>html:root{{{_rules(light)}}}html .dark{{{_rules(dark)}}}</style>"


def _rules(rgb: Sequence[int]) -> str:
    ink = "#fff" if contrast(rgb, (255, 255, 255)) >= contrast(rgb, (0, 0, 0)) else "#000"
    return f"--fn-accent:rgb({' '.join(map(str, rgb))});--fn-on-accent:{ink}"


def _readable(colour: str, paper: str) -> list[int]:
    rgb, ground = _parts(colour), _parts(paper)
    towards = 255 if paper == _DARK else 0
    for _ in range(_STEPS):
        if contrast(rgb, ground) >= _CONTRAST:
            break
        rgb = [round(part + (towards - part) * _STEP) for part in rgb]
    return rgb


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: Sequence[int]) -> float:
    linear = [((p / 255 + 0.055) / 1.055) ** 2.4 if p / 255 > 0.04045 else p / 255 / 12.92 for p in rgb]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
