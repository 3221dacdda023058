"""The legend layer: what colour, pattern, shape and sign things on the diagram have, an account's.

Law: pure. A legend is whole: it says something of every code that a train can have, so nothing is
ever drawn in nobody's colour. Colour never stands alone: each account (late, held …) has a pattern
and a sign besides, each kind of train a shape.

    account (late)  ── colour, pattern, sign ┐
    kind (through)  ── shape                 ├─▶ CSS custom properties and attributes of the page
    ground          ── colours of the rest   ┘
"""

from __future__ import annotations

from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import msgspec

from protocol.errors import OperatorError
from svg_layers.colour import SIGHTS, contrast, difference, ink_on, is_colour
from svg_layers.sight import Account, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

READABLE = 4.5
"""Contrast of text (WCAG 2.2, 1.4.3)."""

VISIBLE = 3.0
"""Contrast of what is not text (WCAG 2.2, 1.4.11)."""

APART = 12.0
"""Difference below which two colours beside each other are taken for one (CIE 1976)."""

LONGEST_SIGN = 2


class Pattern(StrEnum):
    """How a train is filled."""

    SOLID = "solid"
    HATCH = "hatch"
    DOTS = "dots"
    CROSS = "cross"
    OUTLINE = "outline"


class Shape(StrEnum):
    """How the ends of a train are drawn; its head is at the end that it runs to."""

    BLOCK = "block"
    """Both ends straight."""
    ARROW = "arrow"
    """The head is a point, the tail is notched."""
    START = "start"
    """The head is a point, the tail is straight."""
    STOP = "stop"
    """The head is straight, with a bar before it."""
    ROUND = "round"
    """Both ends are round."""
    DOUBLE = "double"
    """Two points one behind the other."""


class Look(msgspec.Struct, frozen=True):
    """What an account looks like.

    Attributes:
        colour: ``#rrggbb``.
        pattern: besides colour.
        sign: at most two characters on the train, ``""``: none.
    """

    colour: str
    pattern: Pattern
    sign: str = ""


class Ground(msgspec.Struct, frozen=True):
    """The colours of what does not move, ``#rrggbb``.

    Attributes:
        back: behind everything.
        yard: of a yard.
        rail: of tracks.
        platform: of platforms.
        text: of labels.
        mark: of a person's word and of a conflict.
    """

    back: str
    yard: str
    rail: str
    platform: str
    text: str
    mark: str


class Legend(msgspec.Struct, frozen=True, kw_only=True):
    """A whole legend.

    Attributes:
        name: of the preset that it began as.
        accounts: by `Account`.
        stock: of stock that stands and is no train now.
        kinds: by `Kind`.
        ground: the rest.
    """

    name: str
    accounts: dict[Account, Look]
    stock: Look
    kinds: dict[Kind, Shape]
    ground: Ground


class Warned(msgspec.Struct, frozen=True):
    """Something that is hard to see.

    Attributes:
        code: ``contrast``: of a colour on what is behind it; ``alike``: two look the same.
        what: name of a colour, e.g. ``late``, ``ground.text``.
        other: the one that it is compared with.
        value: contrast or difference.
        needed: what it should be at least.
        sight: who cannot tell them apart, ``""``: anybody.
    """

    code: Literal["contrast", "alike"]
    what: str
    other: str
    value: float
    needed: float
    sight: str = ""


def check_legend(legend: Legend) -> None:
    """Raise if `legend` is not whole or could not be drawn.

    Raises:
        OperatorError: says what is wrong with it.
    """
    missing = [c.value for c in Account if c not in legend.accounts]
    missing += [c.value for c in Kind if c not in legend.kinds]
    if missing:
        raise OperatorError(f"the legend says nothing of {', '.join(missing)}", where="legend")
    for name, colour in _colours(legend):
        if not is_colour(colour):
            raise OperatorError(f"{name}: {colour[:20]!r} is no colour; write #rrggbb", where=name)
    for name, look in _looks(legend):
        if len(look.sign) > LONGEST_SIGN or not (look.sign.isprintable() or not look.sign):
            message = f"{name}: a sign has at most {LONGEST_SIGN} characters"
            raise OperatorError(message, where=name)


def warnings(legend: Legend) -> list[Warned]:
    """Return what is hard to see: too little contrast, or two accounts that look alike."""
    return [*_faint(legend), *_alike(legend)]


def properties(legend: Legend) -> dict[str, str]:
    """Return the CSS custom properties of `legend`."""
    ground = legend.ground
    found = {f"--td-{name}": getattr(ground, name) for name in Ground.__struct_fields__}
    for name, look in _looks(legend):
        found[f"--td-{name}"] = look.colour
        found[f"--td-{name}-ink"] = _ink(look, ground)
    return found


def _ink(look: Look, ground: Ground) -> str:
    """Text on a train: on its colour, or on the yard where a pattern lets that through."""
    solid = look.pattern is Pattern.SOLID
    return ink_on(look.colour) if solid else ink_on(ground.yard)


def _faint(legend: Legend) -> Iterator[Warned]:
    ground = legend.ground
    yield from _contrast("ground.text", ground.text, "ground.yard", ground.yard, READABLE)
    yield from _contrast("ground.text", ground.text, "ground.platform", ground.platform, READABLE)
    yield from _contrast("ground.rail", ground.rail, "ground.yard", ground.yard, VISIBLE)
    yield from _contrast("ground.mark", ground.mark, "ground.yard", ground.yard, VISIBLE)
    for name, look in _looks(legend):
        yield from _contrast(name, look.colour, "ground.yard", ground.yard, VISIBLE)
        if look.pattern is Pattern.SOLID:
            yield from _contrast(f"{name}.ink", _ink(look, ground), name, look.colour, READABLE)


def _contrast(what: str, colour: str, other: str, behind: str, needed: float) -> Iterator[Warned]:
    found = contrast(colour, behind)
    if found < needed:
        yield Warned("contrast", what, other, round(found, 2), needed)


def _alike(legend: Legend) -> Iterator[Warned]:
    """Two accounts with the same pattern whose colours somebody cannot tell apart."""
    for (one, first), (other, second) in combinations(_looks(legend), 2):
        if first.pattern is not second.pattern or first.sign != second.sign:
            continue
        worst = min((difference(first.colour, second.colour, s), s) for s in SIGHTS)
        if worst[0] < APART:
            yield Warned("alike", one, other, round(worst[0], 1), APART, worst[1])


def _looks(legend: Legend) -> list[tuple[str, Look]]:
    return [(a.value, look) for a, look in legend.accounts.items()] + [("stock", legend.stock)]


def _colours(legend: Legend) -> Iterator[tuple[str, str]]:
    for name in Ground.__struct_fields__:
        yield f"ground.{name}", getattr(legend.ground, name)
    for name, look in _looks(legend):
        yield name, look.colour
