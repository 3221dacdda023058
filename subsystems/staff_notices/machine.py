"""Notices from trains: what is issued, what happens to it, who signed.

Law: `step(state, event, now) -> (state, effects)`, pure. Notices come from timelines, so the same
happens with and without the hub. A train that is gone is believed gone only when the hub says so
while it is heard (`Everything`). Whatever comes from a terminal is answered, and never raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from subsystems.staff_notices import telling
from subsystems.staff_notices.alarms import alarm_of
from subsystems.staff_notices.events import (
    Answer,
    Changed,
    Effect,
    Event,
    Everything,
    FirstSeen,
    Happened,
    Raise,
    Show,
    Signed,
    Tick,
    Trusted,
)
from subsystems.staff_notices.life import Action, after
from subsystems.staff_notices.model import Status, Verdict, parse_id
from subsystems.staff_notices.moments import Known, Seen, first_seen, wanted
from subsystems.staff_notices.telling import Desk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.posts.model import Posts
    from subsystems.staff_notices.alarms import Alarm
    from subsystems.staff_notices.model import Notice
    from subsystems.staff_notices.moments import Ground, Wanted

T = TypeVar("T")
NOWHERE = Seen("", "")
ENDED = {Status.WITHDRAWN: Verdict.WITHDRAWN, Status.ACKNOWLEDGED: Verdict.ALREADY}
JUST_AFTER = timedelta(milliseconds=1)
"""A deviation holds up to and with its last instant; see `protocol.timeline.lapsed`."""
VERDICTS = 5000
"""So many of the last signatures are known again; older ones the store knows."""


@dataclass(frozen=True)
class Office:
    """What never changes: the station's posts and tracks.

    Attributes:
        posts: who is told of what.
        ground: where tracks lie.
    """

    posts: Posts
    ground: Ground


@dataclass(frozen=True)
class State:
    """Everything that the machine keeps.

    Attributes:
        office: see there.
        since: notices that were due before are not issued afterwards: nobody was here.
        runs: trains.
        first: where they were first told to be.
        notices: the newest revision of each key, by train.
        coming: what will be told, by train.
        wakes: when a train is to be looked at again.
        trusted_until: see `Trusted`.
        stale: that is over.
        verdicts: of signatures, by their id.
        alarms: that the console was told of.
    """

    office: Office
    since: Instant
    runs: Mapping[str, Run] = field(default_factory=dict)
    first: Mapping[str, Seen] = field(default_factory=dict)
    notices: Mapping[str, Mapping[str, Notice]] = field(default_factory=dict)
    coming: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict)
    wakes: Mapping[str, Instant] = field(default_factory=dict)
    trusted_until: Instant | None = None
    stale: bool = True
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    alarms: Mapping[str, Alarm] = field(default_factory=dict)

    def of_post(self, post: str) -> list[Notice]:
        """Return the notices of a post."""
        return [n for each in self.notices.values() for n in each.values() if n.post == post]


def step(state: State, event: Event, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what is to be done.

    Args:
        state: before.
        event: what happened.
        now: station time.
    """
    match event:
        case Changed(runs):
            there = {i: run for i, run in runs.items() if run is not None}
            state = replace(state, runs={**state.runs, **there})
            return _look(state, _with_fed(state, there), now)
        case Everything(runs):
            gone = state.runs.keys() - runs.keys()
            changed = {i for i, run in runs.items() if state.runs.get(i) != run}
            state = replace(state, runs=dict(runs))
            return _look(state, _with_fed(state, changed | gone), now)
        case Trusted(until):
            return _trust(replace(state, trusted_until=until), now)
        case Tick():
            state, effects = _trust(state, now)
            due = [run_id for run_id, at in state.wakes.items() if at <= now]
            state, more = _look(state, due, now)
            return state, (*effects, *more)
        case Signed():
            return _sign(state, event, now)


def next_at(state: State) -> Instant | None:
    """Return when something happens by itself, None: never."""
    times = list(state.wakes.values())
    if not state.stale and state.trusted_until is not None:
        times.append(state.trusted_until + JUST_AFTER)
    return min(times, default=None)


