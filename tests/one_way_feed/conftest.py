"""Parts of a link for the feed's tests: keys, rows, a bureau's database, a pair of terminals."""

from __future__ import annotations

import os
import sqlite3
import tomllib
import tty
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tomli_w

import one_way_feed
from one_way_feed.frame import Frame, encode
from one_way_feed.keys import KeyRing, save_keys
from one_way_feed.row_codec import LAYOUT_VERSION
from one_way_feed.rows import StagePlanRow, Step, TrafficLogRow, row_key
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(one_way_feed.__file__).with_name("examples") / "dmis.toml"
NOON = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing(1, 0, {0: bytes(range(32))})


@pytest.fixture
def key_file(keys, tmp_path) -> Path:
    path = tmp_path / "feed.keys"
    save_keys(keys, path, replace=True)
    return path


@dataclass
class Signed:
    """Makes frames of one sender."""

    keys: KeyRing
    epoch: int = 5
    sequence: int = 0
    sent: list[bytes] = field(default_factory=list)

    def frame(self, kind: int, body: bytes, **changes) -> Frame:
        self.sequence += 1
        values = {
            "kind": kind,
            "link": self.keys.link,
            "key_id": self.keys.active,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "sent_at_ms": 1_000_000,
            "body": body,
            "layout": LAYOUT_VERSION,
        }
        return Frame(**(values | changes))

    def octets(self, kind: int, body: bytes, **changes) -> bytes:
        octets = encode(self.frame(kind, body, **changes), self.keys.key)
        self.sent.append(octets)
        return octets


@pytest.fixture
def signed(keys) -> Signed:
    return Signed(keys)


def make_rows(count: int, *, start: datetime = NOON) -> dict:
    rows = {}
    for number in range(count):
        at = start + timedelta(minutes=7 * number)
        plan = StagePlanRow(
            key=f"20210120-{number:03d}",
            arrival_number=f"K{number}",
            departure_number=f"K{number}",
            category="K",
            role=Role.INTERMEDIATE,
            origin=f"站{number % 7}",
            destination=f"东{number % 5}",
            arrival_track=str(number % 6),
            departure_track=str(number % 6),
            planned_arrival=at,
            planned_departure=at + timedelta(minutes=12),
            estimated_arrival=at + timedelta(minutes=3),
        )
        log = TrafficLogRow(
            key=plan.key,
            step=Step.ARRIVED,
            actual_arrival=at + timedelta(seconds=200),
            track=str(number % 6),
        )
        rows[row_key(plan)], rows[row_key(log)] = plan, log
    return rows


@pytest.fixture
def rows():
    """Make the table of that many calls: a plan and a log row each."""
    return make_rows


@dataclass
class Bureau:
    """A dispatching database as `examples/dmis.toml` expects it."""

    path: Path

    def run(self, sql: str, *values) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute(sql, values)
        connection.close()

    def make(self) -> None:
        self.run(
            "CREATE TABLE stage_plan (plan_id, arr_train_no, dep_train_no, train_type, role,"
            " start_station, end_station, arr_track, dep_track, plan_arr_time, plan_dep_time,"
            " arr_delay_min, dep_delay_min, delay_state, cancel_flag, upd_time)"
        )
        self.run(
            "CREATE TABLE traffic_log (plan_id, step, act_arr_time, act_dep_time, track_no,"
            " upd_time)"
        )

    def plan(self, key: str, **values) -> None:
        row = {
            "plan_id": key,
            "arr_train_no": "K1",
            "dep_train_no": "K1",
            "train_type": "K",
            "role": "TG",
            "start_station": "包头",
            "end_station": "北京",
            "arr_track": "3",
            "dep_track": "3",
            "plan_arr_time": "2021-01-20 12:00:00",
            "plan_dep_time": "2021-01-20 12:10:00",
            "arr_delay_min": 0,
            "dep_delay_min": 0,
            "delay_state": "K",
            "cancel_flag": 0,
        } | values
        marks = ", ".join("?" * len(row))
        names = ", ".join(row)
        self.run(f"INSERT INTO stage_plan ({names}) VALUES ({marks})", *row.values())  # noqa: S608

    def log(self, key: str, step: str, arrived: str | None = None) -> None:
        self.run("INSERT INTO traffic_log VALUES (?, ?, ?, NULL, '3', '')", key, step, arrived)


@pytest.fixture
def bureau(tmp_path) -> Bureau:
    bureau = Bureau(tmp_path / "dmis.sqlite")
    bureau.make()
    return bureau


@dataclass
class Config:
    """The example's configuration with this test's places in it."""

    path: Path
    values: dict

    def save(self) -> Path:
        self.path.write_text(tomli_w.dumps(self.values), encoding="utf-8")
        return self.path


@pytest.fixture
def config(tmp_path, bureau, key_file) -> Config:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values["database"] |= {"url": f"sqlite:///{bureau.path}", "poll_s": 0.1}
    values["line"] |= {"keys": str(key_file), "state": str(tmp_path / "sender.state")}
    return Config(tmp_path / "sender.toml", values)


@dataclass
class Terminal:
    """A pseudo-terminal: `device` is what a program opens, `master` the other end of the wire."""

    master: int
    slave: int
    device: Path
    waiting: bytes = b""

    def read(self) -> bytes:
        """Return what the program has put on the wire since."""
        found = b""
        while True:
            try:
                octets = os.read(self.master, 65536)
            except BlockingIOError:
                return found
            found += octets

    def write(self, octets: bytes) -> None:
        """Put octets on the wire; what the kernel does not take now goes with the next call."""
        self.waiting += octets
        try:
            while self.waiting:
                self.waiting = self.waiting[os.write(self.master, self.waiting) :]
        except BlockingIOError:
            return


@pytest.fixture
def terminal() -> Iterator:
    """Make terminals."""
    made = []

    def make() -> Terminal:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        terminal = Terminal(master, slave, Path(os.ttyname(slave)))
        made.append(terminal)
        return terminal

    yield make
    for each in made:
        os.close(each.slave)
        os.close(each.master)
