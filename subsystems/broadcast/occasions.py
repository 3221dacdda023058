"""What is to be announced: of a run, and of the station.

Law: pure. The station's rules say when and where, `conditions` whether it is true, `facts` what may
be said. The same run, rules, instant and memory give the same occasions; nothing here knows what
is being spoken. An occasion that cannot be told any more is not there.

    run ──▶ rules of each kind ──▶ is it true then? ──▶ which telling? ──▶ where? ──▶ Occasion
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from station_config.announcements.model import Moment
from subsystems.broadcast.conditions import TRUE_UNTIL, Case, is_true
from subsystems.broadcast.facts import (
    digest,
    encode_facts,
    facts_of,
    number_of,
    station_facts,
)
from subsystems.broadcast.marks import (
    changed_since,
    delay_for_rule,
    is_long,
    mark_of,
    variant_of,
    worth_telling,
)
from subsystems.broadcast.model import Kind, Occasion
from subsystems.broadcast.moments import awaited, moment
from subsystems.broadcast.places import Here, priority_of, within, zones_at
from subsystems.broadcast.tellings import (
    Telling,
    call_key,
    key_of,
    opened_again,
    round_of,
    tellings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.announcements.model import AnnouncementRule, Announcements
    from station_config.model import Station
    from subsystems.broadcast.model import Told

_AT_ONCE = frozenset(
    {
        Kind.DELAY,
        Kind.DELAY_UNKNOWN,
        Kind.PLATFORM_CHANGE,
        Kind.GATE_CHANGE,
        Kind.CANCELLATION,
        Kind.ENDS_HERE,
        Kind.STARTS_HERE,
    }
)
"""What is so until it is no more: told at any time after its moment, not only shortly after it."""

_TAKEN_BACK = (Kind.CANCELLATION, Kind.ENDS_HERE, Kind.STARTS_HERE)
"""What is told to be so no more, if it was told."""

_OF_RUNS = tuple(k for k in Kind if k not in {Kind.NOTICE, Kind.MANUAL, Kind.EMERGENCY})


@dataclass(frozen=True)
class _Scene:
    """What all rules are asked about."""

    run: Run
    announcements: Announcements
    station: Station
    now: Instant
    told: Mapping[str, Told]
    lapsed: bool
    here: Here

    @property
    def delay(self) -> int:
        """Minutes by which what passengers wait for is late."""
        waited = awaited(self.run)
        return waited.delay_minutes if waited is not None else 0

    @property
    def was_told(self) -> frozenset[Kind]:
        """What was told of it, at any time, of what may be taken back."""
        run_id = self.run.run_id
        return frozenset(k for k in _TAKEN_BACK if key_of(run_id, k, 1) in self.told)


def occasions(
    run: Run,
    announcements: Announcements,
    station: Station,
    now: Instant,
    *,
    told: Mapping[str, Told],
    lapsed: bool = False,
) -> tuple[Occasion, ...]:
    """Return what is or will be to announce of `run`, by what is known at `now`.

    Args:
        run: the run.
        announcements: the station's rules.
        station: where.
        now: station time.
        told: what was spoken, by key, of the last two days; see `Occasion.told`.
        lapsed: what is told of the run beyond the timetable has been unconfirmed for too long
            (`protocol.timeline.lapsed`).

    Due or not yet, in no order; `now` is before `latest` of each. What was told is still there: it
    may have to be told in another zone.
    """
    here = Here.of(run, station, announcements)
    scene = _Scene(run, announcements, station, now, told, lapsed, here)
    return tuple(o for kind in _OF_RUNS for rule in _rules(kind, scene) for o in _by(rule, scene))


def station_occasions(
    announcements: Announcements, station: Station, now: Instant, ahead: timedelta
) -> tuple[Occasion, ...]:
    """Return what is to announce by the clock, about no train, up to `ahead` from `now`.

    Twice an hour means twice in each hour of the local clock: the first at its beginning, shifted
    by the rule's `after`.
    """
    rules = (r for r in announcements.rules if r.at is Moment.SCHEDULE and not r.never)
    return tuple(
        occasion
        for rule in rules
        for due in _schedule(rule, station, now, now + ahead)
        for occasion in _courtesy(rule, announcements, station, due)
    )


def group(some: Sequence[Occasion]) -> Occasion:
    """Return one occasion that tells `some` together: of one kind, zones and languages.

    Its words are those of the group ("the following trains …") where its kind has them; see
    `subsystems.broadcast.wording.say`.
    """
    first = some[0]
    names = "|".join(f"{each.key} {each.content}" for each in some)
    name = hashlib.blake2s(names.encode(), digest_size=8).hexdigest()
    ends = [each.true_until for each in some if each.true_until is not None]
    return Occasion(
        key=f"group/{first.kind}/{name}",
        kind=first.kind,
        priority=max(each.priority for each in some),
        zones=first.zones,
        languages=first.languages,
        due=max(each.due for each in some),
        latest=min(each.latest for each in some),
        true_until=min(ends, default=None),
        content=name,
        members=tuple(some),
        chime=first.chime,
        repeats=first.repeats,
        repeat_after_s=first.repeat_after_s,
    )


def _rules(kind: Kind, scene: _Scene) -> Iterator[AnnouncementRule]:
    """Yield the rule of each telling of `kind` that is for the run."""
    run, own = scene.run, scene.announcements
    delay = scene.delay if kind is not Kind.DELAY else delay_for_rule(run, scene.told)
    for nth in own.counts(kind):
        rule = own.rule(kind, nth, run.category, run.role, delay)
        if rule is not None and rule.at is not Moment.SCHEDULE:
            yield rule


def _by(rule: AnnouncementRule, scene: _Scene) -> Iterator[Occasion]:
    """Yield the occasions by `rule`."""
    kind, run = Kind(rule.kind), scene.run
    at = moment(run, rule.at)
    if at is None or (number_of(run, kind) is None and kind is not Kind.STAND_BACK):
        return
    for telling in _tellings(rule, scene, at + rule.after):
        when = max(telling.due, scene.now)
        case = Case(run, when, scene.lapsed, scene.was_told)
        if is_true(kind, case) and _has_room(rule, run):
            yield from _told_at(rule, scene, telling)


def _tellings(rule: AnnouncementRule, scene: _Scene, due: Instant) -> Iterator[Telling]:
    kind, run_id = Kind(rule.kind), scene.run.run_id
    if kind is Kind.CHECK_IN_REOPENED:
        opens = scene.run.timeline.check_in_opens_at
        if opened_again(run_id, opens, scene.told, rule.apart):
            number = round_of(run_id, scene.told) + 1
            yield Telling(key_of(run_id, kind, number), scene.now)
        elif number := round_of(run_id, scene.told):
            yield Telling(key_of(run_id, kind, number), scene.told[key_of(run_id, kind, number)].at)
    elif kind not in _AT_ONCE:
        yield Telling(call_key(run_id, rule, scene.told), due)
    elif worth_telling(kind, rule, scene.run, scene.told):
        changed = changed_since(kind, rule, scene.run, scene.told)
        found = tellings(run_id, rule, due, scene.told, changed)
        again = kind is not Kind.DELAY or is_long(rule, scene.run)
        yield from found if again else islice(found, 1)


def _told_at(rule: AnnouncementRule, scene: _Scene, telling: Telling) -> Iterator[Occasion]:
    kind, run, now = Kind(rule.kind), scene.run, scene.now
    latest = _latest(rule, scene, telling.due)
    zones = scene.here.zones(rule.to)
    if now >= latest or not zones:
        return
    variant = variant_of(kind, run, scene.told, telling.key, rule)
    said = facts_of(
        kind,
        run,
        scene.station,
        lapsed=scene.lapsed,
        variant=variant,
        reason_over=rule.reason_over,
    )
    facts = encode_facts(said)
    ends = TRUE_UNTIL.get(kind)
    yield Occasion(
        key=telling.key,
        kind=kind,
        priority=priority_of(rule.priority),
        zones=zones,
        languages=_languages(rule, scene.announcements, scene.station),
        due=telling.due,
        latest=latest,
        true_until=moment(run, ends) if ends is not None else None,
        run_id=run.run_id,
        content=digest(kind, facts),
        facts=facts,
        mark=mark_of(kind, run),
        chime=rule.chime,
        groups=rule.groups,
        repeats=rule.repeats,
        repeat_after_s=rule.repeat_after.total_seconds(),
    )


def _latest(rule: AnnouncementRule, scene: _Scene, due: Instant) -> Instant:
    """Return when it is too late: what is so until it is no more is never late while it is so."""
    start = max(due, scene.now) if Kind(rule.kind) in _AT_ONCE else due
    latest = start + rule.useful
    until = moment(scene.run, rule.until) if rule.until is not None else None
    return latest if until is None else min(latest, until)


def _has_room(rule: AnnouncementRule, run: Run) -> bool:
    """Return whether check-in is long enough for a call in its middle."""
    opens, last = run.timeline.check_in_opens_at, run.timeline.last_call_at
    elsewhere = Kind(rule.kind) is Kind.CHECK_IN_REOPENED  # counted from what was told
    if not rule.apart or elsewhere or opens is None or last is None:
        return True
    return last - opens >= 2 * rule.apart


def _languages(
    rule: AnnouncementRule, announcements: Announcements, station: Station
) -> tuple[str, ...]:
    return rule.languages or announcements.languages or station.languages


def _schedule(
    rule: AnnouncementRule, station: Station, start: Instant, end: Instant
) -> Iterator[Instant]:
    """Yield the instants of `rule` that are still useful at `start`, and those before `end`."""
    step = rule.every
    if not step:
        return
    local = (start - rule.useful).astimezone(station.zone_info)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    due = midnight.astimezone(start.tzinfo) + rule.after
    due += max(0, (start - rule.useful - due) // step) * step
    while due < end:
        clock = due.astimezone(station.zone_info).time()
        if due + rule.useful > start and within(clock, rule.begins, rule.ends):
            yield due
        due += step


def _courtesy(
    rule: AnnouncementRule, announcements: Announcements, station: Station, due: Instant
) -> Iterator[Occasion]:
    kind = Kind(rule.kind)
    zones = zones_at(rule.to, station, announcements)
    if not zones:
        return
    local = due.astimezone(station.zone_info)
    facts = encode_facts(station_facts(station))
    yield Occasion(
        key=f"station/{kind}/{rule.nth}@{local.isoformat()}",
        kind=kind,
        priority=priority_of(rule.priority),
        zones=zones,
        languages=_languages(rule, announcements, station),
        due=due,
        latest=due + rule.useful,
        content=digest(kind, facts),
        facts=facts,
        chime=rule.chime,
        groups=rule.groups,
        repeats=rule.repeats,
        repeat_after_s=rule.repeat_after.total_seconds(),
    )