def _trust(state: State, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    stale = state.trusted_until is None or now > state.trusted_until
    if stale == state.stale:
        return state, ()
    state = replace(state, stale=stale)
    uncertain = {i for i, run in state.runs.items() if run.uncertain}
    return _look(state, _with_fed(state, uncertain), now)


def _with_fed(state: State, run_ids: Iterable[str]) -> list[str]:
    """Return these trains, and those that leave with their stock."""
    ids = set(run_ids)
    fed = {i for i, run in state.runs.items() if run.feeder in ids}
    return sorted(ids | fed)


def _look(state: State, run_ids: Iterable[str], now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Look at these trains anew."""
    notices, coming, wakes = dict(state.notices), dict(state.coming), dict(state.wakes)
    first = dict(state.first)
    effects: list[Effect] = []
    looked = False
    for run_id in run_ids:
        looked = True
        known = _known(state, run_id, first)
        if known is not None and first.get(run_id) != known.first:
            first[run_id] = known.first
            effects.append(FirstSeen(run_id, known.first))
        office = state.office
        found = () if known is None else wanted(office.posts.posts, known, office.ground)
        desk = Desk(office.posts, office.ground, state.since, known, now)
        told, happened = telling.tell(desk, notices.get(run_id, {}), found)
        effects += [Happened(notice, action) for notice, action in happened]
        _put(notices, run_id, told)
        _put(coming, run_id, telling.coming(told, found, now))
        _put(wakes, run_id, telling.wake(desk, told, found))
    if not looked:
        return state, ()
    first = {i: seen for i, seen in first.items() if i in state.runs or i in notices}
    state = replace(state, notices=notices, coming=coming, wakes=wakes, first=first)
    return _shown(state, effects, now)


def _known(state: State, run_id: str, first: Mapping[str, Seen]) -> Known | None:
    run = state.runs.get(run_id)
    if run is None:
        return None
    return Known(run, state.runs.get(run.feeder or ""), _first(run, first), state.stale)


def _first(run: Run, first: Mapping[str, Seen]) -> Seen:
    """Return where `run` was first told to be; of one whose place nobody knew, where it is now."""
    known = first.get(run.run_id)
    return first_seen(run) if known is None or known == NOWHERE else known


def _put(table: dict[str, T], key: str, value: T | None) -> None:
    if value:
        table[key] = value
    else:
        table.pop(key, None)


def _shown(state: State, effects: list[Effect], now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return `effects` with who sees them, and with the alarms that begin, change and end."""
    posts = frozenset(each.notice.post for each in effects if isinstance(each, Happened))
    alarms = dict(state.alarms)
    late: dict[str, list[Notice]] = {}
    for each in state.notices.values():
        for notice in each.values():
            if notice.status is Status.ESCALATED:
                late.setdefault(notice.post, []).append(notice)
    for post in sorted(late.keys() | alarms.keys()):
        alarm = alarm_of(post, late.get(post, ()), now, state.office.posts.error_after)
        if alarm != alarms.get(post):
            effects.append(Raise(post, alarm))
            _put(alarms, post, alarm)
    if posts:
        effects.append(Show(posts))
    return replace(state, alarms=alarms), tuple(effects)


def _sign(state: State, event: Signed, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    verdict, notice = _judge(state, event)
    if verdict is not Verdict.ACCEPTED or notice is None:
        state = _remember(state, event, verdict)
        return state, (Answer(event, verdict, notice),)
    signed = structs.replace(
        notice,
        status=after(notice.status, Action.SIGN),
        signature=event.signature,
        ended_at=now,
    )
    told = {**state.notices[signed.run_id], signed.key: signed}
    state = replace(state, notices={**state.notices, signed.run_id: told})
    state = _remember(state, event, verdict)
    effects: list[Effect] = [Happened(signed, Action.SIGN), Answer(event, verdict, signed)]
    return _shown(state, effects, now)


def _judge(state: State, event: Signed) -> tuple[Verdict, Notice | None]:
    parsed = parse_id(event.notice)
    notice = None if parsed is None else state.notices.get(parsed[1], {}).get(parsed[0])
    if event.signature.id in state.verdicts:
        return Verdict.DUPLICATE, notice
    if not event.signature.person.strip():
        return Verdict.NOBODY, notice
    if parsed is None or notice is None or parsed[2] > notice.revision:
        return Verdict.UNKNOWN, notice
    if parsed[2] < notice.revision or event.digest not in {"", notice.issued.digest}:
        return Verdict.SUPERSEDED, notice
    return ENDED.get(notice.status, Verdict.ACCEPTED), notice


def _remember(state: State, event: Signed, verdict: Verdict) -> State:
    """Remember what became of a signature; one that may be sent again for good is not closed."""
    if verdict in {Verdict.DUPLICATE, Verdict.NOBODY, Verdict.UNKNOWN}:
        return state
    kept = dict(list(state.verdicts.items())[-VERDICTS:])
    return replace(state, verdicts={**kept, event.signature.id: verdict})
