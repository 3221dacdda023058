"""Shared stock 车底: what arrives as one train leaves as another; a reading of the kernel's spec.

Law: as `telling`'s. A train that starts here cannot leave before its stock came and was turned
round. What is taken over of the train that brings it is what passengers are told of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel.override import StockOf
from protocol.runs import CallTime, Role

LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Brings:
    """What is told of the train that brings the stock."""

    planned: datetime
    expected: datetime
    unknown_since: datetime | None = None
    lost: bool = False
    uncertainty_s: int | None = None


def links(entries):
    """Return which run brings the stock of which: the latest one before, and each for one only."""
    found = {}
    leaving = [(e.departure, i) for i, e in entries.items() if e.stock and e.role is Role.ORIGIN]
    for leaves, run_id in sorted(leaving):
        stock = entries[run_id].stock
        coming = [
            (e.arrival, i)
            for i, e in entries.items()
            if e.stock == stock and e.role is Role.TERMINUS and e.arrival <= leaves
        ]
        came, feeder = max(coming, default=(None, None))
        if came is not None and leaves - came <= LONGEST and feeder not in found.values():
            found[run_id] = feeder
    return found


def feeder_of(visit, hand):
    said = hand.word(StockOf)
    return said.word.run_id if said is not None else getattr(visit.entry, "fed_by", None)


def turned(run_departure, category, brings, station):
    """Return the departure that the stock allows."""
    minimum = station.policies.turn_round(category)
    planned = run_departure.planned - brings.planned
    stands = min(planned, minimum) if planned >= timedelta(0) else minimum
    earliest = brings.expected + stands
    if run_departure.expected >= earliest:
        return None, None
    return earliest, CallTime(planned=brings.planned, uncertainty_s=brings.uncertainty_s)


def word_of(feeder, run, before, now):
    """Return what a feeder, told as `run`, says now; None: nothing of which could follow."""
    goes_on = run.departure is not None and not run.departure.cancelled
    arrival = run.arrival
    if arrival is None:
        return before and Brings(before.planned, before.expected, None, True, before.uncertainty_s)
    lost = run.cancelled or arrival.cancelled or feeder.base.withdrawn or goes_on
    unknown = run.held and arrival.actual is None and not lost
    expected, since = arrival.expected, None
    if unknown:
        since = now.replace(microsecond=0)
        if before is not None:
            expected, since = before.expected, before.unknown_since or since
    return Brings(arrival.planned, expected, since, lost, arrival.uncertainty_s)
