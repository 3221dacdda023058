"""What the track diagram needs of a station's configuration: which end trains use, a drawing.

Law: values and the names of elements; nothing is drawn and no file is read here. The names are a
contract: whoever draws the station by hand gives the same ids to the same things.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station_config.model import Layout


class Side(StrEnum):
    """An end of the station as the diagram shows it."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The other end."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Numbers(StrEnum):
    """Which train numbers run towards an end; in China even ones run towards Beijing (上行)."""

    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True)
class End:
    """An end of the station.

    Attributes:
        side: where the diagram has it.
        names: where it leads, by language.
        numbers: trains with such numbers leave through it, and come from the other end.
        places: names or codes of places that are reached through it; they weigh more.
    """

    side: Side
    names: dict[str, str]
    numbers: Numbers | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A drawing by hand that stands for the generated one.

    Attributes:
        file: its name.
        svg: sanitised: no script, no reference out of itself.
    """

    file: str
    svg: str


def track_element(track: str) -> str:
    """Return the id of the element of `track`: the straight piece on which trains stand."""
    return f"track-{track}"


def platform_element(platform: str) -> str:
    """Return the id of the element of `platform`."""
    return f"platform-{platform}"


def buffer_element(track: str) -> str:
    """Return the id of the element of the buffer stop of `track`, if it is closed at one end."""
    return f"buffer-{track}"


def needed_elements(layout: Layout) -> list[str]:
    """Return the ids that a drawing of `layout` must have, each once."""
    tracks = [track_element(track.id) for track in layout.tracks]
    return tracks + [platform_element(platform.id) for platform in layout.platforms]


def leaves_through(ends: Sequence[End], destination: Sequence[str], number: str) -> Side | None:
    """Return the end through which a train leaves, None if the configuration does not tell.

    Args:
        ends: of the station.
        destination: the place's code and names.
        number: train number on departure, ``K274/K275`` counts as its first.
    """
    return _by_place(ends, destination) or _by_number(ends, number)


def comes_through(ends: Sequence[End], origin: Sequence[str], number: str) -> Side | None:
    """Return the end through which a train comes, None if the configuration does not tell."""
    towards = _by_number(ends, number)
    return _by_place(ends, origin) or (towards.other if towards is not None else None)


def _by_place(ends: Sequence[End], names: Sequence[str]) -> Side | None:
    return next((end.side for end in ends if not set(names).isdisjoint(end.places)), None)


def _by_number(ends: Sequence[End], number: str) -> Side | None:
    digits = [c for c in number.partition("/")[0] if c.isdecimal()]
    if not digits:
        return None
    parity = Numbers.EVEN if int(digits[-1]) % 2 == 0 else Numbers.ODD
    return next((end.side for end in ends if end.numbers is parity), None)
