"""What recorded days came to, read from the files with nothing but lxml.

Law: written from the formats, not from the code: it imports nothing of the project. It says how
every call ended: when the train was last expected (or came), where, and whether it was cancelled.

One thing no format can mean: a train that left, or is expected to leave, before it came;
`contradicts` marks such a call. A departure recorded up to a minute before the arrival is two
clocks: it left when it came, and `crossed` marks the call.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class End:
    """Arrival or departure: planned, last expected (None: never told), recorded; and the platform.

    `platform` is the last one told, `first_platform` the planned one.
    """

    planned: datetime
    told: datetime | None = None
    actual: datetime | None = None
    cancelled: bool = False
    platform: str | None = None
    first_platform: str | None = None

    @property
    def expected(self):
        return self.actual or self.told or self.planned


@dataclass(frozen=True)
class Call:
    number: str
    category: str
    origin: str
    destination: str
    arrival: End | None
    departure: End | None
    cancelled: bool
    passes: bool = False
    crossed: bool = False

    @property
    def identity(self):
        ends = (self.arrival, self.departure)
        return (self.number, *(end and end.planned for end in ends))

    @property
    def role(self):
        if self.passes:
            return "PASS"
        if self.arrival is None:
            return "ORIGIN"
        return "TERMINUS" if self.departure is None else "INTERMEDIATE"

    @property
    def _ends(self):
        return [end for end in (self.departure, self.arrival) if end is not None]

    @property
    def platform(self):
        """Where passengers get in, or out where the train ends."""
        return next((end.platform for end in self._ends if end.platform), None)

    @property
    def moved_from(self):
        """The planned platform, if it is another one than the last told."""
        first = next((end.first_platform for end in self._ends if end.first_platform), None)
        return first if first != self.platform else None

    @property
    def late(self):
        return any(end.expected > end.planned for end in self._ends)

    @property
    def contradicts(self):
        both = self.arrival is not None and self.departure is not None
        return both and self.departure.expected < self.arrival.expected

    @property
    def stands_under_a_minute(self):
        """By what was last told."""
        told = [end and end.told for end in (self.arrival, self.departure)]
        return None not in told and told[1] - told[0] < timedelta(minutes=1)


def iris_calls(plans: Path, changes: Path, zone: ZoneInfo) -> dict[tuple, Call]:
    """Read Deutsche Bahn's IRIS: what changed lies over what was planned, by stop id."""
    stops: dict[str, dict[str, dict[str, str]]] = {}
    station = ""
    for path in [*sorted(p for p in plans.rglob("*") if p.is_file()), changes]:
        root = etree.parse(path).getroot()
        station = root.get("station") or station
        for stop in root.findall("s"):
            held = stops.setdefault(stop.get("id"), {"tl": {}, "ar": {}, "dp": {}})
            for name, values in held.items():
                found = stop.find(name)
                values.update(found.attrib if found is not None else {})

    calls = {}
    for stop in stops.values():
        if "pt" not in stop["ar"] | stop["dp"]:
            continue  # a change of a train whose plan was not recorded
        call = _iris_call(stop, station, zone)
        assert call.identity not in calls
        calls[call.identity] = call
    return calls


def _iris_call(stop, station, zone):
    arrival, departure = _iris_end(stop["ar"], zone), _iris_end(stop["dp"], zone)
    paths = [(stop[e].get("cpth") or stop[e].get("ppth") or "").split("|") for e in ("ar", "dp")]
    return Call(
        number=f"{stop['tl']['c']} {stop['tl']['n']}",
        category=stop["tl"]["c"],
        origin=paths[0][0] if arrival else station,
        destination=paths[1][-1] if departure else station,
        arrival=arrival,
        departure=departure,
        cancelled=all(end.cancelled for end in (arrival, departure) if end is not None),
    )


def _iris_end(event, zone):
    def at(text):
        local = datetime.strptime(text, "%y%m%d%H%M").replace(tzinfo=zone)
        return local.astimezone(UTC)

    if "pt" not in event:
        return None
    return End(
        planned=at(event["pt"]),
        told=at(event["ct"]) if "ct" in event else None,
        cancelled=event.get("cs") == "c",
        platform=event.get("cp") or event.get("pp"),
        first_platform=event.get("pp"),
    )


@cache
def _delivery(path: Path):
    with lzma.open(path) as file:
        return etree.parse(file).getroot()


def siri_calls(delivery: Path, stop: str) -> dict[tuple, Call]:
    """Read one SIRI-ET delivery: every call at `stop`."""
    calls = {}
    for journey in _delivery(delivery).iter("{*}EstimatedVehicleJourney"):
        whole = list(journey.iter("{*}RecordedCall", "{*}EstimatedCall"))
        out = journey.findtext("{*}Cancellation") == "true"
        for index, element in enumerate(whole):
            if element.findtext("{*}StopPointName") != stop:
                continue
            call = _siri_call(journey, element, whole, out=out)
            if index == 0:
                call = replace(call, arrival=None)
            if index == len(whole) - 1:
                call = replace(call, departure=None)
            assert call.identity not in calls
            calls[call.identity] = call
    return calls


def _siri_call(journey, element, whole, *, out):
    def text(name):
        return element.findtext("{*}" + name)

    def at(name):
        return datetime.fromisoformat(text(name)).astimezone(UTC) if text(name) else None

    def end(name):
        if at(f"Aimed{name}Time") is None:
            return None
        platform = text(f"{name}PlatformName")
        platform = None if platform == "--" else platform  # what is written where none is known
        return End(
            planned=at(f"Aimed{name}Time"),
            told=at(f"Expected{name}Time"),
            actual=at(f"Actual{name}Time"),
            platform=platform,
            first_platform=platform,
        )

    arrival, departure = end("Arrival"), end("Departure")
    came, left = at("ActualArrivalTime"), at("ActualDepartureTime")
    crossed = bool(came and left and timedelta() < came - left <= timedelta(minutes=1))
    if crossed:
        departure = replace(departure, actual=came)
    statuses = {text(f"{name}Status") for name in ("Arrival", "Departure")} - {None}
    boarding = [text(f"{name}BoardingActivity") for name in ("Arrival", "Departure")]
    names = [journey.findtext("{*}" + f"{end}Name") for end in ("Origin", "Destination")]
    return Call(
        number=journey.findtext("{*}VehicleRef"),
        category=journey.findtext("{*}ProductCategoryRef") or journey.findtext("{*}OperatorRef"),
        origin=names[0] or whole[0].findtext("{*}StopPointName"),
        destination=names[1] or whole[-1].findtext("{*}StopPointName"),
        arrival=arrival,
        departure=departure,
        crossed=crossed,
        cancelled=out or text("Cancellation") == "true" or statuses == {"cancelled"},
        passes=boarding == ["passThru", "passThru"],
    )
