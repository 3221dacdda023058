"""Rule "propagate": a train cannot leave before it came and stood.

Law: expected departure ≥ expected arrival + the shorter of the planned dwell and the station's
minimum dwell. A late arrival so makes the departure late by what the dwell cannot take up; an early
arrival shifts nothing, for nobody may find the train gone before its printed time. Dispatching's
own estimate stands wherever it is possible. A departure that has happened is never changed. What
follows from another time is less certain than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from datetime import timedelta

    from hub.kernel.draft import Context, Draft
    from protocol.runs import CallTime
    from protocol.times import Instant
    from station_config.policies import Policies


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with an estimated departure that its arrival allows."""
    arrival, departure = draft.comes, draft.leaves
    if arrival is None or departure is None or departure.actual is not None:
        return draft
    minimum = _dwell(arrival, departure, context.station.policies.minimum_dwell)
    earliest = arrival.expected + minimum
    if departure.expected >= earliest:
        return draft
    policies = context.station.policies
    return replace(draft, departure=following(departure, arrival, earliest, policies))


def following(call: CallTime, cause: CallTime, at: Instant, policies: Policies) -> CallTime:
    """Return `call` estimated for `at`, for that follows from `cause` by a rule.

    One more step from what somebody reported is one more `propagation_uncertainty`; how uncertain
    a planned cause is nobody knows, so neither is what follows.
    """
    uncertainty = cause.uncertainty_s
    if uncertainty is not None:
        uncertainty += int(policies.propagation_uncertainty.total_seconds())
    return replace(call, estimated=at, uncertainty_s=uncertainty)


def _dwell(arrival: CallTime, departure: CallTime, minimum: timedelta) -> timedelta:
    planned = departure.planned - arrival.planned
    return min(planned, minimum)
