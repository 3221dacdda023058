"""SIRI-ET: estimated timetables, any number of deliveries, read tolerantly.

Law: this format only. Real deliveries do not validate against the official schema; so only local
names matter, order and unknown elements do not, and what is missing is looked for where else it may
stand. One ``EstimatedVehicleJourney`` is held at a time.

A delivery tells, at its recorded time, what it expects; later deliveries of the same journey tell
more. Aimed times and platforms of the first are the plan. Actual times are told at their own time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import etree

from simulators.replay.calls import Options, Reading, RecordedCall, Told, chosen_stop
from simulators.replay.files import all_files, elements_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from protocol.times import Instant

JOURNEY = "EstimatedVehicleJourney"
RECORDED = "RecordedAtTime"
RESPONSE = "ResponseTimestamp"
CALLS = ("RecordedCall", "EstimatedCall")
KEYS = ("DatedVehicleJourneyRef", "EstimatedVehicleJourneyCode", "VehicleJourneyRef", "BlockRef")
NUMBERS = ("TrainNumberRef", "VehicleRef", "PublishedLineName", "VehicleJourneyName")
CATEGORIES = ("ProductCategoryRef", "OperatorRef")
TRUE = frozenset({"true", "1"})
CANCELLED = "cancelled"
UNKNOWN_STATUS = frozenset({"noreport", "missed"})
NO_PLATFORM = frozenset({"-", "--", "---"})
"""What producers write where they know no platform; it is no name."""


@dataclass
class _Call:
    """One call of one journey as one delivery has it."""

    element: etree._Element
    texts: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = {}
        for part in self.element:
            if isinstance(part.tag, str) and part.text:
                self.texts.setdefault(_local(part), part.text.strip())

    @property
    def stop(self) -> str:
        """Its name, else its code."""
        return self.texts.get("StopPointName") or self.texts.get("StopPointRef") or ""

    def is_at(self, stop: str) -> bool:
        """Whether it is at the stop of this name or code."""
        return stop in (self.texts.get("StopPointName"), self.texts.get("StopPointRef"))


@dataclass
class _Heard:
    """A call as known from the deliveries so far."""

    call: RecordedCall
    where: str


def read(paths: Sequence[Path], options: Options) -> Reading:
    """Read deliveries.

    Raises:
        OperatorError: several stops and none chosen.
    """
    reading = Reading()
    files = all_files(paths)
    codes: set[str] = set()
    for path in files:
        for _, journey in _journeys(path, Reading(), options):
            calls = _calls(journey)
            reading.stops.update(call.stop for call in calls if call.stop)
            codes.update(call.texts.get("StopPointRef", "") for call in calls)
    by_code = options.stop is not None and options.stop in codes
    stop = str(options.stop) if by_code else chosen_stop(reading.stops, options)
    heard: dict[str, _Heard] = {}
    for path in files:
        for recorded, journey in _journeys(path, reading, options):
            where = f"{path}:{journey.sourceline}"
            _hear(journey, recorded, stop, where, heard, reading, options)
    for item in heard.values():
        reading.accept(item.call, item.where)
    return reading


def _journeys(
    path: Path, reading: Reading, options: Options
) -> Iterator[tuple[Instant | None, etree._Element]]:
    """Yield (when it was recorded, journey)."""
    told: Instant | None = None
    for element in elements_of(path, [JOURNEY, RECORDED, RESPONSE], reading):
        if _local(element) == JOURNEY:
            own = _texts(element).get(RECORDED)
            yield (_time(own, options) or told, element)
        else:
            told = _time(element.text, options) or told


def _calls(journey: etree._Element) -> list[_Call]:
    found = [e for e in journey.iter() if isinstance(e.tag, str) and _local(e) in CALLS]
    return [_Call(element) for element in found]


def _hear(
    journey: etree._Element,
    recorded: Instant | None,
    stop: str,
    where: str,
    heard: dict[str, _Heard],
    reading: Reading,
    options: Options,
) -> None:
    calls = _calls(journey)
    here = [(n, call) for n, call in enumerate(calls) if call.is_at(stop)]
    if not here:
        return
    texts = _texts(journey)
    key = next((texts[name] for name in KEYS if texts.get(name)), None)
    if key is None:
        reading.reject("journey without a reference", where)
        return
    if recorded is None:
        reading.reject("journey without a recorded time", where)
        return
    ends = (texts.get("OriginName") or calls[0].stop, texts.get("DestinationName"))
    for nth, (index, call) in enumerate(here, 1):
        wrong = _no_times(call, options)
        if wrong:
            reading.reject("time is no ISO 8601 time", f"{where}: {wrong[0]!r}")
            continue
        made = _recorded_call(call, texts, options)
        is_first, is_last = index == 0, index == len(calls) - 1
        made = replace(
            made,
            key=key if nth == 1 else f"{key}#{nth}",
            origin=ends[0],
            destination=ends[1] or calls[-1].stop,
            planned_arrival=None if is_first else made.planned_arrival,
            planned_departure=None if is_last else made.planned_departure,
        )
        _add(made, _told(call, texts, recorded, options), heard, where)


def _no_times(call: _Call, options: Options) -> list[str]:
    times = [text for name, text in call.texts.items() if name.endswith("Time")]
    return [text for text in times if _time(text, options) is None]


def _add(made: RecordedCall, told: Told, heard: dict[str, _Heard], where: str) -> None:
    before = heard.get(made.key)
    if before is None:
        heard[made.key] = _Heard(replace(made, told=(told,)), where)
        return
    call = before.call
    before.call = replace(
        call,
        told=(*call.told, told),
        actual_arrival=made.actual_arrival or call.actual_arrival,
        actual_departure=made.actual_departure or call.actual_departure,
    )


def _recorded_call(call: _Call, texts: dict[str, str], options: Options) -> RecordedCall:
    number = next((texts[name] for name in NUMBERS if texts.get(name)), "")
    get = call.texts.get
    return RecordedCall(
        key="",
        number=number or texts.get("LineRef", "?"),
        category=next((texts[name] for name in CATEGORIES if texts.get(name)), ""),
        origin="",
        destination="",
        planned_arrival=_time(get("AimedArrivalTime"), options),
        planned_departure=_time(get("AimedDepartureTime"), options),
        arrival_track=_platform(call, "Arrival"),
        departure_track=_platform(call, "Departure") or _platform(call, "Arrival"),
        actual_arrival=_time(get("ActualArrivalTime"), options),
        actual_departure=_time(get("ActualDepartureTime"), options),
        passes=_is_pass(call),
    )


def _platform(call: _Call, event: str) -> str | None:
    """Return the platform of the arrival or the departure, None if none is told."""
    said = call.texts.get(f"{event}PlatformName")
    return None if said in NO_PLATFORM else said


def _is_pass(call: _Call) -> bool:
    """Nobody gets on or off: the train does not stop for passengers."""
    activities = (
        call.texts.get("ArrivalBoardingActivity"),
        call.texts.get("DepartureBoardingActivity"),
    )
    return activities == ("passThru", "passThru")


def _told(call: _Call, texts: dict[str, str], recorded: Instant, options: Options) -> Told:
    get = call.texts.get
    statuses = {(get(f"{event}Status") or "").lower() for event in ("Arrival", "Departure")}
    flags = (get("Cancellation"), texts.get("Cancellation"))
    out = any((f or "").lower() in TRUE for f in flags) or statuses - {""} == {CANCELLED}
    return Told(
        at=recorded,
        arrival=_time(get("ExpectedArrivalTime"), options),
        departure=_time(get("ExpectedDepartureTime"), options),
        arrival_track=_platform(call, "Arrival"),
        departure_track=_platform(call, "Departure"),
        cancelled=out,
        delay_known=not statuses & UNKNOWN_STATUS,
    )


def _texts(journey: etree._Element) -> dict[str, str]:
    """The journey's own texts, and those of its references one level down."""
    texts: dict[str, str] = {}
    for part in journey:
        if not isinstance(part.tag, str) or _local(part) in {"RecordedCalls", "EstimatedCalls"}:
            continue
        for element in (part, *part):
            if isinstance(element.tag, str) and element.text and element.text.strip():
                texts.setdefault(_local(element), element.text.strip())
    return texts


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _time(text: str | None, options: Options) -> Instant | None:
    """ISO 8601; a time without a zone is the options'. None if it is none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=options.zone)).astimezone(UTC)
