"""What speaks against a command: conflicts that refuse it, and those that a person is warned of.

Law: pure. Refused is what cannot be true or would send passengers to the wrong place; everything
else is the person's to decide, warned. No conflict is judged by the feed's word against a person's:
that is what the person is there for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hub.kernel.beside import values
from hub.kernel.contradictions import (
    DAY,
    LONGEST_TEXT,
    refusals_of_actual,
    refusals_of_visit,
    warnings_of_visit,
)
from hub.kernel.manual import RULE, has_left, in_force
from hub.kernel.objections import Code, Objection, objection
from hub.kernel.override import (
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    Field,
    InWaitingRoom,
    OnTrack,
)
from protocol.runs import PassengerPhase, Role
from protocol.timeline import passenger_phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts
    from hub.kernel.override import Command, Override, SetOverride, Word
    from protocol.runs import CallTime, Run
    from protocol.times import Instant
    from station_config.model import Layout, Platform, Station

_OF_FIELD = {
    Field.ARRIVAL: ("arrival", "held"),
    Field.DEPARTURE: ("departure", "held"),
    Field.DELAY: ("arrival", "departure", "held"),
    Field.UNKNOWN: ("arrival", "departure", "held"),
    Field.TRACK: ("track",),
    Field.PLATFORM: ("platform",),
    Field.WAITING_ROOM: ("waiting_room",),
    Field.GATES: ("gates",),
    Field.CHECK_IN: ("check_in_opens_at", "check_in_closes_at"),
    Field.CANCELLED: ("cancelled",),
    Field.ENDS_HERE: ("ends_here",),
    Field.STARTS_HERE: ("starts_here",),
    Field.REPLACED: (),
    Field.STOCK: ("feeder",),
    Field.ACTUAL_ARRIVAL: ("actual_arrival",),
    Field.ACTUAL_DEPARTURE: ("actual_departure",),
}
_IN_CHECK_IN = frozenset({PassengerPhase.CHECK_IN, PassengerPhase.LAST_CALL})
_CHECK_IN_OVER = frozenset({PassengerPhase.CHECK_IN_CLOSED, PassengerPhase.GONE})


@dataclass(frozen=True)
class Scene:
    """What a word is judged against.

    Attributes:
        facts: of the run.
        run: as passengers are told of it now.
        rev: revision of its publication.
        other: the run that the word names besides, None: none, or there is no such run.
    """

    facts: Facts
    run: Run
    rev: int
    station: Station
    now: Instant
    other: Stored | None = None

    @property
    def layout(self) -> Layout:
        """The layout on the run's day."""
        return self.station.layout_on(self.facts.service_date)

    @property
    def platform(self) -> Platform | None:
        """The platform at which the run is told to stand."""
        return platform_of(self.run, self.layout)


def against(run: Run, field: Field) -> str:
    """Return what `run` says of a field, as text that can be compared."""
    found = values(run)
    said = [found[name] for name in _OF_FIELD[field]]
    return msgspec.json.encode(said, order="deterministic").decode()


def platform_of(run: Run, layout: Layout) -> Platform | None:
    """Return the platform that `run` is told to stand at, None if none is told."""
    return next((p for p in layout.platforms if p.label == run.platform), None)


def refusals_of_all(
    command: Command, station: Station, until: Instant | None, now: Instant
) -> Iterator[Objection]:
    """Yield what speaks against any command."""
    if not (command.who.strip() and command.why.strip() and command.command_id.strip()):
        yield objection(Code.NO_REASON)
    if RULE not in station.policies.rules:
        yield objection(Code.NO_RULE)
    if until is not None and until <= now:
        yield objection(Code.EXPIRED, until.isoformat())


def refusals(word: Word, scene: Scene) -> Iterator[Objection]:
    """Yield why `word` cannot be said of the run of `scene`."""
    match word:
        case CheckIn():
            yield from _check_in(word, scene)
        case ArrivedAt() | DepartedAt():
            yield from refusals_of_actual(word, scene)
        case _ if has_left(scene.facts.base, in_force(scene.facts, scene.now)):
            yield objection(Code.LEFT)
        case ArrivalAt() | DepartureAt() | Delayed():
            yield from _times(word, scene)
        case DelayUnknown():
            yield from _texts(word.texts)
        case OnTrack() | AtPlatform() | InWaitingRoom() | ByGates():
            yield from _places(word, scene)
        case _:
            yield from refusals_of_visit(word, scene)


