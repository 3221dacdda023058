"""Persons' words over the feed's: which are in force, and the facts as the rules then read them.

Law: pure, a function of (facts, now). A word about times, delay, cancellation or track is taken as
if dispatching had said it, so every rule concludes from it what it always does; the other words are
the rule "manual"'s. What the feed says is never changed: `Facts.auto` is what AUTO would conclude
from. An actual time outranks every word about times, for it has happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.facts import Planned, Standing
from hub.kernel.override import (
    DISPLACED,
    LASTING,
    ArrivalAt,
    ArrivedAt,
    Cancelled,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    OnTrack,
    Override,
    StartsHere,
)
from one_way_feed.rows import StagePlanRow, TrafficLogRow
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.kernel.facts import Facts
    from protocol.runs import Run
    from protocol.times import Instant

RULE = "manual"
"""Name of the rule; a station whose list of rules lacks it takes no person's word."""

STATION = "station"
"""Stands in `Run.manual` while the whole station is manual."""

_UNSAID = dict.fromkeys({*Standing.__struct_fields__} - {"heard", "withdrawn"})
_UNSAID |= {"platform_told": None, "gates_told": ()}
"""Facts of a run of which dispatching has said nothing."""


@dataclass(frozen=True)
class Spoken:
    """A run about which persons have a say.

    Attributes:
        facts: what the rules conclude from.
        words: in force, in the order in which they were said.
        manual: what persons decide, for `protocol.runs.Run.manual`.
    """

    facts: Facts
    words: tuple[Override, ...]
    manual: tuple[str, ...]


def spoken(facts: Facts, now: Instant) -> Spoken | None:
    """Return what persons make of `facts` at `now`, None if nobody has a say."""
    words = in_force(facts, now)
    only_added = facts.added is not None and facts.plan is None and facts.timetable is None
    if not words and facts.standing is None and not only_added:
        return None
    told = replace(facts.base, overrides=())
    for override in words:
        told = _taken(told, override)
    manual = tuple(sorted(each.word.field.value for each in words))
    added = (Field.ADDED.value,) if only_added else ()
    station = (STATION,) if facts.standing is not None else ()
    return Spoken(told, words, manual + added + station)


def in_force(facts: Facts, now: Instant) -> tuple[Override, ...]:
    """Return the words that decide at `now`, in the order in which they were said.

    Once the train has left only those about places and about what has happened do: they end with
    the run, lest a board changes where passengers were sent, or when the train came.
    """
    if not facts.overrides:
        return ()
    holding = tuple(each for each in facts.overrides if each.holds(now))
    if not has_left(facts.base, holding):
        return holding
    return tuple(each for each in holding if each.word.field in LASTING)


def has_left(facts: Facts, words: Iterable[Override] = ()) -> bool:
    """Return whether the last event here was reported, by dispatching or in one of `words`."""
    terminus = facts.said.role is Role.TERMINUS
    last = ArrivedAt if terminus else DepartedAt
    reported = facts.actual_arrival if terminus else facts.actual_departure
    return reported is not None or any(isinstance(each.word, last) for each in words)


def next_end(facts: Facts) -> Instant | None:
    """Return when the next word of `facts` expires, None if none does."""
    return min((each.until for each in facts.overrides if each.until is not None), default=None)


def ended(facts: Facts, now: Instant) -> tuple[Override, ...]:
    """Return the words that have expired at `now`."""
    return tuple(each for each in facts.overrides if not each.holds(now))


def without_ended(facts: Facts, now: Instant) -> Facts:
    """Return `facts` without the words that have expired."""
    return replace(facts, overrides=tuple(each for each in facts.overrides if each.holds(now)))


def with_override(facts: Facts, override: Override) -> Facts:
    """Return `facts` after a person said `override`; what it contradicts is no longer said."""
    field = override.word.field
    gone = DISPLACED.get(field, frozenset()) | {field}
    kept = tuple(each for each in facts.overrides if each.word.field not in gone)
    return _heard(replace(facts, overrides=(*kept, override)))


