"""Plots as SVG: bars with their values written on them, readable in light and dark, and by ear.

Law: pure; numbers in, text out. Colours are the page's CSS variables; no meaning is in a colour
alone. Every plot has a title that says what it shows, and the page has the numbers as a table.
"""

from __future__ import annotations

from html import escape
from math import ceil, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 20, 46
_DENSE = 16
"""More bars than this: every other one is labelled."""

_WIDEST = 64
"""Of a bar: a single one is no wall."""


def bars(
    title: str,
    values: Mapping[str, float | None],
    *,
    top: float,
    unit: str = "",
    ident: str,
    counts: Mapping[str, int] | None = None,
) -> str:
    """Return a bar chart.

    Args:
        title: says what it shows.
        values: by label; None: nothing is known, no bar.
        top: what the axis reaches.
        unit: written at the axis.
        ident: unique in the page.
        counts: by label, of how many a value was made; written below.
    """
    step = (WIDTH - _LEFT - _RIGHT) / max(len(values), 1)
    marks = []
    for n, (label, value) in enumerate(values.items()):
        middle = _LEFT + (n + 0.5) * step
        marks.append(_bar(middle, min(step * 0.7, _WIDEST), label, value, top, unit))
        if len(values) <= _DENSE or n % 2 == 0:
            marks.append(_text(middle, HEIGHT - 26, label))
            if counts is not None:
                marks.append(_text(middle, HEIGHT - 10, f"n={counts[label]}", "count"))
    grid = [_grid(top * part / 4, top, unit) for part in range(5)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{ident}">'
        f'<title id="{ident}">{escape(title)}</title>{"".join(grid)}{"".join(marks)}</svg>'
    )


def round_top(greatest: float) -> float:
    """Return where an axis of counts ends: a round number, whole at each quarter, not below."""
    if greatest <= 4:  # noqa: PLR2004 - quarters of it are whole
        return 4
    tens = 10.0 ** int(log10(greatest / 4))
    return float(4 * ceil(greatest / 4 / tens) * tens)


def _bar(
    middle: float, width: float, label: str, value: float | None, top: float, unit: str
) -> str:
    if value is None:
        return _text(middle, _y(0, top) - 6, "–", "value")
    y = _y(value, top)
    height = _y(0, top) - y
    told = f"{value:.0f}"
    return (
        f'<rect x="{middle - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="2"><title>{escape(label)}: {told}{escape(unit)}</title></rect>'
        f"{_text(middle, y - 5, told, 'value')}"
    )


def _grid(value: float, top: float, unit: str) -> str:
    y = _y(value, top)
    return (
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
        f"{value:.0f}{escape(unit)}</text>"
    )


def _text(x: float, y: float, text: str, kind: str = "label") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'
    )


def _y(value: float, top: float) -> float:
    room = HEIGHT - _TOP - _BOTTOM
    return _TOP + room * (1 - min(max(value / top, 0), 1)) if top else HEIGHT - _BOTTOM
