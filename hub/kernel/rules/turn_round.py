"""Rule "turn_round": a train cannot leave before its stock came and was turned round (车底折返).

Law: for a run that starts here with the stock of a feeder: expected departure ≥ the feeder's
expected arrival + the shorter of the planned turn-round and the station's minimum for the category.
Dispatching's own estimate stands wherever it is possible; a departure that has happened is never
changed. While nobody knows when the feeder comes, nobody knows when the train leaves, unless
dispatching itself estimates its departure; "hold" does the rest. A feeder whose stock does not come
changes nothing: other stock may be found, and staff are warned (`hub.kernel.conflicts`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.rules.propagate import following
from hub.kernel.stock import feeder_id
from protocol.runs import CallTime, Role

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from hub.kernel.feeder import Feeder


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with its feeder, and a departure that the feeder allows."""
    run_id = feeder_id(context.facts, context.words)
    if run_id is None or draft.comes is not None or draft.role is Role.PASS:
        return draft
    departure = draft.leaves
    if departure is None:
        return draft
    draft = replace(draft, feeder=run_id)
    feeder = next((each for each in context.facts.feeders if each.run_id == run_id), None)
    if feeder is None or feeder.lost or departure.actual is not None:
        return draft
    if feeder.held_since is not None and departure.estimated is not None:
        return draft
    draft = replace(draft, stock_unknown_since=feeder.held_since)
    earliest = feeder.expected + turn_round(draft.category, departure, feeder, context)
    if departure.expected >= earliest:
        return draft
    cause = CallTime(
        planned=feeder.planned, estimated=feeder.expected, uncertainty_s=feeder.uncertainty_s
    )
    policies = context.station.policies
    return replace(draft, departure=following(departure, cause, earliest, policies))


def turn_round(category: str, departure: CallTime, feeder: Feeder, context: Context) -> timedelta:
    """Return how long the stock stands here at least: what is planned is possible.

    A feeder that is planned to come after the departure is a person's; then nothing is planned.
    """
    minimum = context.station.policies.turn_round(category)
    planned = departure.planned - feeder.planned
    return min(planned, minimum) if planned >= timedelta(0) else minimum
