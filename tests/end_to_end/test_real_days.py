"""Days that other railways recorded, through the whole chain, against the files themselves.

Recording, reader, dispatching database, feed over two terminals (real sender, real receiver), the
hub's operations on SQLite, published runs. Station time goes in slices, so nobody waits: a slice is
shorter than the time that a row stands after its train has left. What was published last of every
run must be what `recordings` reads from the files with nothing but lxml.
"""

from __future__ import annotations

import os
import tomllib
import tty
from collections import Counter, deque
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import structlog
import tomli_w

import one_way_feed
from hub.kernel.reasons import Reason
from hub.kernel.rulebook import DEFAULT_ORDER
from hub.operations import Operations
from one_way_feed.keys import KeyRing, load_keys, save_keys
from one_way_feed.receiver import Receiver
from one_way_feed.rows import RowUpserted, row_key
from one_way_feed.sender import Sender
from one_way_feed.settings import load_sender_settings
from one_way_feed.source import Source
from one_way_feed.table import Table
from protocol.runs import Run
from protocol.times import minute_number
from simulators.dispatch.database import apply, open_database
from simulators.replay import iris, siri_et
from simulators.replay.calls import Options
from simulators.replay.telling import changes_of_calls
from station_config.model import (
    Category,
    Layout,
    Platform,
    Policies,
    Station,
    Track,
    TrackKind,
    Windows,
    Yard,
)
from station_config.runtime.clocks import system_clock
from tests.end_to_end.recordings import iris_calls, siri_calls

DATA = Path(__file__).parents[3] / "shared/data"
GERMANY, NORWAY = DATA / "germany-iris", DATA / "norway-siri"
DELIVERY = NORWAY / "siri-et-gir-npe.xml.xz"
EXAMPLE = Path(one_way_feed.__file__).with_name("examples") / "dmis.toml"
BERLIN, OSLO = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Oslo")
SLICE = timedelta(minutes=29)
BAUD = 115200

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data"),
]


def make_station(zone: ZoneInfo, calls) -> Station:
    """A station of the platforms and categories that the recording has; no timetable, no gates."""
    ends = [end for call in calls for end in (call.arrival, call.departure) if end]
    names = sorted({p for end in ends for p in (end.platform, end.first_platform) if p})
    minutes = [timedelta(minutes=number) for number in range(181)]
    layout = Layout(
        valid_from=date(2000, 1, 1),
        yards=(Yard("yard", {"en": "Yard"}),),
        platforms=tuple(Platform(f"p{n}", n, "yard", 400) for n in names),
        tracks=tuple(
            Track(n, n, "yard", TrackKind.RECEIVING_DEPARTURE, f"p{n}", 400) for n in names
        ),
        waiting_rooms=(),
        gates=(),
    )
    return Station(
        id="recorded",
        names={"en": "Recorded"},
        codes={},
        zone=str(zone),
        languages=("en",),
        layouts=(layout,),
        announcement_zones=(),
        boards=(),
        categories=tuple(Category(c, {"en": c}) for c in sorted({c.category for c in calls})),
        lead_times=(),
        windows=Windows(
            shown=minutes[180],
            waiting=minutes[60],
            gate=minutes[20],
            approach=minutes[5],
            departure_linger=minutes[1],
            arrival_linger=minutes[10],
        ),
        policies=Policies(minutes[30], minutes[0], DEFAULT_ORDER),
        places={},
        timetable=None,
        directory=Path("/nowhere"),
    )


class Wire:
    """The real feed: sender and receiver on two terminals; `carry` takes octets across."""

    def __init__(self, turning, settings, directory):
        self.changes, self._rows, self._applied = [], {}, 0
        self._waiting, self.octets = b"", 0
        self._near, self._far = self._terminal(), self._terminal()
        line = msgspec.structs.replace(settings.line, device=self._near[2])
        self._sender = Sender(
            turning.reactor,
            settings=msgspec.structs.replace(settings, line=line),
            keys=load_keys(line.keys),
            epoch=1,
            source=Source(settings.database, settings.queries),
            clock=system_clock(),
            log=structlog.get_logger(),
        )
        self.receiver = Receiver(
            turning.reactor,
            name="a",
            device=self._far[2],
            baud=BAUD,
            keys=line.keys,
            memory=directory / "mark",
            held={},
            on_changes=self.changes.extend,
            on_status=lambda _status: None,
            log=structlog.get_logger(),
        )
        self._started = False

    @staticmethod
    def _terminal():
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        return master, slave, Path(os.ttyname(slave))

    def bring(self, wanted):
        """Yield until the hub's table is `wanted`; then return the changes that made it so."""
        if not self._started:
            self._started = True
            self.receiver.start()
            self._sender.start()
        begun = len(self.changes)
        while self._carry() != wanted:
            yield
        return self.changes[begun:]

    def _carry(self):
        try:
            octets = os.read(self._near[0], 65536)
            self._waiting += octets
            self.octets += len(octets)
        except BlockingIOError:
            pass
        try:
            while self._waiting:
                self._waiting = self._waiting[os.write(self._far[0], self._waiting) :]
        except BlockingIOError:
            pass
        for change in self.changes[self._applied :]:
            if isinstance(change, RowUpserted):
                self._rows[row_key(change.row)] = change.row
            else:
                self._rows.pop(change.key, None)
        self._applied = len(self.changes)
        return self._rows

    def stop(self):
        if self._started:
            self._sender.stop()
            self.receiver.stop()
        for master, slave, _ in (self._near, self._far):
            os.close(slave)
            os.close(master)


