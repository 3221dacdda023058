"""Rule "steady": of an estimate passengers are told what does not flicker.

Law: only dispatching's own estimates, before any rule concludes from them, so what follows from one
is as steady as it is. `hub.kernel.steady` says what is held back and until when. Of what has
happened nothing is held back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.steady import seen_at, told_at

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from hub.kernel.facts import HeldBack
    from protocol.runs import CallTime


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with the estimates that passengers are told."""
    facts = context.facts
    if facts.back_arrival is None and facts.back_departure is None:
        return draft
    return replace(
        draft,
        arrival=_told(draft.arrival, facts.back_arrival, context),
        departure=_told(draft.departure, facts.back_departure, context),
    )


def _told(call: CallTime | None, back: HeldBack | None, context: Context) -> CallTime | None:
    if call is None or call.estimated is None or call.actual is not None:
        return call
    at = seen_at(context.facts, context.now)
    told = told_at(back, call.estimated, at, context.station.policies)
    return call if told == call.estimated else replace(call, estimated=told)
