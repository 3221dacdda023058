"""What staff must see to of all trains together: conflicts that hold now, whoever has caused them.

Law: pure. A conflict of two trains is told once, of the one that comes later. What is over is told
no more: a train that is gone has no conflict.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hub.kernel.conflicts import gates_follow, stay_of, too_short
from hub.kernel.contradictions import stock_lost
from hub.kernel.manual import in_force
from hub.kernel.objections import Code, objection
from protocol.runs import PassengerPhase
from protocol.timeline import passenger_phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.kernel.conclude import Stored
    from hub.kernel.objections import Objection
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station

CODES = (Code.TRACK_OCCUPIED, Code.TOO_SHORT, Code.STOCK_LOST, Code.GATES_FOLLOW)
"""All that there can be."""


def unresolved(
    stored: Iterable[Stored], station: Station, now: Instant
) -> dict[str, tuple[Objection, ...]]:
    """Return the conflicts that hold at `now`, by run, in the order of their ids."""
    runs: list[Run] = []
    found: defaultdict[str, list[Objection]] = defaultdict(list)
    for each in stored:
        run = each.run
        if each.facts.base.withdrawn or passenger_phase(run, now) is PassengerPhase.GONE:
            continue
        runs.append(run)
        found[run.run_id].extend(_of_one(each, run, station, now))
    for run_id, said in _occupied(runs, now):
        found[run_id].append(said)
    return {run_id: tuple(said) for run_id, said in sorted(found.items()) if said}


def _of_one(stored: Stored, run: Run, station: Station, now: Instant) -> Iterator[Objection]:
    facts = stored.facts
    printed = facts.printed
    if printed is not None and printed.length_m is not None and not run.cancelled:
        yield from too_short(facts, run, station.layout_on(facts.service_date))
    if facts.feeders:
        yield from stock_lost(facts, run)
    if facts.overrides and run.platform is not None:
        layout = station.layout_on(facts.service_date)
        yield from gates_follow(in_force(facts, now), run, layout)


def _occupied(runs: Iterable[Run], now: Instant) -> Iterator[tuple[str, Objection]]:
    """Yield each two trains that are, or will be, on one track at one time."""
    by_track: defaultdict[str, list[tuple[Instant, Instant, str, Run]]] = defaultdict(list)
    for run in runs:
        stay = stay_of(run)
        if run.track is not None and stay is not None:
            by_track[run.track].append((*stay, run.run_id, run))
    for track, stays in by_track.items():
        stays.sort(key=lambda stay: stay[:3])
        there: list[tuple[Instant, Run]] = []
        for begins, ends, run_id, run in stays:
            there = [(until, other) for until, other in there if until >= begins]
            for until, other in there:
                if min(until, ends) >= now and not _same_stock(run, other):
                    number = other.departure_number or other.arrival_number or other.run_id
                    yield run_id, objection(Code.TRACK_OCCUPIED, f"{track}, {number}")
            there.append((ends, run))


def _same_stock(run: Run, other: Run) -> bool:
    """Whether one leaves with the other's stock: then it is one train."""
    return run.feeder == other.run_id or other.feeder == run.run_id