def warnings(command: SetOverride, scene: Scene, after: Run) -> Iterator[Objection]:
    """Yield what a person should know who says the word of `command`.

    Args:
        command: accepted.
        scene: before it.
        after: the run as it is then told.
    """
    word = command.word
    if command.seen_rev is not None and command.seen_rev < scene.rev:
        yield objection(Code.SEEN_OLDER)
    if isinstance(word, CheckIn):
        phase = passenger_phase(scene.run, scene.now)
        if phase in (_IN_CHECK_IN if word.is_open else _CHECK_IN_OVER):
            yield objection(Code.ALREADY)
    if isinstance(word, Cancelled) and word.cancelled is scene.run.cancelled:
        yield objection(Code.ALREADY)
    if isinstance(word, ArrivalAt | DepartureAt | Delayed):
        yield from _about_times(word, after, scene.now)
    if isinstance(word, OnTrack | AtPlatform):
        yield from gates_follow(scene.facts.overrides, after, scene.layout)
    yield from warnings_of_visit(word, scene, after)


def occupied(after: Run, others: Iterable[Run]) -> Iterator[Objection]:
    """Yield a warning for each train that is on the same track at the same time.

    ORIGIN and TERMINUS count at their one minute only: how long their stock stands is not known.
    """
    mine = stay_of(after)
    if after.track is None or mine is None:
        return
    for other in others:
        theirs = stay_of(other)
        if other.run_id == after.run_id or other.track != after.track or theirs is None:
            continue
        if mine[0] <= theirs[1] and theirs[0] <= mine[1]:
            number = other.departure_number or other.arrival_number or other.run_id
            yield objection(Code.TRACK_OCCUPIED, f"{after.track}, {number}")


def too_short(facts: Facts, after: Run, layout: Layout) -> Iterator[Objection]:
    """Yield a warning if the train's length is known and its platform is shorter."""
    length = facts.printed.length_m if facts.printed is not None else None
    platform = platform_of(after, layout)
    if length is not None and platform is not None and platform.length_m < length:
        yield objection(Code.TOO_SHORT, f"{platform.length_m} m < {length} m")


def outdated(words: Iterable[Override], auto: Run) -> Iterator[Objection]:
    """Yield a warning for each word of `words` since which AUTO has come to say otherwise."""
    for each in words:
        field = each.word.field
        if each.against and against(auto, field) != each.against:
            yield objection(Code.NEWER, field.value)


def _check_in(word: CheckIn, scene: Scene) -> Iterator[Objection]:
    run, departure = scene.run, scene.run.departure
    gates = run.gates if run.platform is not None else scene.layout.gates
    boards = run.role in {Role.ORIGIN, Role.INTERMEDIATE}
    if departure is None or not boards or not gates or run.cancelled:
        yield objection(Code.NO_CHECK_IN)
    elif departure.actual is not None or not (run.held or departure.expected > scene.now):
        yield objection(Code.AFTER_DEPARTURE if word.is_open else Code.LEFT)


def _texts(texts: dict[str, str]) -> Iterator[Objection]:
    long = (text for text in texts.values() if len(text) > LONGEST_TEXT)
    yield from (objection(Code.TOO_LONG, text) for text in long)


def _times(word: ArrivalAt | DepartureAt | Delayed, scene: Scene) -> Iterator[Objection]:
    yield from _texts(word.texts)
    if isinstance(word, Delayed):
        if abs(word.minutes) > DAY.total_seconds() / 60:
            yield objection(Code.TOO_FAR, str(word.minutes))
        return
    run = scene.run
    call = run.arrival if isinstance(word, ArrivalAt) else run.departure
    if call is None or call.cancelled:
        yield objection(Code.NO_CALL)
        return
    if call.actual is not None:
        yield objection(Code.HAPPENED)
    if abs(word.at - call.planned) > DAY:
        yield objection(Code.TOO_FAR, word.at.isoformat())
    arrives, departs = _told_order(word, scene)
    if arrives is not None and departs is not None and departs < arrives:
        yield objection(Code.DISORDER)


