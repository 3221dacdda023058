"""What a command makes of a run's facts, or why it is refused.

Law: pure, and asked again it says the same. A refused command changes nothing. Instants of a
command are made whole seconds; a word said at `now` holds from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.conflicts import (
    Scene,
    against,
    occupied,
    outdated,
    refusals,
    refusals_of_all,
    too_short,
    warnings,
)
from hub.kernel.contradictions import stock_lost
from hub.kernel.derive import derive
from hub.kernel.facts import Facts, Planned
from hub.kernel.manual import (
    RULE,
    in_force,
    with_added,
    with_override,
    without_ended,
    without_override,
)
from hub.kernel.objections import Code, Objection, objection
from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    ArrivedAt,
    ClearOverride,
    DepartedAt,
    DepartureAt,
    Field,
    Override,
    ReplacedBy,
    SetOverride,
    StationMode,
    StockOf,
)
from hub.kernel.stock import with_feeder
from protocol.identifiers import make_run_id
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from hub.kernel.conclude import Stored
    from hub.kernel.override import SetStationMode, Word
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station

AHEAD = timedelta(days=2)
"""As far as dispatching's own rows are believed (`hub.kernel.intake`)."""


@dataclass(frozen=True)
class Obeyed:
    """What becomes of a command about one run.

    Attributes:
        refused: why it is not done; empty: it is.
        facts: the run's facts after it, None when it is refused.
        run: the run after it.
    """

    refused: tuple[Objection, ...] = ()
    warned: tuple[Objection, ...] = ()
    facts: Facts | None = None
    run: Run | None = None


def obey_set(
    command: SetOverride,
    before: Stored | None,
    others: Iterable[Run],
    station: Station,
    now: Instant,
    other: Stored | None = None,
) -> Obeyed:
    """Return what a word makes of the run that was `before`.

    Args:
        command: the word.
        before: the run, None: there is none of that id.
        others: the other runs of these days, for conflicts about tracks.
        station: the station.
        now: station time.
        other: the run that the word names besides, see `named_by`.
    """
    command = replace(command, until=_whole(command.until), word=_whole_word(command.word))
    refused = list(refusals_of_all(command, station, command.until, now))
    if before is None or before.facts.base.withdrawn:
        return Obeyed(refused=(*refused, objection(Code.NO_RUN, command.run_id)))
    known = without_ended(before.facts, now)
    told = before.run if known == before.facts else derive(known, station, now)
    scene = Scene(known, told, before.rev, station, now, other)
    refused.extend(refusals(command.word, scene))
    return Obeyed(refused=tuple(refused)) if refused else _say(command, scene, others)


def named_by(word: Word) -> str | None:
    """Return the other run that a word names, None if it names none."""
    return word.run_id if isinstance(word, StockOf | ReplacedBy) else None


def obey_clear(
    command: ClearOverride, before: Stored | None, station: Station, now: Instant
) -> Obeyed:
    """Return what taking words back makes of the run that was `before`."""
    refused = list(refusals_of_all(command, station, None, now))
    if before is None:
        return Obeyed(refused=(*refused, objection(Code.NO_RUN, command.run_id)))
    known = without_ended(before.facts, now)
    if not _said(known, command.field):
        refused.append(objection(Code.NOTHING, command.run_id))
    if refused:
        return Obeyed(refused=tuple(refused))
    facts = without_override(known, command.field)
    return Obeyed(facts=facts, run=derive(facts, station, now))


def obey_add(
    command: AddRun,
    before: Stored | None,
    others: Iterable[Run],
    station: Station,
    now: Instant,
    other: Stored | None = None,
) -> Obeyed:
    """Return the facts of a train that nobody told of.

    Args:
        command: the train.
        before: what the store has under `identity_of`; a withdrawn run comes back.
        others: as in `obey_set`.
        station: the station.
        now: station time.
        other: the run whose stock it leaves with.
    """
    refused = [*refusals_of_all(command, station, None, now), *_unlikely(command, station, now)]
    added = identity_of(command, station)
    if before is not None and not before.facts.base.withdrawn:
        refused.append(objection(Code.EXISTS, before.facts.run_id))
    if refused or added is None:
        return Obeyed(refused=tuple(refused))
    new = Facts(run_id=added[0], service_date=added[1])
    facts = with_added(before.facts if before is not None else new, _planned(command))
    run = derive(facts, station, now)
    if command.stock_of is None:
        return Obeyed(warned=tuple(_of_outcome(facts, run, others, station)), facts=facts, run=run)
    said = SetOverride(
        command_id=command.command_id,
        who=command.who,
        why=command.why,
        run_id=facts.run_id,
        word=StockOf(command.stock_of),
    )
    scene = Scene(facts, run, 0, station, now, other)
    refused = list(refusals(said.word, scene))
    return Obeyed(refused=tuple(refused)) if refused else _say(said, scene, others)


