"""Rule "windows": from when to when a run is on which screen, and when the train comes and goes.

Law: counted from expected times by the station's windows, with exceptions that keep a row from
vanishing under its readers' eyes: a row appears by its printed time if that is earlier than the
expected one, a cancelled one stays for `CANCELLED_TOLD` after the cancellation was heard, and a
gate's screen shows a train as soon as its check-in opens there, or would have opened.
PASS trains approach and pass; they are never on a board. The part of a call that is cancelled
stands on its board until its printed time and the usual while.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.kernel.draft import with_timeline
from hub.kernel.rules.check_in import check_in_instants
from protocol.runs import Role

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from protocol.runs import CallTime
    from protocol.times import Instant

CANCELLED_TOLD = timedelta(minutes=30)
"""How long a cancellation is told at least: the repetition time of announcements (domain.md)."""


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with all instants of its timeline that are not check-in's."""
    if draft.cancelled:
        return _cancelled(draft, context)
    if draft.role is Role.PASS:
        return _passing(draft, context)
    return _departing(_arriving(_shown(draft, context), context), context)


def _shown(draft: Draft, context: Context) -> Draft:
    first = draft.first
    if first is None:
        return draft
    earlier = min(first.planned, first.expected)
    return with_timeline(draft, shown_at=earlier - context.station.windows.shown)


def _arriving(draft: Draft, context: Context) -> Draft:
    if draft.arrival is None:
        return draft
    if draft.arrival.cancelled:
        until = draft.arrival.planned + context.station.windows.arrival_linger
        return with_timeline(draft, arrival_shown_until=until)
    windows, expected = context.station.windows, draft.arrival.expected
    return with_timeline(
        draft,
        approaches_at=expected - windows.approach,
        arrives_at=expected,
        arrival_shown_until=expected + windows.arrival_linger,
    )


def _departing(draft: Draft, context: Context) -> Draft:
    if draft.departure is None:
        return draft
    if draft.departure.cancelled:
        until = draft.departure.planned + context.station.windows.departure_linger
        return with_timeline(draft, departure_shown_until=until)
    windows, expected = context.station.windows, draft.departure.expected
    return with_timeline(
        draft,
        waiting_at=expected - windows.waiting,
        gate_shown_at=_at_gate(expected - windows.gate, draft.timeline.check_in_opens_at),
        departs_at=expected,
        departure_shown_until=expected + windows.departure_linger,
    )


def _passing(draft: Draft, context: Context) -> Draft:
    first, last = draft.first, draft.last
    if first is None or last is None:
        return draft
    windows = context.station.windows
    return with_timeline(
        draft,
        approaches_at=first.expected - windows.approach,
        departs_at=last.expected,
        departure_shown_until=last.expected + windows.departure_linger,
    )


def _cancelled(draft: Draft, context: Context) -> Draft:
    if draft.role is Role.PASS:
        return draft
    windows = context.station.windows
    told_until = (context.facts.cancelled_since or context.now) + CANCELLED_TOLD
    shown = _shown(draft, context)
    gate_at = None
    if draft.leaves is not None:
        would_open = check_in_instants(draft, context)[0]
        gate_at = _at_gate(draft.leaves.expected - windows.gate, would_open)
    return with_timeline(
        shown,
        gate_shown_at=gate_at,
        arrival_shown_until=_until(draft.arrival, windows.arrival_linger, told_until),
        departure_shown_until=_until(draft.departure, windows.departure_linger, told_until),
    )


def _at_gate(window_begins: Instant, check_in_opens: Instant | None) -> Instant:
    """No gate is open whose screen does not show the train."""
    return min(window_begins, check_in_opens or window_begins)


def _until(call: CallTime | None, linger: timedelta, at_least: Instant) -> Instant | None:
    return max(call.expected + linger, at_least) if call is not None else None
