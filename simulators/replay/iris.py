"""DB IRIS XML: ``plan`` (an hour's planned stops) and ``fchg`` (all changes known), by stop id.

Law: this format only. Times are ``YYMMDDHHMM``, local.

``s`` a stop (``id``), ``tl`` its train (``c`` category, ``n`` number), ``ar``/``dp`` its arrival
and departure: ``pt``/``ct`` planned and changed time, ``pp``/``cp`` platform, ``ppth``/``cpth``
path, ``cs="c"`` cancelled (at ``clt``), ``m`` messages with their time ``ts``.

A change file says what holds in the end, its messages say when something was made known. So a
change is told with the last message before the event; without one, `UNTOLD_BEFORE` ahead of it. A
CSV with columns ``ts_yymmddHHMM,stop_id,element`` adds times of messages. A call is cancelled when
all its events are; a call cancelled in part keeps running here, and is counted.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulators.replay.calls import Options, Reading, RecordedCall, Told, chosen_stop
from simulators.replay.files import all_files, elements_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lxml import etree

    from protocol.times import Instant

UNTOLD_BEFORE = timedelta(minutes=15)
"""Our assumption: a change without a message became known so long before the event."""

TIME_FORMAT = "%y%m%d%H%M"
CANCELLED = "c"
NOT_CANCELLED = frozenset({"p", "a"})


@dataclass
class _Stop:
    """What all files together say about one stop id."""

    where: str
    station: str
    train: dict[str, str] = field(default_factory=dict)
    events: dict[str, dict[str, str]] = field(default_factory=dict)
    messages: dict[str, list[Instant]] = field(default_factory=lambda: defaultdict(list))


def read(paths: Sequence[Path], options: Options) -> Reading:
    """Read plan and change files, in any order and mixture.

    Raises:
        OperatorError: several stations and none chosen.
    """
    reading = Reading()
    stops: dict[str, _Stop] = {}
    tables = []
    for path in all_files(paths):
        if path.suffix == ".csv":
            tables.append(path)
        else:
            _read_xml(path, stops, reading, options)
    for path in tables:
        _read_times(path, stops, reading, options)
    reading.stops = Counter(stop.station for stop in stops.values())
    station = chosen_stop(reading.stops, options)
    for key, stop in stops.items():
        if stop.station == station:
            _make_call(key, stop, station, reading, options)
    return reading


def _read_xml(path: Path, stops: dict[str, _Stop], reading: Reading, options: Options) -> None:
    for element in elements_of(path, ["s"], reading):
        where = f"{path}:{element.sourceline}"
        key = element.get("id")
        if not key:
            reading.reject("stop without an id", where)
            continue
        station = element.getroottree().getroot().get("station") or path.stem
        stop = stops.setdefault(key, _Stop(where, station))
        for part in element:
            _read_part(part, stop, where, reading, options)


def _read_part(
    part: etree._Element, stop: _Stop, where: str, reading: Reading, options: Options
) -> None:
    """The later file adds to the earlier one; a plan's value is never overwritten by nothing."""
    if part.tag == "tl":
        stop.train |= dict(part.attrib)
    elif part.tag == "m":
        _read_message(part, "s", stop, where, reading, options)
    elif part.tag in ("ar", "dp"):
        stop.events.setdefault(part.tag, {}).update(dict(part.attrib))
        for message in part.iterfind("m"):
            _read_message(message, part.tag, stop, where, reading, options)


def _read_message(
    message: etree._Element,
    element: str,
    stop: _Stop,
    where: str,
    reading: Reading,
    options: Options,
) -> None:
    at = _time(message.get("ts"), "message", where, reading, options)
    if at is not None:
        stop.messages[element].append(at)


def _read_times(path: Path, stops: dict[str, _Stop], reading: Reading, options: Options) -> None:
    rows = csv.DictReader(line for _, line in lines_of(path, reading))
    for number, row in enumerate(rows, 2):
        where = f"{path}:{number}"
        stop = stops.get(row.get("stop_id") or "")
        at = _time(row.get("ts_yymmddHHMM"), "message", where, reading, options)
        if stop is None:
            reading.reject("message for an unknown stop", where)
        elif at is not None:
            stop.messages[row.get("element") or "s"].append(at)


def _time(
    text: str | None, what: str, where: str, reading: Reading, options: Options
) -> Instant | None:
    if not text:
        return None
    try:
        local = datetime.strptime(text, TIME_FORMAT)  # noqa: DTZ007 - the zone is put on next
    except ValueError:
        reading.reject(f"{what} time is no YYMMDDHHMM", f"{where}: {text!r}")
        return None
    return local.replace(tzinfo=options.zone).astimezone(UTC)


def _make_call(key: str, stop: _Stop, station: str, reading: Reading, options: Options) -> None:
    arrives, departs = stop.events.get("ar", {}), stop.events.get("dp", {})
    planned = [
        _time(event.get("pt"), "planned", stop.where, reading, options)
        for event in (arrives, departs)
    ]
    if not any(planned):
        reading.reject("change of a stop that is in no plan", stop.where)
        return
    if not stop.train.get("n"):
        reading.reject("stop without a train number", stop.where)
        return
    told = []
    for name, at in (("ar", planned[0]), ("dp", planned[1])):
        if at is not None:
            told += _told(name, at, stop, reading, options)
    told += _cancelled(planned, stop, reading, options)
    category = stop.train.get("c", "")
    call = RecordedCall(
        key=key,
        number=f"{category} {stop.train['n']}".strip(),
        category=category,
        origin=_path(arrives, first=True) if planned[0] else station,
        destination=_path(departs, first=False) if planned[1] else station,
        planned_arrival=planned[0],
        planned_departure=planned[1],
        arrival_track=arrives.get("pp"),
        departure_track=departs.get("pp"),
        told=tuple(told),
    )
    reading.accept(call, stop.where)


def _path(event: dict[str, str], *, first: bool) -> str:
    stations = (event.get("cpth") or event.get("ppth") or "?").split("|")
    return stations[0] if first else stations[-1]


def _told(
    name: str, planned: Instant, stop: _Stop, reading: Reading, options: Options
) -> list[Told]:
    event = stop.events[name]
    expected = _time(event.get("ct"), "changed", stop.where, reading, options)
    happens = expected or planned
    told = _known_at(name, happens, stop)
    news = []
    if expected is not None:
        news.append(
            Told(told, arrival=expected) if name == "ar" else Told(told, departure=expected)
        )
    if event.get("cp"):
        track = event["cp"]
        moved = (
            Told(told, arrival_track=track) if name == "ar" else Told(told, departure_track=track)
        )
        news.append(moved)
    return news


def _cancelled(
    planned: list[Instant | None], stop: _Stop, reading: Reading, options: Options
) -> list[Told]:
    happening = [(n, at) for n, at in zip(("ar", "dp"), planned, strict=True) if at is not None]
    out = []
    for name, at in happening:
        status = stop.events[name].get("cs")
        if status == CANCELLED:
            known = _time(stop.events[name].get("clt"), "cancelled", stop.where, reading, options)
            out.append(min(known or _known_at(name, at, stop), at))
        elif status is not None and status not in NOT_CANCELLED:
            reading.reject("unknown status of an event", f"{stop.where}: {status!r}")
    if out and len(out) < len(happening):
        reading.reject("cancelled in part: taken as running", stop.where)
        return []
    return [Told(max(out), cancelled=True)] if out else []


def _known_at(name: str, happens: Instant, stop: _Stop) -> Instant:
    before = [at for at in stop.messages[name] + stop.messages["s"] if at < happens]
    return max(before, default=happens - UNTOLD_BEFORE)