def _told_order(
    word: ArrivalAt | DepartureAt, scene: Scene
) -> tuple[Instant | None, Instant | None]:
    """Arrival and departure; the departure follows a late arrival unless a person fixed it."""
    if isinstance(word, DepartureAt):
        arrival = scene.run.arrival
        if arrival is None or arrival.cancelled or (scene.run.held and arrival.actual is None):
            return None, word.at
        return arrival.expected, word.at
    said = (each.word for each in scene.facts.overrides if each.holds(scene.now))
    return word.at, next((each.at for each in said if isinstance(each, DepartureAt)), None)


def _places(
    word: OnTrack | AtPlatform | InWaitingRoom | ByGates, scene: Scene
) -> Iterator[Objection]:
    layout = scene.layout
    match word:
        case OnTrack():
            if layout.track(word.track) is None:
                yield objection(Code.UNKNOWN_TRACK, word.track)
        case AtPlatform():
            if all(platform.id != word.platform for platform in layout.platforms):
                yield objection(Code.UNKNOWN_PLATFORM, word.platform)
        case InWaitingRoom():
            if all(room.id != word.waiting_room for room in layout.waiting_rooms):
                yield objection(Code.UNKNOWN_ROOM, word.waiting_room)
        case _:
            yield from _gates(word, scene)


def _gates(word: ByGates, scene: Scene) -> Iterator[Objection]:
    known = {gate.id: gate for gate in scene.layout.gates}
    platform = scene.platform
    if not word.gates:
        yield objection(Code.UNKNOWN_GATE)
    for gate_id in word.gates:
        gate = known.get(gate_id)
        if gate is None:
            yield objection(Code.UNKNOWN_GATE, gate_id)
        elif platform is not None and platform.id not in gate.platforms:
            yield objection(Code.GATE_NOT_SERVING, f"{gate.label} → {platform.label}")


def _about_times(
    word: ArrivalAt | DepartureAt | Delayed, after: Run, now: Instant
) -> Iterator[Objection]:
    departure = _leaving(after)
    if departure is not None and departure.actual is None:
        if departure.expected < departure.planned:
            yield objection(Code.EARLY)
        if isinstance(word, DepartureAt) and departure.expected != word.at:
            yield objection(Code.DWELL if after.feeder is None else Code.TURN_ROUND)
    if any(call.actual is None and call.expected <= now for call in _said(word, after)):
        yield objection(Code.PAST)


def _said(word: ArrivalAt | DepartureAt | Delayed, run: Run) -> list[CallTime]:
    """Return the events that the word is about, as far as they take place."""
    arrival = None if isinstance(word, DepartureAt) else run.arrival
    departure = None if isinstance(word, ArrivalAt) else run.departure
    return [call for call in (arrival, departure) if call is not None and not call.cancelled]


def _leaving(run: Run) -> CallTime | None:
    departure = run.departure
    return departure if departure is not None and not departure.cancelled else None


def gates_follow(words: Iterable[Override], after: Run, layout: Layout) -> Iterator[Objection]:
    """Yield a warning if gates that a person set do not lead to the train's platform."""
    platform = platform_of(after, layout)
    by_hand = [each.word for each in words if isinstance(each.word, ByGates)]
    for word in by_hand:
        serving = {gate.id for gate in layout.gates_to(platform.id)} if platform else set()
        if not serving & set(word.gates):
            yield objection(Code.GATES_FOLLOW)


def stay_of(run: Run) -> tuple[Instant, Instant] | None:
    """Return from when to when a run is on its track, None if nobody knows or it does not come."""
    calls = [call for call in (run.arrival, run.departure) if call and not call.cancelled]
    if run.cancelled or run.held or not calls:
        return None
    return calls[0].expected, calls[-1].expected