def with_added(facts: Facts, planned: Planned) -> Facts:
    """Return `facts` after a person told of the train; it is told whatever the feed says.

    What dispatching had said of a train that it deleted since says nothing of this one.
    """
    if facts.withdrawn:
        facts = replace(facts, withdrawn=False, overrides=(), **_UNSAID)
    there = replace(facts, added=planned, heard=True)
    return replace(there, standing=facts.standing and Standing(heard=True))


def without_override(facts: Facts, field: Field | None) -> Facts:
    """Return `facts` after a person took back the word about `field`; None: all words."""
    if field is Field.ADDED:
        return _not_added(replace(facts, overrides=()))
    kept = tuple(each for each in facts.overrides if field not in {None, each.word.field})
    return replace(facts, overrides=kept)


def without_replacement(facts: Facts, was: Run, run: Run) -> Facts:
    """Return `facts` after `was` became `run`: what replaces a train goes with the cancellation."""
    if not is_cancelled(was) or is_cancelled(run):
        return facts
    return without_override(facts, Field.REPLACED)


def is_cancelled(run: Run) -> bool:
    """Return whether there is anything of `run` that something else can replace."""
    calls = (run.arrival, run.departure)
    return run.cancelled or any(call is not None and call.cancelled for call in calls)


def _not_added(facts: Facts) -> Facts:
    """Return `facts` after the person's train was taken back; others may have told of it since."""
    standing = facts.standing
    if standing is not None and standing.plan is None and standing.timetable is None:
        standing = replace(standing, withdrawn=True)
    only = facts.plan is None and facts.timetable is None
    added = facts.added if only else None
    return replace(facts, added=added, withdrawn=facts.withdrawn or only, standing=standing)


def standing_still(facts: Facts, before: Facts | None) -> Facts:
    """Return `facts` of a station that is manual: what is told stays as it was `before`.

    A train that the feed tells of for the first time is not told of; one of the timetable is.
    """
    if facts.standing is not None:
        return facts
    if before is not None:
        return replace(facts, standing=_as_it_is(before))
    if facts.timetable is None and facts.added is None:
        return replace(facts, standing=replace(_as_it_is(facts), withdrawn=True))
    alone = Standing(timetable=facts.timetable, heard=facts.added is not None)
    return replace(facts, standing=alone)


def _as_it_is(facts: Facts) -> Standing:
    return Standing(**{name: getattr(facts, name) for name in Standing.__struct_fields__})


def _heard(facts: Facts) -> Facts:
    """A run of which a person spoke has a publication of its own."""
    standing = facts.standing and replace(facts.standing, heard=True)
    return replace(facts, heard=True, standing=standing)


def _taken(facts: Facts, override: Override) -> Facts:
    """Return `facts` as if dispatching had said the word."""
    word = override.word
    match word:
        case Delayed() | ArrivalAt() | DepartureAt():
            return _timed(facts, word)
        case DelayUnknown():
            return _unknown(facts, override.since)
        case Cancelled():
            since = min(facts.cancelled_since or override.since, override.since)
            row = facts.plan or replace(_row(facts), delay_known=False)  # no claim of punctuality
            row = replace(row, cancelled=word.cancelled)
            return replace(facts, plan=row, cancelled_since=since if word.cancelled else None)
        case OnTrack():
            return _moved(facts, word.track)
        case ArrivedAt() | DepartedAt():
            return _happened(facts, word)
        case _:
            return _in_part(facts, word) if isinstance(word, EndsHere | StartsHere) else facts


