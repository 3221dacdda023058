"""The order of tracks and platforms in a yard, from top to bottom.

Law: pure; knows no unit. Tracks keep the order of the configuration, which is the order on the
ground. A platform stands between its tracks; one with a single track stands on the side away from
tracks that have none, so that through lines stay together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from station_config.model import Layout, Track


class What(StrEnum):
    """What a row is."""

    TRACK = "track"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Row:
    """One track or one platform."""

    what: What
    id: str


def rows_of(layout: Layout, yard: str) -> list[Row]:
    """Return the rows of a yard: each of its tracks and each of its platforms once."""
    tracks = [track for track in layout.tracks if track.yard == yard]
    rows: list[Row] = []
    placed: set[str] = set()
    for index, track in enumerate(tracks):
        platform = track.platform
        new = platform is not None and platform not in placed
        before = new and _stands_before(tracks, index, rows)
        if platform is not None and before:
            rows.append(Row(What.PLATFORM, platform))
        rows.append(Row(What.TRACK, track.id))
        if platform is not None and new and not before:
            rows.append(Row(What.PLATFORM, platform))
        placed |= {platform} if platform is not None else set()
    return [*rows, *_unserved(layout, yard, placed)]


def _stands_before(tracks: list[Track], index: int, rows: list[Row]) -> bool:
    """Return whether the platform of track `index`, not placed yet, stands before it."""
    earlier = tracks[index - 1] if index > 0 else None
    later = tracks[index + 1] if index + 1 < len(tracks) else None
    if later is not None and later.platform == tracks[index].platform:
        return False
    if earlier is None:
        return True
    if earlier.platform is None:
        return False
    if later is not None and later.platform is None:
        return True
    return rows[-1].what is What.PLATFORM


def _unserved(layout: Layout, yard: str, placed: set[str]) -> Iterator[Row]:
    for platform in layout.platforms:
        if platform.yard == yard and platform.id not in placed:
            yield Row(What.PLATFORM, platform.id)