class NoWire:
    """The sender's table alone, for many small stations; rows are made anew, as the codec does."""

    def __init__(self):
        self._table = Table(1)

    def bring(self, wanted):
        yield
        made = {
            key: msgspec.json.decode(msgspec.json.encode(r), type=type(r))
            for key, r in wanted.items()
        }
        return self._table.update(made)

    def stop(self):
        pass


class Day:
    """One recorded day at one station: plays it, and keeps what was published last."""

    slice = SLICE

    def __init__(self, directory, zone, calls, reading, turning=None, station=None):
        self.calls, self.reading = calls, reading
        self.runs: dict[str, Run] = {}
        self.rejected: list = []
        self._zone = zone
        directory.mkdir()
        self._engine = open_database(directory / "dispatch.db")
        settings = self._settings(directory)
        self._source = Source(settings.database, settings.queries)
        self.wire = Wire(turning, settings, directory) if turning else NoWire()
        station = station or make_station(zone, calls.values())
        self._hub = Operations(f"sqlite:///{directory / 'hub.db'}", station)

    def _settings(self, directory):
        save_keys(KeyRing(1, 0, {0: bytes(range(32))}), directory / "feed.keys", replace=True)
        values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
        url = f"sqlite:///{directory / 'dispatch.db'}"
        values["database"] |= {"url": url, "zone": str(self._zone), "poll_s": 0.1}
        values["line"] |= {"baud": BAUD, "keys": "feed.keys", "state": "sender.state"}
        path = directory / "sender.toml"
        path.write_text(tomli_w.dumps(values), encoding="utf-8")
        return load_sender_settings(path)

    def live(self):
        """Live the whole day; yields while the line is busy."""
        changes = changes_of_calls(self.reading.calls)
        now, end = changes[0].at, changes[-1].at + SLICE
        self._hub.open(now)
        while now < end:  # until what was said last has settled
            now += self.slice
            due = [change for change in changes if change.at <= now]
            changes = changes[len(due) :]
            with self._engine.begin() as connection:
                apply(connection, due, self._zone)
            polled = self._source.poll()
            assert not polled.rejects
            news = yield from self.wire.bring(polled.rows)
            done = self._hub.step(now, news, minute_number(now))
            self.rejected += done.rejected
            self._hear(now)

    def _hear(self, _now):
        while waiting := self._hub.pending(1000):
            for publication in waiting:
                if publication.entity.startswith("run/") and publication.body is not None:
                    run = msgspec.json.decode(publication.body, type=Run)
                    self.runs[run.run_id] = run
            self._hub.acknowledge([publication.number for publication in waiting])

    def close(self):
        self.wire.stop()
        self._hub.close()
        self._source.close()
        self._engine.dispose()


def identity(run: Run):
    ends = (run.arrival, run.departure)
    number = run.departure_number or run.arrival_number
    return (number, *(end and end.planned for end in ends))


def untrue_estimate(told, end) -> bool:
    """Dispatching's delays are whole minutes. Of a train long gone no estimate need be told."""
    if told.estimated is None:
        return end.told is not None and end.actual is None
    return end.told is None or abs(told.estimated - end.told) > timedelta(seconds=30)


