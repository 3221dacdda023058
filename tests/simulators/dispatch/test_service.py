from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from structlog.testing import capture_logs
from twisted.internet.task import Clock

from protocol.errors import OperatorError
from protocol.times import from_unix, to_unix
from simulators.dispatch import scripting
from simulators.dispatch.database import open_database
from simulators.dispatch.service import DispatchSimulator

SIX = datetime(2021, 1, 19, 22, tzinfo=UTC)  # 06:00 of 2021-01-20 in Shanghai


class DrivenClock:
    """Station time that runs with a test's reactor."""

    def __init__(self, reactor, rate=60.0):
        self.reactor = reactor
        self.rate = rate

    def now(self):
        return from_unix(to_unix(SIX) + self.reactor.seconds() * self.rate)


def read(path, query="select * from stage_plan order by plan_id"):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(query)]
    connection.close()
    return rows


@pytest.fixture
def reactor():
    return Clock()


@pytest.fixture
def simulator(reactor, station, tmp_path):
    made = DispatchSimulator(
        reactor,
        station,
        DrivenClock(reactor),
        tmp_path / "dispatch.db",
        seed=3,
        calm=True,
        log=structlog.get_logger(),
    )
    made.start()
    yield made
    made.stop()
    assert reactor.getDelayedCalls() == []


@pytest.mark.usefixtures("simulator")
def test_it_starts_at_the_state_of_now(tmp_path):
    rows = read(tmp_path / "dispatch.db")
    # gone half an hour after they left; in the plan three hours ahead
    keys = {row["plan_id"] for row in rows}
    assert "20210120-K145" in keys  # 09:00, three hours ahead
    assert "20210120-K146" not in keys  # 09:12
    assert "20210120-K128" in keys  # left 05:50
    assert "20210120-K126" not in keys  # left 05:26
    row = next(r for r in rows if r["plan_id"] == "20210120-K130")
    assert row == {
        "plan_id": "20210120-K130",
        "arr_train_no": "K130",
        "dep_train_no": "K130",
        "train_type": "K",
        "role": "TG",
        "start_station": "西",
        "end_station": "东",
        "arr_track": "1",
        "dep_track": "1",
        "plan_arr_time": "2021-01-20 06:00:00",
        "plan_dep_time": "2021-01-20 06:14:00",
        "arr_delay_min": 0,
        "dep_delay_min": 0,
        "delay_state": "K",
        "cancel_flag": 0,
        "upd_time": "2021-01-20 03:00:00",
    }
    (log,) = read(tmp_path / "dispatch.db", "select * from traffic_log where plan_id like '%K130'")
    assert log["step"] == "DD"
    assert log["act_arr_time"] == "2021-01-20 06:00:00"
    assert log["act_dep_time"] is None
    assert log["track_no"] == "1"


@pytest.mark.usefixtures("simulator")
def test_it_applies_changes_when_they_are_due(reactor, tmp_path):
    query = "select step, act_dep_time from traffic_log where plan_id = '20210120-K130'"
    reactor.pump([0.1] * 138)  # 13 min 48 s of station time
    assert read(tmp_path / "dispatch.db", query) == [{"step": "CB", "act_dep_time": None}]
    reactor.pump([0.1] * 3)
    departed = {"step": "FC", "act_dep_time": "2021-01-20 06:14:00"}
    assert read(tmp_path / "dispatch.db", query) == [departed]


@pytest.mark.usefixtures("simulator")
def test_it_catches_up_after_a_standstill(reactor, station, tmp_path):
    reactor.pump([7200])  # five days at 60 times, at once
    reactor.pump([0.01] * 100)
    fresh = tmp_path / "fresh.db"
    clock = DrivenClock(reactor)
    other = DispatchSimulator(
        reactor, station, clock, fresh, seed=3, calm=True, log=structlog.get_logger()
    )
    other.start()
    assert read(fresh) == read(tmp_path / "dispatch.db")
    other.stop()


def test_a_restart_leaves_the_database_as_it_was(simulator, reactor, tmp_path):
    reactor.pump([0.5] * 20)
    before = read(tmp_path / "dispatch.db")
    simulator.stop()
    simulator.start()
    assert read(tmp_path / "dispatch.db") == before


