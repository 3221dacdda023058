"""What would be said of runs as they are given, if nothing had been said of them yet.

Law: pure. The words are those that are spoken; told together is what would be due at once in the
same zones. Which voice begins first is the schedule's, and not foretold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from subsystems.broadcast.bundles import BOUND, MOST, grouped
from subsystems.broadcast.occasions import occasions
from subsystems.broadcast.view import milliseconds
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.wording import Vocabulary


def foretold(
    runs: Iterable[Run], station: Station, vocabulary: Vocabulary, now: Instant
) -> list[dict[str, Any]]:
    """Return the announcements in the order in which they are due.

    Of each its kind, priority, zones, `due` and `latest` (ms since 1970), the text by language, and
    the runs that it tells of.
    """
    own = station.announcements
    found = [each for run in runs for each in occasions(run, own, station, now, told={})]
    found.sort(key=lambda each: (each.due, each.key))
    return [_told(each, vocabulary) for each in _together(found, now)]


def _told(occasion: Occasion, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "kind": occasion.kind,
        "priority": int(occasion.priority),
        "zones": occasion.zones,
        "due": milliseconds(occasion.due),
        "latest": milliseconds(occasion.latest),
        "text": say(occasion, vocabulary).shown,
        "run_ids": [each.run_id for each in occasion.members or (occasion,)],
    }


def _together(found: Iterable[Occasion], now: Instant) -> Iterator[Occasion]:
    """Yield what is told; of several that are due at once a few are one announcement."""
    waiting: dict[object, list[Occasion]] = {}
    for number, each in enumerate(found):
        waiting.setdefault(_alike(each, now) or number, []).append(each)
    for some in waiting.values():
        for first in range(0, len(some), MOST):
            members = some[first : first + MOST]
            yield grouped(members, members[0].zones)


def _alike(occasion: Occasion, now: Instant) -> object:
    """Return what those that are told together have in common, None: it is told alone."""
    if not (occasion.groups or occasion.kind in BOUND) or occasion.text or occasion.clip:
        return None
    due = max(occasion.due, now)
    return occasion.kind, occasion.priority, occasion.languages, occasion.zones, due
