"""Rule "propagate": a train cannot leave before it came and stood.

Law: expected departure ≥ expected arrival + the shorter of the planned dwell and the station's
minimum dwell. A late arrival so makes the departure late by what the dwell cannot take up; an early
arrival shifts nothing, for nobody may find the train gone before its printed time. Dispatching's
own estimate stands wherever it is possible. A departure that has happened is never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from datetime import timedelta

    from hub.kernel.draft import Context, Draft
    from protocol.runs import CallTime


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with an estimated departure that its arrival allows."""
    arrival, departure = draft.arrival, draft.departure
    if arrival is None or departure is None or departure.actual is not None:
        return draft
    minimum = _dwell(arrival, departure, context.station.policies.minimum_dwell)
    earliest = arrival.expected + minimum
    if departure.expected >= earliest:
        return draft
    return replace(draft, departure=replace(departure, estimated=earliest))


def _dwell(arrival: CallTime, departure: CallTime, minimum: timedelta) -> timedelta:
    planned = departure.planned - arrival.planned
    return min(planned, minimum)