def _timed(facts: Facts, word: Delayed | ArrivalAt | DepartureAt) -> Facts:
    """A known time ends a hold; what dispatching had estimated before that is valid again."""
    row = replace(_row(facts), delay_known=True)
    if facts.held_since is not None:
        known = facts.known_before_hold
        row = replace(
            row,
            estimated_arrival=known and known.estimated_arrival,
            estimated_departure=known and known.estimated_departure,
        )
    facts = _at_once(facts, word)
    if isinstance(word, Delayed):
        late = timedelta(minutes=word.minutes)
        row = replace(
            row,
            estimated_arrival=_later(facts.planned_arrival, late),
            estimated_departure=_later(facts.planned_departure, late),
        )
    elif isinstance(word, ArrivalAt):
        row = replace(row, estimated_arrival=word.at)
    else:
        row = replace(row, estimated_departure=word.at)
    return replace(facts, plan=row, held_since=None, known_before_hold=None)


def _at_once(facts: Facts, word: Delayed | ArrivalAt | DepartureAt) -> Facts:
    """Nothing of a person's word is held back, nor of what is told after a hold."""
    over = facts.held_since is not None or isinstance(word, Delayed)
    arrival = None if over or isinstance(word, ArrivalAt) else facts.back_arrival
    departure = None if over or isinstance(word, DepartureAt) else facts.back_departure
    return replace(facts, back_arrival=arrival, back_departure=departure)


def _unknown(facts: Facts, since: Instant) -> Facts:
    """What check-in had opened by then stays open, for boards had told it.

    Dispatching that comes to say the same later does not open what had not opened by then.
    """
    row = known = _row(facts)
    if facts.held_since is not None:
        if facts.held_since <= since:
            return facts
        unsaid = replace(row, estimated_arrival=None, estimated_departure=None)
        known = facts.known_before_hold or unsaid
    held = replace(facts, plan=replace(row, delay_known=False))
    return replace(held, held_since=since, known_before_hold=known)


def _moved(facts: Facts, track: str) -> Facts:
    plan, log = facts.plan, facts.log
    return replace(
        facts,
        plan=plan and replace(plan, arrival_track=track, departure_track=track),
        log=log and replace(log, track=track),
        timetable=facts.timetable and replace(facts.timetable, track=track),
        added=facts.added and replace(facts.added, track=track),
    )


def _in_part(facts: Facts, word: EndsHere | StartsHere) -> Facts:
    """Return `facts` as if dispatching had said which part of the call takes place.

    Of a train that nobody printed its row is what it would have been printed like.
    """
    row = facts.plan or replace(_row(facts), delay_known=False)  # no claim of punctuality
    role = Role.TERMINUS if isinstance(word, EndsHere) else Role.ORIGIN
    if facts.printed is None:
        facts = replace(facts, added=_printed_as(row))
    if word.cancelled:
        return replace(facts, plan=replace(row, role=role))
    if row.role is role and facts.printed is not None:
        return replace(facts, plan=replace(row, role=facts.printed.role))
    return facts


def _printed_as(row: StagePlanRow) -> Planned:
    return Planned(
        arrival_number=row.arrival_number,
        departure_number=row.departure_number,
        category=row.category,
        role=row.role,
        origin=row.origin,
        destination=row.destination,
        arrival=row.planned_arrival,
        departure=row.planned_departure,
    )


def _happened(facts: Facts, word: ArrivedAt | DepartedAt) -> Facts:
    log = facts.log or TrafficLogRow(key="")
    if isinstance(word, ArrivedAt):
        return replace(facts, log=replace(log, actual_arrival=word.at))
    return replace(facts, log=replace(log, actual_departure=word.at))


def _row(facts: Facts) -> StagePlanRow:
    """Return dispatching's row, or the one that it would send for a train as printed."""
    if facts.plan is not None:
        return facts.plan
    said = facts.said
    return StagePlanRow(
        key="",
        arrival_number=said.arrival_number,
        departure_number=said.departure_number,
        category=said.category,
        role=said.role,
        origin=said.origin,
        destination=said.destination,
    )


def _later(at: Instant | None, late: timedelta) -> Instant | None:
    return at + late if at is not None else None
