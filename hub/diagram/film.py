"""A film: the pictures of a stretch of time, as the first one and what changes: for the slider.

Law: pure. What was, is made of what had been told then; what is to come, of the timelines as they
are told now, and of nothing else: no film guesses. A film ends where another layout begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from hub.diagram.bases import Ground
from protocol.times import to_unix
from svg_layers.scene import Change, Picture, Scene
from svg_layers.sight import Sight
from svg_layers.trains import Keyed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hub.diagram.bases import Bases
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station

LONGEST = timedelta(hours=3)
"""Of one film."""

AHEAD = timedelta(hours=2)
"""How far ahead one may look."""

Told = tuple["Instant", "Mapping[str, Run | None]"]
"""At an instant: what was then said of runs; None: nothing any more."""


class Film(msgspec.Struct, frozen=True):
    """A film.

    Attributes:
        kind: ``past``: from the journal; ``forecast``: from timelines.
        begin: unix seconds.
        end: likewise; earlier than asked for where another layout begins.
        ground: of its layout.
        trains: the first picture.
        bars: likewise.
        frames: unix seconds and what changes then, ascending.
    """

    kind: Literal["past", "forecast"]
    begin: float
    end: float
    ground: Ground
    trains: Keyed
    bars: Keyed
    frames: tuple[tuple[float, Change], ...]


@dataclass(frozen=True)
class Stretch:
    """A stretch of time."""

    begin: Instant
    end: Instant


def make_film(
    kind: Literal["past", "forecast"],
    bases: Bases,
    stretch: Stretch,
    first: Mapping[str, Run],
    told: Iterable[Told] = (),
) -> Film:
    """Return the film of `stretch`.

    Args:
        kind: see `Film`.
        bases: of the station as it was.
        stretch: from when to when.
        first: the runs as they were told at its begin.
        told: what was said after that, ascending.
    """
    station = bases.station
    layout = station.layout_on(local_date(station, stretch.begin))
    base = bases.of(layout)
    sight = Sight(layout, station.ends, station.policies.estimate_lifetime, check_lapse=False)
    scene = Scene(sight, base.geometry, stretch.begin)
    scene.put(first, stretch.begin)
    picture: Picture = scene.picture()
    end = min(stretch.end, next_layout(station, stretch.begin) or stretch.end)
    frames = [(to_unix(at), change) for at, change in _frames(scene, end, told)]
    return Film(
        kind,
        to_unix(stretch.begin),
        to_unix(end),
        base.ground,
        picture.trains,
        picture.bars,
        tuple((at, change) for at, change in frames if not change.empty),
    )


def _frames(scene: Scene, end: Instant, told: Iterable[Told]) -> Iterator[tuple[Instant, Change]]:
    for at, runs in told:
        if at >= end:
            break
        yield from _advance(scene, at)
        yield at, scene.put(runs, at)
    yield from _advance(scene, end)


def _advance(scene: Scene, until: Instant) -> Iterator[tuple[Instant, Change]]:
    while (at := scene.next_at) < until:
        yield at, scene.advance(at)


def local_date(station: Station, at: Instant) -> date:
    """Return the date that the station's calendars show at `at`."""
    return at.astimezone(station.zone_info).date()


def next_layout(station: Station, after: Instant) -> Instant | None:
    """Return the instant at which the next layout comes into force, None if none does."""
    today = local_date(station, after)
    later = [layout.valid_from for layout in station.layouts if layout.valid_from > today]
    if not later:
        return None
    return datetime.combine(min(later), time(), station.zone_info).astimezone(UTC)