def obey_mode(
    command: SetStationMode, mode: StationMode | None, station: Station, now: Instant
) -> tuple[Obeyed, StationMode | None]:
    """Return what is said against making the station manual or AUTO, and its mode after it."""
    until = _whole(command.until) if command.manual else None
    refused = list(refusals_of_all(command, station, until, now))
    if not command.manual and mode is None:
        refused.append(objection(Code.NOTHING))
    if refused:
        return Obeyed(refused=tuple(refused)), mode
    if not command.manual:
        return Obeyed(), None
    warned = (objection(Code.ALREADY),) if mode is not None else ()
    since = mode.since if mode is not None else now
    made = StationMode(
        id=command.command_id, who=command.who, why=command.why, since=since, until=until
    )
    return Obeyed(warned=warned), made


def identity_of(command: AddRun, station: Station) -> tuple[str, date] | None:
    """Return id and service date of an added run, None if its number or its time is missing."""
    number = command.departure_number or command.arrival_number
    first = command.arrival or command.departure
    if not number or first is None:
        return None
    day = first.astimezone(station.zone_info).date()
    return make_run_id(day, number), day


def _say(command: SetOverride, scene: Scene, others: Iterable[Run]) -> Obeyed:
    """Return what a word makes of the run of `scene`, nothing speaking against it."""
    known, station, now, other = scene.facts, scene.station, scene.now, scene.other
    command = replace(command, word=_numbered(command.word, other))
    facts = with_override(known, _override(command, known, station, now))
    if isinstance(command.word, StockOf) and other is not None:
        facts = with_feeder(facts, other, f"{RULE}/{command.command_id}", now)
    run = derive(facts, station, now)
    warned = [*warnings(command, scene, run), *_of_outcome(facts, run, others, station)]
    others_said = [each for each in in_force(facts, now) if each.id != command.command_id]
    warned.extend(outdated(others_said, derive(facts.auto, station, now)))
    return Obeyed(warned=tuple(warned), facts=facts, run=run)


def _override(command: SetOverride, facts: Facts, station: Station, now: Instant) -> Override:
    auto = derive(facts.auto, station, now)
    return Override(
        id=command.command_id,
        run_id=command.run_id,
        word=command.word,
        who=command.who,
        why=command.why,
        since=_whole(now) or now,
        until=command.until,
        against=against(auto, command.word.field),
    )


def _of_outcome(
    facts: Facts, run: Run, others: Iterable[Run], station: Station
) -> Iterator[Objection]:
    yield from occupied(run, others)
    yield from too_short(facts, run, station.layout_on(facts.service_date))
    yield from stock_lost(facts, run)


def _said(facts: Facts, field: Field | None) -> bool:
    """Whether there is anything to take back."""
    if field is Field.ADDED:
        return facts.added is not None and not facts.withdrawn
    return any(field in {None, each.word.field} for each in facts.overrides)


def _unlikely(command: AddRun, station: Station, now: Instant) -> Iterator[Objection]:
    """Yield what cannot be true of a train that is to be added."""
    if not (command.departure_number or command.arrival_number):
        yield objection(Code.NO_NUMBER)
    arrival, departure = command.arrival, command.departure
    if (arrival is None and command.role is not Role.ORIGIN) or (
        departure is None and command.role is not Role.TERMINUS
    ):
        yield objection(Code.MISSING_TIME)
    times = [at for at in (arrival, departure) if at is not None]
    if len(times) > 1 and times[1] < times[0]:
        yield objection(Code.DISORDER)
    if times and max(times) <= now:
        yield objection(Code.LEFT)
    if times and min(times) > now + AHEAD:
        yield objection(Code.TOO_FAR, min(times).isoformat())
    day = min(times, default=now).astimezone(station.zone_info).date()
    if command.track is not None and station.layout_on(day).track(command.track) is None:
        yield objection(Code.UNKNOWN_TRACK, command.track)


def _planned(command: AddRun) -> Planned:
    return Planned(
        arrival_number=command.arrival_number,
        departure_number=command.departure_number,
        category=command.category,
        role=command.role,
        origin=command.origin,
        destination=command.destination,
        arrival=_whole(command.arrival),
        departure=_whole(command.departure),
        track=command.track,
        length_m=command.length_m,
    )


def _numbered(word: Word, other: Stored | None) -> Word:
    """A replacement that is a run of this station is told by its number."""
    if not isinstance(word, ReplacedBy) or word.number is not None or other is None:
        return word
    run = other.run
    return replace(word, number=run.departure_number or run.arrival_number)


def _whole_word(word: Word) -> Word:
    if isinstance(word, ArrivalAt | DepartureAt | ArrivedAt | DepartedAt):
        return replace(word, at=word.at.replace(microsecond=0))
    return word


def _whole(at: Instant | None) -> Instant | None:
    return at.replace(microsecond=0) if at is not None else None
