"""What is seen of a train on the diagram: where it is, what it is doing, how it stands.

Law: pure values, no rule; `svg_layers.standing` has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.diagram import End, Side
    from station_config.model import Layout, Track
    from svg_layers.geometry import Place


class Account(StrEnum):
    """How a train stands: one of these, which gives it its colour."""

    ON_TIME = "on-time"
    LATE = "late"
    EARLY = "early"
    UNSAID = "unsaid"
    """Nobody has said anything by which it could be judged."""
    HELD = "held"
    """Its delay is unknown."""
    LAPSED = "lapsed"
    """What was said of it has not been confirmed for too long."""
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a train does here: one of these, which gives it its shape."""

    ORIGINATING = "originating"
    THROUGH = "through"
    TERMINATING = "terminating"
    PASS = "pass"  # noqa: S105 - a train that does not stop
    STOCK = "stock"
    """No train now: what is left of one that has ended here and leaves as another."""


class Motion(StrEnum):
    """What it is doing."""

    COMING = "coming"
    STANDING = "standing"
    LEAVING = "leaving"
    DUE = "due"
    """Expected on its track; nobody has said that it is there."""


@dataclass(frozen=True)
class Sight:
    """What is needed to see where trains are.

    Attributes:
        layout: in force.
        ends: of the station.
        lifetime: how long what deviates stays true without confirmation.
        confirmed_at: when dispatching was last known to be fresh.
        fed: by run: the run that leaves with its stock.
        run: looks a run up.
        check_lapse: False where it is not known when dispatching was fresh: in the past.
    """

    layout: Layout
    ends: tuple[End, ...]
    lifetime: timedelta
    confirmed_at: Instant | None = None
    fed: Mapping[str, str] = field(default_factory=dict)
    run: Callable[[str], Run | None] = lambda _: None
    check_lapse: bool = True

    @cached_property
    def labelled(self) -> dict[str, list[Track]]:
        """The tracks by their label."""
        found: dict[str, list[Track]] = {}
        for track in self.layout.tracks:
            found.setdefault(track.label, []).append(track)
        return found

    @cached_property
    def found(self) -> dict[tuple[str, str | None], Track | None]:
        """The tracks that were looked up, by what is told: label of the track, of the platform."""
        return {}


@dataclass(frozen=True)
class Standing:
    """A train on the diagram.

    Attributes:
        place: where.
        motion: what it is doing.
        account: how it stands.
        kind: what it does here.
        faces: the end that its head is at, None: not known.
        since: orders the trains of a place.
        manual: a person overrides the rules.
        track: id of the track that it is told to use, None: not known, or there is none such.
        reported: that it stands here or has left was reported; else only its timeline says so.
    """

    place: Place
    motion: Motion
    account: Account
    kind: Kind
    faces: Side | None
    since: Instant
    manual: bool = False
    reported: bool = False
    track: str | None = None
