"""Rule "place": from the track that dispatching speaks of to what passengers look for.

Law: the track of the traffic log wins once the route is set, for then it cannot change any more;
before that the stage plan's, else the timetable's. Platform, gates and waiting room follow from the
track by the layout of the day. Gates and waiting room are told only where passengers get in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from one_way_feed.rows import StagePlanRow, Step
from protocol.runs import Role

if TYPE_CHECKING:
    from hub.kernel.draft import Context, Draft
    from hub.kernel.facts import Facts
    from station_config.model import Gate, Layout, Track


def apply(draft: Draft, context: Context) -> Draft:
    """Return `draft` with track, platform, gates, waiting room, and what was told before."""
    return with_gates_before(_placed(draft, context), context)


def with_gates_before(draft: Draft, context: Context) -> Draft:
    """Return `draft` with the gates told before, none if they are these: in any order."""
    told = context.facts.gates_told
    changed = told if set(told) != set(draft.gates) else ()
    return replace(draft, gates_changed_from=changed)


def _placed(draft: Draft, context: Context) -> Draft:
    layout = context.layout
    track = _track(draft, context.facts, layout)
    if track is None:
        return draft
    if track.platform is None:
        return replace(draft, track=track.label)
    platform = layout.platform(track.platform)
    gates: tuple[Gate, ...] = layout.gates_to(platform.id) if draft.boards else ()
    told = context.facts.platform_told
    return replace(
        draft,
        track=track.label,
        platform_id=platform.id,
        platform=platform.label,
        platform_changed_from=told if told != platform.label else None,
        gate_ids=frozenset(gate.id for gate in gates),
        gates=tuple(gate.label for gate in gates),
        waiting_room=layout.waiting_room(gates[0].waiting_room).named if gates else None,
    )


def _track(draft: Draft, facts: Facts, layout: Layout) -> Track | None:
    candidates = (
        _set_by_route(draft, facts),
        facts.plan and _planned(draft.role, facts.plan),
        facts.printed and facts.printed.track,
    )
    found = (layout.track(candidate) for candidate in candidates if candidate)
    return next((track for track in found if track is not None), None)


def _set_by_route(draft: Draft, facts: Facts) -> str | None:
    """The log's track, unless the stock has since been moved to depart from elsewhere."""
    log, plan = facts.log, facts.plan
    if log is None or log.step in {None, Step.ARRIVAL_NOTIFIED}:
        return None
    moves = plan is not None and plan.departure_track not in {None, plan.arrival_track}
    if moves and draft.boards and plan is not None and log.track == plan.arrival_track:
        return None
    return log.track


def _planned(role: Role, plan: StagePlanRow) -> str | None:
    """Where passengers get in, or out at the terminus."""
    if role is Role.TERMINUS:
        return plan.arrival_track or plan.departure_track
    return plan.departure_track or plan.arrival_track
