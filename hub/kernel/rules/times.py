"""Rule "times": planned, estimated and actual, each from who may say it.

Law: planned comes from the stage plan, else from the timetable; estimated only from the stage plan;
actual only from the traffic log. Nothing is filled in: what nobody said is None. While the delay is
unknown the estimates are those from before, for what had opened by then opened by them; "hold"
decides what of it may still be told. An actual time is certain, an estimate as uncertain as the
station's configuration says; how uncertain a planned time is nobody knows. A train that stops here
on its way by the timetable, and of which dispatching says that it ends or starts here, has the
other part of its call cancelled.
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
    uncertain = int(context.station.policies.estimate_uncertainty.total_seconds())
    arrival = None if draft.role is Role.ORIGIN else _arrival(facts, uncertain)
    departure = None if draft.role is Role.TERMINUS else _departure(facts, uncertain)
    over = _happened(departure or arrival)
    cancelled = facts.plan is not None and facts.plan.cancelled and not over
    if facts.ends_here:
        departure = _cancelled(facts.planned_departure)
    elif facts.starts_here:
        arrival = _cancelled(facts.planned_arrival)
    return replace(draft, arrival=arrival, departure=departure, cancelled=cancelled)


def _cancelled(planned: Instant | None) -> CallTime | None:
    """The part of a call that does not take place: nothing is expected of it."""
    return CallTime(planned=planned, cancelled=True) if planned is not None else None


def _arrival(facts: Facts, uncertain: int) -> CallTime | None:
    said = _estimating(facts)
    estimated = said.estimated_arrival if said is not None else None
    return _call(facts.planned_arrival, estimated, facts.actual_arrival, uncertain)


def _departure(facts: Facts, uncertain: int) -> CallTime | None:
    said = _estimating(facts)
    estimated = said.estimated_departure if said is not None else None
    return _call(facts.planned_departure, estimated, facts.actual_departure, uncertain)


def _estimating(facts: Facts) -> StagePlanRow | None:
    return facts.plan if facts.held_since is None else facts.known_before_hold


def _call(
    planned: Instant | None, estimated: Instant | None, actual: Instant | None, uncertain: int
) -> CallTime | None:
    if planned is None:
        return None
    known = uncertain if estimated is not None else None
    return CallTime(
        planned=planned,
        estimated=estimated,
        actual=actual,
        uncertainty_s=0 if actual is not None else known,
    )


def _happened(call: CallTime | None) -> bool:
    return call is not None and call.actual is not None
