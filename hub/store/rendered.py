"""A statement as the driver gets it: text, and lists filled up to lengths that are rendered.

Law: values only; what a statement says is `hub.store.statements`'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.sql.elements import ClauseElement

SIZES = (1, 8, 64, 512)
"""Lengths of the lists that a statement with IN is rendered for; lists are filled up to them."""


@dataclass(frozen=True)
class Statement:
    """SQL text whose parameters are named as the driver likes them.

    Attributes:
        fixed: parameters that the rendering itself brought along.
    """

    text: str
    fixed: dict[str, object]


def rendered(dialect: Dialect, clause: ClauseElement) -> Statement:
    """Return `clause` as the driver of `dialect` gets it."""
    compiled = clause.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return Statement(str(compiled), fixed)


class Listing:
    """A statement with a list in it: rendered for some lengths."""

    def __init__(self, by_size: dict[int, Statement]) -> None:
        self._by_size = by_size

    def batches(self, values: list[str]) -> list[tuple[Statement, dict[str, object]]]:
        """Return the statements and parameters that together look all `values` up."""
        made: list[tuple[Statement, dict[str, object]]] = []
        for start in range(0, len(values), SIZES[-1]):
            part = values[start : start + SIZES[-1]]
            size = next(size for size in SIZES if size >= len(part))
            filled = part + [part[-1]] * (size - len(part))
            named: dict[str, object] = {f"v{n}": value for n, value in enumerate(filled)}
            made.append((self._by_size[size], named))
        return made