@pytest.mark.usefixtures("simulator")
def test_a_database_that_vanishes_loses_no_change(reactor, station, tmp_path):
    path, away = tmp_path / "dispatch.db", tmp_path / "away.db"
    path.rename(away)
    with capture_logs() as logs:
        reactor.pump([0.5] * 40)
        away.rename(path)
        reactor.pump([0.5] * 10)
    assert [entry["event"] for entry in logs] == [
        "dispatch.database-down",
        "dispatch.database-back",
    ]
    steady = DispatchSimulator(
        reactor,
        station,
        DrivenClock(reactor),
        tmp_path / "steady.db",
        seed=3,
        calm=True,
        log=structlog.get_logger(),
    )
    steady.start()
    assert read(tmp_path / "steady.db") == read(path)
    steady.stop()


@pytest.mark.usefixtures("simulator")
def test_a_reader_that_holds_the_database_only_puts_a_change_off(reactor, tmp_path):
    path = tmp_path / "dispatch.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    before = read(path)
    reactor.pump([30])  # half an hour of station time
    assert read(path) == before
    holder.execute("rollback")
    holder.close()
    reactor.pump([1.0, 0.1])
    assert read(path) != before


def test_a_station_without_a_timetable_is_refused(reactor, station, tmp_path):
    bare = replace(station, timetable=None)
    with pytest.raises(OperatorError, match="no timetable"):
        DispatchSimulator(
            reactor, bare, DrivenClock(reactor), tmp_path / "x.db", seed=1, calm=True, log=None
        )


def test_a_place_that_cannot_be_written_is_refused(reactor, station, tmp_path):
    (tmp_path / "file").write_text("no directory")
    simulator = DispatchSimulator(
        reactor,
        station,
        DrivenClock(reactor),
        tmp_path / "file" / "x.db",
        seed=1,
        calm=True,
        log=structlog.get_logger(),
    )
    with pytest.raises(OperatorError, match="cannot write"):
        simulator.start()


def test_times_are_the_stations_own_in_a_zone_with_summer_time(tmp_path, reactor, station):
    paris = replace(station, zone="Europe/Paris")
    clock = DrivenClock(reactor)
    simulator = DispatchSimulator(
        reactor, paris, clock, tmp_path / "p.db", seed=1, calm=True, log=structlog.get_logger()
    )
    summer = simulator.days.day(date(2021, 7, 1)).fates[0].visit
    winter = simulator.days.day(date(2021, 1, 1)).fates[0].visit
    assert summer.arrival.hour == 22
    assert winter.arrival.hour == 23
    assert winter.departure - winter.arrival == timedelta(minutes=14)


class TestScripting:
    @pytest.fixture
    def engine(self, simulator, tmp_path):
        assert simulator.days
        return open_database(tmp_path / "dispatch.db")

    def one(self, tmp_path, key):
        return next(r for r in read(tmp_path / "dispatch.db") if r["plan_id"] == key)

    def test_a_delay_is_set_and_unset(self, engine, tmp_path):
        with engine.begin() as connection:
            key = scripting.plan_ids(connection)[-1]
            scripting.set_delay(connection, key, 17)
        row = self.one(tmp_path, key)
        assert row["delay_state"] == "K"
        assert {row["arr_delay_min"], row["dep_delay_min"]} <= {17, None}
        with engine.begin() as connection:
            scripting.set_delay(connection, key, None)
        row = self.one(tmp_path, key)
        assert (row["delay_state"], row["arr_delay_min"]) == ("U", None)

    def test_an_absent_event_keeps_no_delay_and_no_track(self, engine, tmp_path):
        with engine.begin() as connection:
            scripting.set_delay(connection, "20210120-K131", 9)
            scripting.set_track(connection, "20210120-K131", "8")
        row = self.one(tmp_path, "20210120-K131")
        assert (row["arr_delay_min"], row["dep_delay_min"]) == (None, 9)
        assert (row["arr_track"], row["dep_track"]) == (None, "8")

    def test_a_visit_is_cancelled(self, engine, tmp_path):
        with engine.begin() as connection:
            scripting.set_cancelled(connection, "20210120-K131")
        assert self.one(tmp_path, "20210120-K131")["cancel_flag"] == 1

    def test_an_unknown_visit_is_an_error(self, engine):
        with engine.begin() as connection, pytest.raises(scripting.UnknownVisitError):
            scripting.set_track(connection, "nobody", "1")
