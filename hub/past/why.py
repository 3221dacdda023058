"""Why a run is in its state: what was said, what the rules concluded, what lies ahead.

Law: the rules are asked, not told about: `hub.kernel.derive.explain` on the facts as they are, or
as they were. For a past instant the day is lived again up to it, in a database of its own. Where
what was published then is not what this program concludes, that is said.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from hub.kernel.derive import derive, explain
from hub.kernel.feeder import Feeder
from hub.kernel.manual import in_force
from hub.kernel.steady import waiting
from hub.past.replay import Replay
from hub.past.story import Chapter, story_of
from hub.past.told import told_at
from hub.store.journal import INPUT, STATION
from hub.store.reading import reading
from protocol.codec import encode_body
from protocol.errors import OperatorError
from protocol.runs import PassengerPhase, Run, TrainPhase
from protocol.timeline import passenger_phase, train_phase
from protocol.times import Instant
from protocol.topics import run_entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.facts import Facts
    from hub.past.told import Telling
    from hub.store.reading import Reader
    from station_config.model import Station


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody said.

    Attributes:
        at: None: it stands in the timetable.
        fields: what it says otherwise than the same row before; empty: deleted, or nothing else.
        row: the whole entry of the timetable.
    """

    source: str
    key: str
    at: Instant | None
    fields: dict[str, object]
    deleted: bool = False
    row: msgspec.Struct | None = None


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule made of one field, and what it concluded from."""

    rule: str
    field: str
    value: object
    reads: tuple[str, ...]


class Disbelieved(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or a part of one, that was not believed."""

    at: Instant
    key: str
    reason: str
    zh: str
    en: str
    partial: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word in force."""

    who: str
    why: str
    field: str
    word: msgspec.Struct
    since: Instant
    until: Instant | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A later estimate that passengers are not told yet, lest it flickers.

    Attributes:
        end: ``arrival`` or ``departure``.
        reported: by dispatching.
        told: to passengers meanwhile.
        until: when it is told by itself; None: it is not.
    """

    end: str
    reported: Instant
    told: Instant
    until: Instant | None


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """An instant of the timeline."""

    name: str
    at: Instant
    reached: bool


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer.

    Attributes:
        at: the instant that it is for.
        run: what the rules conclude.
        rev: of the publication in force, None: it has none of its own.
        as_published: False: what was published is not what the rules conclude now.
        withdrawn: dispatching deleted the train.
        feeders: what those say whose stock it may leave with; `Run.feeder` is the one that counts.
        held_back: what dispatching estimates and passengers are not told yet.
    """

    at: Instant
    run: Run
    passengers: PassengerPhase
    train: TrainPhase
    rev: int | None
    as_published: bool
    withdrawn: bool
    said: tuple[Said, ...]
    persons: tuple[Person, ...]
    concluded: tuple[Concluded, ...]
    disbelieved: tuple[Disbelieved, ...]
    timeline: tuple[Milestone, ...]
    feeders: tuple[Feeder, ...] = ()
    held_back: tuple[Waiting, ...] = ()


@contextmanager
def lived_until(reader: Reader, at: Instant, station: Station | None) -> Iterator[Replay]:
    """Live the journal again up to `at`, inclusive.

    Raises:
        OperatorError: the journal does not reach back so far.
    """
    starts = [start for start in reader.starts() if start.at <= at]
    if not starts:
        raise OperatorError(f"the journal does not reach back to {at.isoformat()}", where="--at")
    first = starts[-1].number
    stations = reader.records(0, first - 1, frozenset({STATION}))
    lived = (r for part in (stations, reader.records(first)) for r in part if r.at <= at)
    with Replay(station) as again:
        again.live(lived)
        yield again


def why(reader: Reader, run_id: str, station: Station, now: Instant) -> Why | None:
    """Return why a run is what it is now, None if there is no such run."""
    stored = reader.stored(run_id)
    if stored is None:
        return None
    found = stored.body is not None
    told = (stored.rev, stored.state) if found else None
    return _why(reader, stored.facts, station, now, told)


def why_then(reader: Reader, run_id: str, station: Station | None, at: Instant) -> Why | None:
    """Return why a run was what it was at `at`, None if there was no such run.

    Raises:
        OperatorError: the journal does not reach back so far.
    """
    with lived_until(reader, at, station) as again, reading(again.url) as then:
        stored = then.stored(run_id)
        lived = again.station
    if stored is None or lived is None:
        return None
    telling: Telling | None = told_at(reader, at).get(run_entity(run_id))
    told = (telling.rev, telling.body) if telling is not None else None
    return _why(reader, stored.facts, lived, at, told)


def _why(
    reader: Reader, facts: Facts, station: Station, at: Instant, told: tuple[int, bytes] | None
) -> Why:
    run = derive(facts, station, at)
    story = story_of(reader, facts.run_id, at)
    inputs = [chapter for chapter in story if chapter.record.kind == INPUT]
    return Why(
        at=at,
        run=run,
        passengers=passenger_phase(run, at),
        train=train_phase(run, at),
        rev=told[0] if told is not None else None,
        as_published=told is None or told[1] == encode_body(run),
        withdrawn=facts.withdrawn,
        said=(*_timetable(facts), *map(_said, inputs)),
        persons=_persons(facts, at),
        concluded=tuple(
            Concluded(rule=c.rule, field=c.field, value=_plain(c.value), reads=c.reads)
            for c in explain(facts, station, at)
        ),
        disbelieved=_disbelieved(reader, {c.record.subject for c in inputs}, at),
        timeline=_timeline(run, at),
        feeders=facts.feeders,
        held_back=tuple(
            Waiting(end=end, reported=back.reported, told=back.told, until=until)
            for end, back, until in waiting(facts.base, station.policies, at)
        ),
    )


def _timetable(facts: Facts) -> Iterator[Said]:
    for source, entry in (("timetable", facts.timetable), ("manual", facts.added)):
        if entry is not None:
            yield Said(source=source, key="", at=None, fields={}, row=entry)


def _said(chapter: Chapter) -> Said:
    kind, _, key = chapter.record.subject.partition("/")
    return Said(
        source=kind,
        key=key,
        at=chapter.record.at,
        fields=dict(chapter.fields),
        deleted=bool(chapter.text),
    )


def _persons(facts: Facts, at: Instant) -> tuple[Person, ...]:
    return tuple(
        Person(
            who=each.who,
            why=each.why,
            field=each.word.field.value,
            word=each.word,
            since=each.since,
            until=each.until,
        )
        for each in in_force(facts, at)
    )


def _disbelieved(reader: Reader, subjects: set[str], at: Instant) -> tuple[Disbelieved, ...]:
    names = {subject.partition("/")[2] for subject in subjects}
    return tuple(
        Disbelieved(
            at=when,
            key="/".join(each.key),
            reason=each.reason.value,
            zh=each.zh,
            en=each.en,
            partial=each.partial,
        )
        for when, each, _row in reader.rejects_of(names)
        if when <= at
    )


def _timeline(run: Run, at: Instant) -> tuple[Milestone, ...]:
    names = run.timeline.__struct_fields__
    known = [(at_, n) for n in names if (at_ := getattr(run.timeline, n)) is not None]
    return tuple(Milestone(name=n, at=when, reached=when <= at) for when, n in sorted(known))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value
