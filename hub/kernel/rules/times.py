"""Rule "times": planned, estimated and actual, each from who may say it.

Law: planned comes from the stage plan, else from the timetable; estimated only from the stage plan;
actual only from the traffic log. Nothing is filled in: what nobody said is None. While the delay is
unknown the estimates are those from before, for what had opened by then opened by them; "hold"
decides what of it may still be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.runs import CallTime, Role

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from hub.kernel.facts import Facts
    from one_way_feed.rows import StagePlanRow
    from protocol.times import Instant


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with its arrival and departure."""
    facts = context.facts
    arrival = None if draft.role is Role.ORIGIN else _arrival(facts)
    departure = None if draft.role is Role.TERMINUS else _departure(facts)
    over = _happened(departure or arrival)
    cancelled = facts.plan is not None and facts.plan.cancelled and not over
    return replace(draft, arrival=arrival, departure=departure, cancelled=cancelled)


def _arrival(facts: Facts) -> CallTime | None:
    said = _estimating(facts)
    estimated = said.estimated_arrival if said is not None else None
    return _call(facts.planned_arrival, estimated, facts.actual_arrival)


def _departure(facts: Facts) -> CallTime | None:
    said = _estimating(facts)
    estimated = said.estimated_departure if said is not None else None
    return _call(facts.planned_departure, estimated, facts.actual_departure)


def _estimating(facts: Facts) -> StagePlanRow | None:
    return facts.plan if facts.held_since is None else facts.known_before_hold


def _call(
    planned: Instant | None, estimated: Instant | None, actual: Instant | None
) -> CallTime | None:
    if planned is None:
        return None
    return CallTime(planned=planned, estimated=estimated, actual=actual)


def _happened(call: CallTime | None) -> bool:
    return call is not None and call.actual is not None
