"""Plots as SVG: bars with their values written on them, readable in light and dark, and by ear.

Law: pure; numbers in, text out. Colours are the page's CSS variables; no meaning is in a colour
alone. Every plot has a title that says what it shows, and the page has the numbers as a table.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 16, 34
_DENSE = 16
"""More bars than this: every other one is labelled."""


def bars(
    title: str, values: Mapping[str, float | None], *, top: float, unit: str = "", ident: str
) -> str:
    """Return a bar chart.

    Args:
        title: says what it shows.
        values: by label; None: nothing is known, no bar.
        top: what the axis reaches.
        unit: written behind every value.
        ident: unique in the page.
    """
    step = (WIDTH - _LEFT - _RIGHT) / max(len(values), 1)
    marks = [
        _bar(n, label, value, step, top, unit, labelled=len(values) <= _DENSE or n % 2 == 0)
        for n, (label, value) in enumerate(values.items())
    ]
    grid = [_grid(top * part / 4, top, unit) for part in range(5)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{ident}">'
        f'<title id="{ident}">{escape(title)}</title>{"".join(grid)}{"".join(marks)}</svg>'
    )


def _bar(
    n: int, label: str, value: float | None, step: float, top: float, unit: str, *, labelled: bool
) -> str:
    x = _LEFT + n * step
    middle = f"{x + step / 2:.1f}"
    name = (
        f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">{escape(label)}</text>'
        if labelled
        else ""
    )
    if value is None:
        return f'{name}<text x="{middle}" y="{_y(0, top) - 4:.1f}" text-anchor="middle">–</text>'
    y = _y(value, top)
    height = _y(0, top) - y
    told = f"{value:.0f}"
    return (
        f'{name}<rect x="{x + step * 0.15:.1f}" y="{y:.1f}" width="{step * 0.7:.1f}" '
        f'height="{height:.1f}"><title>{escape(label)}: {told}{escape(unit)}</title></rect>'
        f'<text class="value" x="{middle}" y="{y - 4:.1f}" text-anchor="middle">{told}</text>'
    )


def _grid(value: float, top: float, unit: str) -> str:
    y = _y(value, top)
    return (
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.0f}{escape(unit)}</text>'
    )


def _y(value: float, top: float) -> float:
    room = HEIGHT - _TOP - _BOTTOM
    return _TOP + room * (1 - min(max(value / top, 0), 1)) if top else HEIGHT - _BOTTOM
