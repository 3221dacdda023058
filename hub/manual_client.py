"""The duty officer's words as commands, sent to the running hub, and its answer in words.

Law: nothing is judged here; a place that the station does not know is sent as it was typed, and the
hub says so. Local times become instants by the deployment's station clock.
"""

from __future__ import annotations

import getpass
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec

from hub.asking import ask
from hub.kernel.objections import Answer, decode_answer
from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
    StockOf,
    encode_command,
)
from hub.manual_text import answer_text, list_text
from hub.store.manual import InForce
from protocol.errors import DeviceError, OperatorError
from protocol.identifiers import make_run_id
from protocol.runs import Role
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from hub.kernel.override import Command, Word
    from protocol.times import Instant
    from station_config.model import Gate, Layout, Platform, Station, Track
    from station_config.runtime.deployment import Deployment

_RUN_ID = re.compile(r"\d{4}-\d{2}-\d{2}\..+")
_DAY = timedelta(days=1)
AHEAD = timedelta(hours=2)
"""What has happened is told for the past; a time a little ahead is a slip, and is told so."""
BACK = timedelta(hours=6)
"""A train's time of day is one of the last hours or of those to come: 23:58 is told at 00:10."""
_SPOKEN = {
    "room": "waiting-room",
    "cancel": "cancelled",
    "arrived": "actual-arrival",
    "departed": "actual-departure",
}
"""Fields by the action that sets them, where those are called otherwise."""
_Place = TypeVar("_Place", "Track", "Platform", "Gate")


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code: 1 for a refused command."""
    deployment = load_deployment(arguments.deployment)
    station = load_station(deployment.station)
    if arguments.action == "list":
        body = ask(deployment, "manual", None)
        listed = msgspec.json.decode(body, type=InForce)
        print(body.decode() if arguments.json else list_text(listed, station))  # noqa: T201 - the answer
        return 0
    command = Speaker(station, deployment.station_clock().now()).command(arguments)
    page = "preview" if arguments.preview else "command"
    answer = send_command(deployment, page, command)
    text = answer_text(answer, station, preview=arguments.preview)
    print(msgspec.json.encode(answer).decode() if arguments.json else text)  # noqa: T201
    return 0 if answer.accepted else 1


@dataclass(frozen=True)
class Speaker:
    """Turns a command line into a command.

    Attributes:
        station: what the station is.
        now: station time.
    """

    station: Station
    now: Instant

    def command(self, arguments: argparse.Namespace) -> Command:
        """Return the command that `arguments` mean.

        Raises:
            OperatorError: a time, a date or a field cannot be understood.
        """
        said = {
            "command_id": arguments.id or str(uuid.uuid4()),
            "who": arguments.who or getpass.getuser(),
            "why": arguments.why,
        }
        if arguments.action == "station":
            until = self._until(arguments)
            return SetStationMode(**said, manual=arguments.mode == "manual", until=until)
        if arguments.action == "add":
            return self._add(arguments, said)
        run_id = self.run_id_of(arguments.train, arguments.day)
        if arguments.action == "clear":
            return ClearOverride(**said, run_id=run_id, field=_field(arguments.field))
        word = self._word(arguments, self.station.layout_on(date.fromisoformat(run_id[:10])))
        return SetOverride(**said, run_id=run_id, word=word, until=self._until(arguments))

    def _word(self, arguments: argparse.Namespace, layout: Layout) -> Word:
        said = arguments
        words: dict[str, Callable[[], Word]] = {
            "delay": lambda: Delayed(said.minutes, texts_of(said.text)),
            "arrival": lambda: ArrivalAt(self.instant(said.at), texts_of(said.text)),
            "departure": lambda: DepartureAt(self.instant(said.at), texts_of(said.text)),
            "unknown": lambda: DelayUnknown(texts_of(said.text)),
            "track": lambda: OnTrack(_id_of(layout.tracks, said.place)),
            "platform": lambda: AtPlatform(_id_of(layout.platforms, said.place)),
            "room": lambda: InWaitingRoom(_room(layout, said.place)),
            "gates": lambda: ByGates(tuple(_id_of(layout.gates, gate) for gate in said.places)),
            "check-in": lambda: CheckIn(said.do == "open"),
            "cancel": Cancelled,
            "ends-here": lambda: EndsHere(not said.no),
            "starts-here": lambda: StartsHere(not said.no),
            "replaced-by": lambda: self._replacement(said),
            "stock": lambda: StockOf(self._other(said, said.feeder)),
            "arrived": lambda: ArrivedAt(self._past(said.at)),
            "departed": lambda: DepartedAt(self._past(said.at)),
            "reinstate": lambda: Cancelled(cancelled=False),
        }
        return words[arguments.action]()

    def _replacement(self, arguments: argparse.Namespace) -> ReplacedBy:
        """A bus, a run of this station by its identifier, or any train by its number."""
        by: str = arguments.by
        if by == "bus":
            return ReplacedBy(texts=texts_of(arguments.text))
        if _RUN_ID.fullmatch(by):
            return ReplacedBy(run_id=by, texts=texts_of(arguments.text))
        return ReplacedBy(number=by, texts=texts_of(arguments.text))

    def _other(self, arguments: argparse.Namespace, text: str) -> str | None:
        """Return the run whose stock is meant: of the day of the train itself, if none is given."""
        if text == "none":
            return None
        if _RUN_ID.fullmatch(text):
            return text
        return make_run_id(
            date.fromisoformat(self.run_id_of(arguments.train, arguments.day)[:10]), text
        )

    def _past(self, text: str) -> Instant:
        """Return when clocks showed `text` last, or will within `AHEAD`, which the hub refuses."""
        return self.instant(text, back=_DAY - AHEAD)

    def _add(self, arguments: argparse.Namespace, said: dict[str, str]) -> AddRun:
        arrival = self.instant(arguments.arrival) if arguments.arrival else None
        departure = self.instant(arguments.departure) if arguments.departure else None
        if arrival is not None and departure is not None and departure < arrival:
            departure += _DAY
        role = Role(arguments.role or _role(arrival, departure))
        layout = self.station.layout_on(self.now.astimezone(self.station.zone_info).date())
        return AddRun(
            **said,
            arrival_number=None if role is Role.ORIGIN else arguments.number,
            departure_number=None if role is Role.TERMINUS else arguments.number,
            category=arguments.category,
            role=role,
            origin=arguments.origin,
            destination=arguments.destination,
            arrival=arrival,
            departure=departure,
            track=_id_of(layout.tracks, arguments.track) if arguments.track else None,
            length_m=arguments.length,
            stock_of=self._stock_of(arguments.stock_of, arrival or departure),
        )

    def _stock_of(self, text: str | None, first: Instant | None) -> str | None:
        """Return the run whose stock is meant: of the day of the train that is added."""
        if text is None or first is None or _RUN_ID.fullmatch(text):
            return text
        return make_run_id(first.astimezone(self.station.zone_info).date(), text)

    def run_id_of(self, text: str, day: str | None = None) -> str:
        """Return the run that `text` names: its id, or a train number of `day` (None: today).

        Raises:
            OperatorError: the date is none.
        """
        if _RUN_ID.fullmatch(text):
            _date(text[:10])
            return text
        today = self.now.astimezone(self.station.zone_info).date()
        return make_run_id(_date(day) if day else today, text)

    def _until(self, arguments: argparse.Namespace) -> Instant | None:
        if arguments.minutes_long is not None:
            return self.now + timedelta(minutes=arguments.minutes_long)
        if not arguments.until:
            return None
        return self.instant(arguments.until, back=timedelta(0))

    def instant(self, text: str, *, back: timedelta = BACK) -> Instant:
        """Return the first instant later than `back` before now at which clocks show `text`.

        Raises:
            OperatorError: it is no time of day.
        """
        try:
            clock = time.fromisoformat(text)
        except ValueError as error:
            raise OperatorError(f"{text!r} is not a time of day: write it like 18:30") from error
        zone = self.station.zone_info
        today = self.now.astimezone(zone).date()
        days = (today - _DAY, today, today + _DAY)
        shown = (datetime.combine(day, clock, tzinfo=zone).astimezone(UTC) for day in days)
        return next(at for at in shown if at > self.now - back)


def _room(layout: Layout, text: str) -> str:
    named = (room.id for room in layout.waiting_rooms if text in room.names.values())
    return next(named, text)


def _id_of(places: Iterable[_Place], label: str) -> str:
    """Return the id of the place with that label; else what was typed, which may be the id."""
    return next((place.id for place in places if place.label == label), label)


def _field(text: str | None) -> Field | None:
    if text is None:
        return None
    try:
        return Field(_SPOKEN.get(text, text))
    except ValueError as error:
        known = ", ".join(Field)
        raise OperatorError(f"{text!r} is no field; one of {known}") from error


def texts_of(given: list[str]) -> dict[str, str]:
    """Return texts by language, typed as ``zh=…``.

    Raises:
        OperatorError: one is typed otherwise.
    """
    pairs = [text.partition("=") for text in given]
    for language, equals, text in pairs:
        if not (language and equals and text):
            raise OperatorError(f"{language + equals + text!r} is no text: write zh=等候通知")
    return {language: text for language, _, text in pairs}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"{text!r} is not a date: write it like 2021-01-20") from error


def _role(arrival: Instant | None, departure: Instant | None) -> Role:
    if arrival is None:
        return Role.ORIGIN
    return Role.TERMINUS if departure is None else Role.INTERMEDIATE


def send_command(deployment: Deployment, page: str, command: Command) -> Answer:
    """Return the hub's answer to `command`.

    Raises:
        DeviceError: there was none; the message says how to give the command again.
    """
    try:
        return decode_answer(ask(deployment, page, encode_command(command)))
    except DeviceError as error:
        again = (
            f"{error.message}; to give it again without doing it twice: --id {command.command_id}"
        )
        raise DeviceError(again, where=error.where) from error