def differences(run: Run, call) -> list[str]:
    """What was published last and is not what the files say; empty is equal.

    Of a call whose recorded times contradict each other the times are not compared.
    """
    pairs = {
        "cancelled": (run.cancelled, call.cancelled),
        "held": (run.held, False),
        "platform": (run.platform, call.platform),
        "role": (run.role, call.role),
        "category": (run.category, call.category),
        "origin": (run.origin.code, call.origin),
        "destination": (run.destination.code, call.destination),
    }
    ends = [(run.arrival, call.arrival), (run.departure, call.departure)]
    ends = [(told, end) for told, end in ends if end is not None]
    if call.cancelled:
        pairs["happened"] = ([told.actual for told, _ in ends], [None] * len(ends))
    elif not call.contradicts:
        pairs["expected"] = ([t.expected for t, _ in ends], [end.expected for _, end in ends])
    if not call.contradicts:
        pairs["untrue estimates"] = (sum(untrue_estimate(*each) for each in ends), 0)
    if run.platform_changed_from is not None:
        pairs["moved from"] = (run.platform_changed_from, call.moved_from)
    return [f"{call.number} {n}: {a!r} is not {b!r}" for n, (a, b) in pairs.items() if a != b]


def unexplained(day: Day) -> list:
    """Rejected rows, without those that the files themselves explain.

    A departure before the arrival, and the files have it so; or estimates less than a minute
    apart that cross when delays are rounded to minutes: then only that estimate is left out; or a
    departure recorded up to a minute before the arrival: only that is read otherwise.
    """
    of_key = {c.key: (c.number, c.planned_arrival, c.planned_departure) for c in day.reading.calls}

    def explains(call, rejected) -> bool:
        if rejected.reason is Reason.CROSSED:
            return call.crossed and rejected.partial
        before = rejected.reason is Reason.DEPARTURE_BEFORE_ARRIVAL
        return before and (call.contradicts or (rejected.partial and call.stands_under_a_minute))

    return [r for r in day.rejected if not explains(day.calls[of_key[r.key[1]]], r)]


def compare(day: Day) -> Counter:
    """Check every call; return the counts."""
    runs = {identity(run): run for run in day.runs.values()}
    assert len(runs) == len(day.runs)
    assert runs.keys() == day.calls.keys()
    wrong = [d for key, call in day.calls.items() for d in differences(runs[key], call)]
    assert not wrong, "\n".join(wrong)
    assert not unexplained(day)
    calls = day.calls.values()
    counts = {
        "calls": len(calls),
        "cancelled": sum(call.cancelled for call in calls),
        "moved": sum(call.moved_from is not None for call in calls),
        "told as moved": sum(run.platform_changed_from is not None for run in runs.values()),
        "late": sum(call.late for call in calls if not call.cancelled),
        "contradictions": sum(call.contradicts for call in calls),
        "crossed": sum(call.crossed for call in calls),
        "rejected": len({rejected.key for rejected in day.rejected}),
    }
    return Counter(counts)


def german_day(number, directory, turning):
    calls = iris_calls(GERMANY / "plan" / number, GERMANY / "fchg" / number, BERLIN)
    paths = [GERMANY / "plan" / number, GERMANY / "fchg" / number, GERMANY / f"stream_{number}.csv"]
    return Day(directory / number, BERLIN, calls, iris.read(paths, Options(BERLIN)), turning)


def norwegian_day(stop, directory, turning=None):
    reading = siri_et.read([NORWAY], Options(OSLO, stop))
    return Day(directory / stop, OSLO, siri_calls(DELIVERY, stop), reading, turning)


def test_recorded_days_come_over_the_line_as_the_files_have_them(tmp_path, turning):
    """Three stations at once, each on a line of its own."""
    with ExitStack() as stack:
        days = [german_day(number, tmp_path, turning) for number in ("8000098", "8000086")]
        days.append(norwegian_day("Oslo S", tmp_path, turning))
        for day in days:
            stack.enter_context(closing(day))
        going = [day.live() for day in days]

        def over() -> bool:
            going[:] = [day for day in going if next(day, "over") != "over"]
            return not going

        turning.until(over, 60.0)
        essen, duisburg, oslo = map(compare, days)
    assert not any(day.rejected for day in days)
    assert (essen["calls"], duisburg["calls"], oslo["calls"]) == (163, 164, 77)
    assert (essen["cancelled"], essen["told as moved"]) == (6, 1)
    assert (essen["late"], duisburg["late"], oslo["late"]) == (63, 22, 17)


STOPS = ("Alnabru", "Hønefoss", "Sarpsborg", "Skien", "Snartemo", "Torp")
"""Some of the stops with cancelled calls; at Torp a train left 61 s before it came, at Snartemo two
some seconds before."""


def test_cancellations_told_hours_late_and_times_that_contradict_each_other(tmp_path):
    """The delivery is of 9:33; some of what it tells had been due hours before."""
    total: Counter = Counter()
    for stop in STOPS:
        with closing(norwegian_day(stop, tmp_path)) as day:
            deque(day.live(), maxlen=0)
            total += compare(day)
    ended = {"calls": 32, "cancelled": 5, "late": 7}
    assert total == ended | {"contradictions": 1, "crossed": 2, "rejected": 4}
