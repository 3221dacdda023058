"""The watch: looks, tells, keeps, goes on after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from twisted.internet.defer import execute
from twisted.internet.task import Clock

from hub.alarms.conditions import View
from hub.alarms.desk import Acknowledge, PutAside
from hub.alarms.model import State
from hub.alarms.settling import SETTLE_S
from hub.alarms.watch import Alarms, AlarmWatch
from hub.fleet.said import DeviceReport, FleetReport
from hub.store.alarms import AlarmStore
from hub.store.database import Database
from protocol.errors import DeviceError, OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twisted.internet.defer import Deferred

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)


class Room:
    """A hub whose devices the test turns off."""

    def __init__(self, database: Database) -> None:
        self.clock = Clock()
        self.dark: set[str] = set()
        self.leads = True
        self.broken = False
        self.told: list[Alarms] = []
        self.database = database
        self.watch = self.make()

    def make(self) -> AlarmWatch:
        watch = AlarmWatch(
            self.clock,
            now=self.now,
            view=self.view,
            store=AlarmStore(self.database),
            in_store=self.in_store,
            tell=self.told.append,
            log=structlog.get_logger(),
        )
        watch.start()
        return watch

    def now(self) -> datetime:
        return T0 + timedelta(seconds=self.clock.seconds())

    def view(self) -> View | None:
        devices = {
            f"board-{n}": DeviceReport(
                kind="display",
                mode="OFFLINE" if f"board-{n}" in self.dark else "ONLINE",
                since=T0,
            )
            for n in range(9)
        }
        segments = dict.fromkeys(devices, "switch-3")
        return View(fleet=FleetReport(devices=devices), segments=segments) if self.leads else None

    def in_store(self, call: Callable[[], Any]) -> Deferred[Any]:
        def done() -> Any:
            if self.broken:
                raise DeviceError("no disk")
            return call()

        return execute(done)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.clock.advance(1)

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.watch.alarms.alarms]


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    database = Database(database_url)
    database.create()
    yield Room(database)
    database.close()


def test_a_device_that_is_dark_for_a_moment_is_no_alarm(room: Room) -> None:
    room.dark = {"board-1"}
    room.wait(SETTLE_S - 1)
    room.dark = set()
    room.wait(SETTLE_S + 2)
    assert room.told == []


def test_a_switch_that_dies_is_told_once(room: Room) -> None:
    room.dark = {f"board-{n}" for n in range(9)}
    room.wait(60)
    assert room.keys == ["cause/segment/switch-3"]
    assert sum(bool(each.alarms) for each in room.told) == 1
    assert room.watch.alarms.rate == 1
    assert room.told[0].alarms[0].members == tuple(f"device-dark/board-{n}" for n in range(9))


def test_what_persons_did_outlives_the_hub(room: Room) -> None:
    room.dark = {"board-1", "board-2"}
    room.wait(10)
    room.watch.do(Acknowledge(("device-dark/board-1",), "wang"))
    until = room.now() + timedelta(hours=1)
    room.watch.do(PutAside("device-dark/board-2", "wang", "on order", until))
    room.wait(2)
    room.watch.stop()
    before = room.watch.alarms.alarms
    room.watch = room.make()
    room.wait(10)
    assert room.watch.alarms.alarms == before
    assert before[0].state is State.ACKNOWLEDGED


def test_a_group_goes_on_after_a_restart_until_the_last_is_well(room: Room) -> None:
    room.dark = {"board-1", "board-2", "board-3"}
    room.wait(10)
    room.watch.stop()
    room.watch = room.make()
    room.dark = {"board-3"}
    room.wait(10)
    assert room.keys == ["cause/segment/switch-3"]
    room.dark = set()
    room.wait(10)
    assert [each.state for each in room.watch.alarms.alarms] == [State.RETURNED]


def test_a_database_that_fails_delays_no_alarm_and_is_made_up_for(room: Room) -> None:
    room.wait(2)
    room.broken = True
    room.dark = {"board-1"}
    room.wait(10)
    assert room.keys == ["device-dark/board-1"]
    room.broken = False
    room.wait(2)
    assert set(AlarmStore(room.database).all()) == {"device-dark/board-1"}


def test_a_database_that_fails_at_the_start_does_not_keep_alarms_away(room: Room) -> None:
    room.broken = True
    room.dark = {"board-1"}
    room.wait(10)
    assert room.keys == ["device-dark/board-1"]


def test_who_does_not_lead_has_no_alarms_and_lets_nobody_acknowledge(room: Room) -> None:
    room.dark = {"board-1"}
    room.wait(10)
    room.leads = False
    room.wait(2)
    assert room.keys == []
    with pytest.raises(OperatorError):
        room.watch.do(Acknowledge(("device-dark/board-1",), "wang"))
