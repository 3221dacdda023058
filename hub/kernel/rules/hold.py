"""Rule "hold": the delay is unknown, so nothing opens on its own and no instant is guessed.

Law: a held run keeps what passengers had been told by then and gets nothing new. Its estimates are
no longer told. What the train itself does (approach, arrive, depart, leave the boards) is None
until it is reported. It is shown at once, and stays: whoever looks for the train must find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.runs import Role, Timeline

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from hub.kernel.facts import Facts
    from protocol.runs import CallTime
    from protocol.times import Instant


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` marked as held if dispatching does not know the delay, or that of its stock.

    Cancelled outranks held, and so does the last event here having happened.
    """
    last = draft.last
    over = last is not None and last.actual is not None
    unknown = context.facts.held_since or draft.stock_unknown_since
    held = unknown is not None and not draft.cancelled and not over
    return replace(draft, held=held)


def stop(draft: Draft, facts: Facts) -> Draft:
    """Return a held `draft` with its timeline stopped; any other as it is.

    Done after all rules, whatever their order: none of them may start a stopped timeline again.
    Check-in instants survive only if dispatching had once said a known delay: before that they came
    from the timetable alone, and nobody opened anything by dispatching's word.
    """
    both = (facts.held_since, draft.stock_unknown_since)
    since = min((at for at in both if at is not None), default=None)
    if not draft.held or since is None:
        return draft
    known = facts.known_before_hold if facts.held_since is not None else facts.plan
    timeline = _stopped(draft, since, check_in=known is not None)
    return replace(
        draft,
        arrival=_untold(draft.arrival),
        departure=_untold(draft.departure),
        timeline=timeline,
    )


def _stopped(draft: Draft, since: Instant, *, check_in: bool) -> Timeline:
    times = draft.timeline
    arrived = draft.arrival is not None and draft.arrival.actual is not None
    leaves_arrivals = arrived or (draft.arrival is not None and draft.arrival.cancelled)
    leaves_departures = draft.departure is not None and draft.departure.cancelled
    return Timeline(
        shown_at=None if draft.role is Role.PASS else min(times.shown_at or since, since),
        waiting_at=_by(times.waiting_at, since),
        gate_shown_at=_by(times.gate_shown_at, since),
        check_in_opens_at=_by(times.check_in_opens_at, since) if check_in else None,
        last_call_at=_by(times.last_call_at, since) if check_in else None,
        check_in_closes_at=_by(times.check_in_closes_at, since) if check_in else None,
        approaches_at=times.approaches_at if arrived else None,
        arrives_at=times.arrives_at if arrived else None,
        arrival_shown_until=times.arrival_shown_until if leaves_arrivals else None,
        departure_shown_until=times.departure_shown_until if leaves_departures else None,
    )


def _by(at: Instant | None, since: Instant) -> Instant | None:
    return at if at is not None and at <= since else None


def _untold(call: CallTime | None) -> CallTime | None:
    if call is None or call.actual is not None:
        return call
    return replace(call, estimated=None, uncertainty_s=None)
