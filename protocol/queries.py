"""Which runs a query means: the same answer from the hub and from whoever holds the runs itself.

Law: pure. Every condition that is given must hold; earliest first, so that the answer is the same
whatever the order in which the runs are held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.times import to_unix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.messages import RunQuery
    from protocol.runs import Named, Run

MOST = 20
"""Runs in one answer: with all that a run can carry they fit into a message."""


def find(runs: Iterable[Run], query: RunQuery) -> tuple[tuple[Run, ...], int]:
    """Return the runs that `query` means, `MOST` at most, and how many more there are."""
    found = sorted((run for run in runs if matches(run, query)), key=_place)
    limit = min(query.limit, MOST)
    return tuple(found[:limit]), max(0, len(found) - limit)


def matches(run: Run, query: RunQuery) -> bool:
    """Return whether every condition of `query` holds for `run`."""
    return (
        (query.service_date is None or run.service_date == query.service_date)
        and (not query.run_ids or run.run_id in query.run_ids)
        and _has_number(run, query.number)
        and (not query.place or any(_named(n, query.place) for n in (run.origin, run.destination)))
    )


def _has_number(run: Run, part: str) -> bool:
    wanted = part.casefold()
    numbers = (run.arrival_number, run.departure_number)
    return not wanted or any(wanted in number.casefold() for number in numbers if number)


def _named(place: Named, part: str) -> bool:
    wanted = part.casefold()
    return place.code.casefold() == wanted or any(
        wanted in name.casefold() for name in place.names.values()
    )


def _place(run: Run) -> tuple[bool, float, str]:
    """Runs without any time come last."""
    times = [to_unix(each.planned) for each in (run.arrival, run.departure) if each is not None]
    return not times, min(times, default=0.0), run.run_id
