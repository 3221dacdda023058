"""Rule "manual": where a person sends passengers, and when a person opens or closes check-in.

Law: the last rule, so that none concludes over a person's word. (Words about times, delay,
cancellation and track are in the facts already; see `hub.kernel.manual`.) A platform set by hand
has that platform's check-in. What the day's layout does not have is left as the rules concluded it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.draft import with_timeline
from hub.kernel.override import AtPlatform, ByGates, CheckIn, InWaitingRoom, ReplacedBy
from hub.kernel.rules import check_in, windows
from hub.kernel.rules.place import with_gates_before
from protocol.runs import Replacement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.kernel.draft import Context, Draft
    from hub.kernel.override import Override, Word
    from protocol.times import Instant
    from station_config.model import Gate, Layout


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with platform, gates and waiting room as persons say."""
    placed = draft
    words = tuple(each.word for each in context.words)
    for word in words:
        if isinstance(word, AtPlatform):
            placed = _at_platform(placed, context, word.platform)
    for word in words:
        if isinstance(word, ByGates):
            placed = _by_gates(placed, context.layout, word.gates)
    if (placed.platform_id, placed.gate_ids) != (draft.platform_id, draft.gate_ids):
        placed = _checked_in_there(with_gates_before(placed, context), context)
    return _in_room(_replaced(placed, words), context)


def decide_check_in(draft: Draft, words: Sequence[Override]) -> Draft:
    """Return `draft` with check-in opened or closed by hand.

    Done after a hold has stopped the timeline: a person may open what nobody else would.
    """
    said = next((each for each in words if isinstance(each.word, CheckIn)), None)
    if said is None or not isinstance(said.word, CheckIn) or draft.cancelled or not draft.boards:
        return draft
    if draft.platform_id is not None and not draft.gate_ids:  # it was moved to one without gates
        return draft
    return _opened(draft, said.since) if said.word.is_open else _closed(draft, said.since)


def _replaced(draft: Draft, words: Sequence[Word]) -> Draft:
    """Nothing replaces a train that runs."""
    said = next((word for word in words if isinstance(word, ReplacedBy)), None)
    calls = (draft.arrival, draft.departure)
    gone = draft.cancelled or any(call is not None and call.cancelled for call in calls)
    if said is None or not gone:
        return draft
    taken = Replacement(run_id=said.run_id, number=said.number, texts=said.texts)
    return replace(draft, replaced_by=taken)


def _at_platform(draft: Draft, context: Context, platform_id: str) -> Draft:
    layout = context.layout
    platform = next((p for p in layout.platforms if p.id == platform_id), None)
    if platform is None:
        return draft
    tracks = [track.label for track in layout.tracks if track.platform == platform_id]
    track = draft.track if draft.track in tracks else None
    told = context.facts.platform_told
    placed = replace(
        draft,
        track=track or (tracks[0] if len(tracks) == 1 else None),
        platform_id=platform.id,
        platform=platform.label,
        platform_changed_from=told if told != platform.label else None,
    )
    return _through(placed, layout, layout.gates_to(platform.id))


def _by_gates(draft: Draft, layout: Layout, gate_ids: tuple[str, ...]) -> Draft:
    """Gates that do not lead to the platform are not told: it may have changed since."""
    serving = layout.gates_to(draft.platform_id) if draft.platform_id else layout.gates
    found = tuple(gate for gate in serving if gate.id in gate_ids)
    return _through(draft, layout, found) if found else draft


def _through(draft: Draft, layout: Layout, gates: tuple[Gate, ...]) -> Draft:
    gates = gates if draft.boards else ()
    return replace(
        draft,
        gate_ids=frozenset(gate.id for gate in gates),
        gates=tuple(gate.label for gate in gates),
        waiting_room=layout.waiting_room(gates[0].waiting_room).named if gates else None,
    )


def _in_room(draft: Draft, context: Context) -> Draft:
    said = (each.word for each in context.words)
    ids = [word.waiting_room for word in said if isinstance(word, InWaitingRoom)]
    room = next((room for room in context.layout.waiting_rooms if room.id in ids), None)
    return replace(draft, waiting_room=room.named) if room is not None and draft.boards else draft


def _checked_in_there(draft: Draft, context: Context) -> Draft:
    """Ask the rules anew that conclude from platform and gates, if the station has them."""
    asked = context.station.policies.rules
    draft = with_timeline(draft, check_in_opens_at=None, last_call_at=None, check_in_closes_at=None)
    for name, rule in (("check_in", check_in), ("windows", windows)):
        draft = rule.apply(draft, context) if name in asked else draft
    return draft


def _opened(draft: Draft, since: Instant) -> Draft:
    times = draft.timeline
    opens = min(times.check_in_opens_at or since, since)
    last, closes = times.last_call_at, times.check_in_closes_at
    if closes is not None and closes <= since:
        last, closes = _reopened(draft, last, closes, since)
    return with_timeline(
        draft,
        shown_at=min(times.shown_at or since, since),
        gate_shown_at=min(times.gate_shown_at or since, since),
        check_in_opens_at=opens,
        last_call_at=last,
        check_in_closes_at=closes,
    )


def _reopened(
    draft: Draft, last: Instant | None, closes: Instant, since: Instant
) -> tuple[Instant | None, Instant | None]:
    """Return last call and closing of a check-in that had closed: with the departure."""
    departs = draft.timeline.departs_at
    if departs is None:
        return None, None
    if departs <= since:
        return last, closes
    notice = closes - last if last is not None else departs - departs
    return max(since, departs - notice), departs


def _closed(draft: Draft, since: Instant) -> Draft:
    times = draft.timeline
    had_opened = times.check_in_opens_at is not None and times.check_in_opens_at <= since
    opens = times.check_in_opens_at if had_opened else None
    last = times.last_call_at if opens is not None else None
    return with_timeline(
        draft,
        check_in_opens_at=opens,
        last_call_at=min(last, since) if last is not None else None,
        check_in_closes_at=min(times.check_in_closes_at or since, since),
    )
