"""Stock that is shared by two runs (车底): arrives as one, leaves as another.

Law: pure. A run that starts here leaves with the stock of its feeder: the run of the same stock
that ended here last before its planned departure. Which one that is follows from the timetable
alone, or from a person's word. What the feeder says is taken from its run as it is told.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.feeder import Feeder
from hub.kernel.override import StockOf
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts, Planned
    from hub.kernel.override import Override
    from protocol.runs import Run
    from protocol.times import Instant

LONGEST = timedelta(hours=24)
"""Stock that came longer ago has done something else since, of which the timetable says nothing."""

_COMES, _LEAVES = 0, 1
"""Of one instant: who comes is there before who leaves."""


def links(entries: Mapping[str, Planned]) -> dict[str, str]:
    """Return the feeder of each run of `entries` that has one.

    Stock that comes feeds the first run that leaves with it, and no other: a second departure has
    no feeder, for the stock came back by a way that the timetable does not tell.
    """
    by_stock: dict[str, list[tuple[Instant, int, str]]] = defaultdict(list)
    for run_id, entry in entries.items():
        if entry.stock is None:
            continue
        if entry.role is Role.TERMINUS and entry.arrival is not None:
            by_stock[entry.stock].append((entry.arrival, _COMES, run_id))
        elif entry.role is Role.ORIGIN and entry.departure is not None:
            by_stock[entry.stock].append((entry.departure, _LEAVES, run_id))
    found: dict[str, str] = {}
    for visits in by_stock.values():
        visits.sort()
        for (came, what, feeder), (leaves, next_what, fed) in pairwise(visits):
            if (what, next_what) == (_COMES, _LEAVES) and leaves - came <= LONGEST:
                found[fed] = feeder
    return found


def feeder_id(facts: Facts, words: Iterable[Override]) -> str | None:
    """Return the run whose stock a run leaves with: a person's word, else the timetable's."""
    for each in words:
        if isinstance(each.word, StockOf):
            return each.word.run_id
    return facts.timetable.fed_by if facts.timetable is not None else None


def wanted(facts: Facts) -> set[str]:
    """Return the runs whose word matters to a run: the timetable's feeder, and a person's."""
    said = {each.word.run_id for each in facts.overrides if isinstance(each.word, StockOf)}
    planned = {facts.timetable.fed_by} if facts.timetable is not None else set()
    return {run_id for run_id in said | planned if run_id is not None}


def fed_by_it(facts: Facts) -> set[str]:
    """Return the runs that may leave with the stock of a run."""
    planned = {facts.timetable.feeds} if facts.timetable is not None else set()
    return {run_id for run_id in (*planned, *facts.feeds) if run_id is not None}


def shares_stock(facts: Facts) -> bool:
    """Return whether a run may leave with another's stock, or another with its."""
    entry = facts.timetable
    linked = entry is not None and (entry.fed_by is not None or entry.feeds is not None)
    return linked or bool(facts.feeds or facts.feeders)


def asked_by(facts: Facts, fed: str) -> Facts:
    """Return the feeder's `facts` knowing that a person says `fed` leaves with its stock."""
    return facts if fed in fed_by_it(facts) else replace(facts, feeds=(*facts.feeds, fed))


def same_word(before: Stored | None, after: Stored) -> bool:
    """Return whether a feeder says after a change of its facts what it said before.

    One of which only the timetable tells says nothing: so a day is built without asking.
    """
    was = _word(before) if before is not None else None
    return was == _word(after)


def with_feeder(facts: Facts, feeder: Stored, cause: str, now: Instant) -> Facts:
    """Return `facts` of a run after its feeder said something; what nobody asks for any more goes.

    Args:
        facts: of the run that leaves.
        feeder: the feeder, as it is stored.
        cause: what changed it.
        now: station time: since when its delay is unknown, if it is.
    """
    run_id = feeder.facts.run_id
    asked = wanted(facts)
    held = {each.run_id: each for each in facts.feeders if each.run_id in asked}
    if run_id not in asked:
        return facts
    said = _said(feeder, held.get(run_id), cause, now)
    if said is None or said == held.get(run_id):
        return facts
    feeders = tuple(each for _, each in sorted((held | {run_id: said}).items()))
    told = replace(facts, feeders=feeders)
    return _heard(told) if said.tells else told


def comes_here_to_end(run: Run) -> bool:
    """Return whether the stock of `run` stays here."""
    return run.arrival is not None and not run.arrival.cancelled and _stays(run)


def starts_here(run: Run) -> bool:
    """Return whether `run` leaves from here without having come."""
    comes = run.arrival is not None and not run.arrival.cancelled
    leaves = run.departure is not None and not run.departure.cancelled
    return leaves and not comes


def _word(feeder: Stored) -> tuple[object, ...] | None:
    """What a feeder says, as far as a run that leaves can depend on it; None: nothing yet."""
    if not feeder.facts.base.heard:
        return None
    run = feeder.run
    return (run.arrival, run.held, run.cancelled, _stays(run), feeder.facts.base.withdrawn)


def _said(feeder: Stored, before: Feeder | None, cause: str, now: Instant) -> Feeder | None:
    run = feeder.run
    arrival = run.arrival
    if arrival is None:
        return replace(before, lost=True, held_since=None, cause=cause) if before else None
    lost = run.cancelled or arrival.cancelled or feeder.facts.base.withdrawn or not _stays(run)
    held = run.held and arrival.actual is None and not lost
    known = before.expected if before is not None and held else arrival.expected
    since = before.held_since if before is not None and before.held_since is not None else now
    said = Feeder(
        run_id=run.run_id,
        planned=arrival.planned,
        expected=known,
        actual=arrival.actual,
        held_since=since.replace(microsecond=0) if held else None,
        lost=lost,
        uncertainty_s=arrival.uncertainty_s,
        cause=cause,
    )
    same = before is not None and replace(said, cause=before.cause) == before
    return before if same else said


def _stays(run: Run) -> bool:
    return run.departure is None or run.departure.cancelled


def _heard(facts: Facts) -> Facts:
    """A run that its feeder makes late has a publication of its own."""
    standing = facts.standing and replace(facts.standing, heard=True)
    return replace(facts, heard=True, standing=standing)
