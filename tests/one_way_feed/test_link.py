"""Database to hub: a real sender, two terminals for the wire, a real receiver."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from random import Random

import pytest
import structlog

from one_way_feed.bodies import SourceState
from one_way_feed.keys import load_keys, rotated, save_keys
from one_way_feed.memory import next_epoch
from one_way_feed.receiver import Receiver
from one_way_feed.rows import RowDeleted, RowUpserted
from one_way_feed.sender import Sender
from one_way_feed.settings import load_sender_settings
from one_way_feed.source import Source
from protocol.messages import SourceMode
from protocol.times import to_unix
from station_config.runtime.clocks import system_clock


@dataclass
class Link:
    """Everything of one line, in one reactor; `turn` also carries octets along the wire."""

    turning: object
    config: object
    directory: object
    near: object
    far: object
    changes: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    sender: Sender | None = None
    receiver: Receiver | None = None
    carried: int = 0

    def start_sender(self) -> None:
        settings = load_sender_settings(self.config.save())
        clock = system_clock()
        self.sender = Sender(
            self.turning.reactor,
            settings=settings,
            keys=load_keys(settings.line.keys),
            epoch=next_epoch(settings.line.state, to_unix(clock.now())),
            source=Source(settings.database, settings.queries),
            clock=clock,
            log=structlog.get_logger(),
        )
        self.sender.start()

    def start_receiver(self, held=None) -> None:
        self.receiver = Receiver(
            self.turning.reactor,
            name="a",
            device=self.far.device,
            baud=115200,
            keys=self.directory / "feed.keys",
            memory=self.directory / "mark",
            held=held or {},
            on_changes=self.changes.extend,
            on_status=self.statuses.append,
            log=structlog.get_logger(),
        )
        self.receiver.start()

    def stop_sender(self) -> None:
        if self.sender is not None:
            self.sender.stop()
            self.sender = None

    def stop_receiver(self) -> None:
        if self.receiver is not None:
            self.receiver.stop()
            self.receiver = None

    def carry(self) -> None:
        octets = self.near.read()
        self.carried += len(octets)
        self.far.write(octets)

    def until(self, holds, patience_s=10.0) -> None:
        def carried() -> bool:
            self.carry()
            return holds()

        self.turning.until(carried, patience_s)

    def until_mode(self, mode, patience_s=15.0) -> None:
        self.until(lambda: self.receiver.status.mode is mode, patience_s)

    def table(self) -> dict:
        rows: dict = {}
        for change in self.changes:
            if isinstance(change, RowUpserted):
                kind = "plan" if hasattr(change.row, "role") else "log"
                rows[kind, change.row.key] = (change.row, change.revision)
            else:
                rows.pop(change.key, None)
        return rows


@pytest.fixture
def link(turning, config, terminal, tmp_path):
    near, far = terminal(), terminal()
    config.values["line"]["device"] = str(near.device)
    link = Link(turning, config, tmp_path, near, far)
    yield link
    link.stop_sender()
    link.stop_receiver()


def test_a_changed_and_a_deleted_row_come_through(link, bureau):
    for number in range(30):
        bureau.plan(f"P{number}", dep_train_no=f"K{number}")
    bureau.log("P1", "DD", "2021-01-20 12:01:00")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    assert len(link.table()) == 31
    assert link.receiver.status.verified[1] == 31
    link.changes.clear()
    bureau.run("UPDATE stage_plan SET arr_delay_min = 7 WHERE plan_id = 'P3'")
    bureau.run("DELETE FROM traffic_log")
    link.until(lambda: len(link.changes) == 2)
    deleted, changed = link.changes
    assert deleted.key == ("log", "P1")
    assert (changed.row.estimated_arrival - changed.row.planned_arrival).seconds == 420
    assert changed.revision > deleted.revision
    link.until(lambda: link.receiver._intake.reassembly.known.verified[1] == 33)


def test_noise_on_the_line_costs_nothing_that_comes_after_it(link, bureau):
    bureau.plan("P1")
    link.start_receiver()
    link.far.write(Random(1).randbytes(1000))
    link.start_sender()
    link.until(lambda: link.changes)
    link.until_mode(SourceMode.LIVE)
    link.receiver._publish()
    counters = link.receiver.status.counters
    assert counters.noise > 0
    assert (counters.forged, counters.rejected, counters.replayed) == (0, 0, 0)
    # From the first frame on everything was taken: the one after the noise too.
    assert link.receiver._intake.mark[1] == counters.good


def test_the_sender_restarts_and_only_what_differs_is_told(link, bureau):
    for number in range(5):
        bureau.plan(f"P{number}")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    epoch = link.receiver.status.verified[0]
    link.stop_sender()
    link.until_mode(SourceMode.LINK_DOWN)
    link.changes.clear()
    bureau.run("DELETE FROM stage_plan WHERE plan_id = 'P3'")
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    link.until(lambda: link.changes)
    assert [type(change) for change in link.changes] == [RowDeleted]
    assert link.changes[0].key == ("plan", "P3")
    link.receiver._publish()
    assert link.receiver.status.verified[0] > epoch


def test_the_receiver_restarts_and_is_live_within_two_heartbeats(link, bureau):
    for number in range(30):
        bureau.plan(f"P{number}")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    held = link.table()
    link.stop_receiver()
    bureau.run("DELETE FROM stage_plan WHERE plan_id = 'P3'")
    bureau.run("UPDATE stage_plan SET cancel_flag = 1 WHERE plan_id = 'P4'")
    link.turning.for_seconds(0.5)
    link.far.read()
    link.changes.clear()
    link.start_receiver(held)
    link.until_mode(SourceMode.LIVE, 4.0)
    assert {type(change) for change in link.changes} == {RowDeleted, RowUpserted}
    assert len(link.changes) == 2


def test_recorded_frames_played_after_a_restart_are_not_used(link, bureau):
    bureau.plan("P1")
    link.start_receiver()
    link.start_sender()
    recorded = b""
    while link.receiver.status.mode is not SourceMode.LIVE:
        link.turning.reactor.iterate(0.01)
        octets = link.near.read()
        recorded += octets
        link.far.write(octets)
    link.stop_sender()
    link.turning.until(lambda: link.receiver._port.octets == len(recorded))
    link.stop_receiver()
    link.changes.clear()
    link.start_receiver()
    link.far.write(recorded)
    link.turning.for_seconds(0.3)
    link.receiver._publish()
    counters = link.receiver.status.counters
    assert counters.good == 0
    assert counters.replayed + counters.duplicate > 3
    assert link.changes == []
    assert link.receiver.status.mode is SourceMode.LINK_DOWN


def test_the_database_vanishes_and_comes_back(link, bureau, tmp_path, log_lines, monkeypatch):
    monkeypatch.setattr("one_way_feed.status.STALE_MIN_S", 1.0)
    bureau.plan("P1")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    bureau.path.rename(tmp_path / "away")
    link.until_mode(SourceMode.SOURCE_STALE)
    assert len(link.table()) == 1
    (tmp_path / "away").rename(bureau.path)
    bureau.plan("P2")
    link.until_mode(SourceMode.LIVE)
    link.until(lambda: len(link.table()) == 2)
    told = [line["state"] for line in log_lines if line["event"] == "feed.source"]
    assert told == ["OK", "UNREACHABLE", "OK"]


def test_a_table_that_is_suddenly_empty_is_not_believed_at_once(link, bureau, log_lines):
    for number in range(20):
        bureau.plan(f"P{number}")
    link.config.values["database"] |= {"poll_s": 0.3, "vanish_polls": 4}
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    bureau.run("DELETE FROM stage_plan")
    link.until_mode(SourceMode.SOURCE_STALE)
    assert len(link.table()) == 20
    link.until(lambda: not link.table())
    states = [line["state"] for line in log_lines if line["event"] == "feed.source"]
    assert states == ["OK", "ABSURD", "OK"]


def test_a_row_that_becomes_unreadable_keeps_its_last_good_form(link, bureau, log_lines):
    bureau.plan("P1")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    bureau.run("UPDATE stage_plan SET plan_arr_time = 'soon'")
    link.until(lambda: any(line["event"] == "feed.row-rejected" for line in log_lines))
    (line,) = [line for line in log_lines if line["event"] == "feed.row-rejected"]
    assert (line["query"], line["key"], line["column"]) == ("stage plan", "P1", "plan_arr_time")
    link.until(lambda: link.receiver._intake.heartbeat.rejected == 1)
    assert len(link.table()) == 1
    assert len(link.changes) == 1


def test_new_keys_are_taken_up_without_a_restart_of_the_hub(link, bureau, tmp_path):
    bureau.plan("P1")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    save_keys(
        rotated(load_keys(tmp_path / "feed.keys"), bytes), tmp_path / "feed.keys", replace=True
    )
    link.receiver._reread_keys()
    link.stop_sender()
    link.start_sender()
    epoch = link.receiver.status.verified[0]
    link.until(lambda: link.receiver._intake.mark[0] > epoch)
    link.receiver._publish()
    assert link.receiver.status.counters.forged == 0


def test_octets_towards_the_sender_are_counted_and_told(link, bureau, log_lines):
    bureau.plan("P1")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    assert link.receiver._intake.heartbeat.received == 0
    assert link.far.read() == b""
    link.near.write(b"hello")
    link.until(lambda: link.receiver._intake.heartbeat.received == 5)
    link.receiver._publish()
    assert link.receiver.status.sender_received == 5
    told = [line for line in log_lines if line["event"] == "feed.line-not-one-way"]
    assert len(told) == 2


def test_a_foreign_key_is_an_alarm(link, bureau, log_lines, tmp_path):
    bureau.plan("P1")
    link.start_receiver()
    save_keys(
        rotated(load_keys(tmp_path / "feed.keys"), bytes), tmp_path / "feed.keys", replace=True
    )
    link.receiver._keys_stamp = link.receiver._stamp()
    link.start_sender()
    link.until(lambda: link.receiver._intake.counters.forged > 3)
    link.receiver._publish()
    assert link.changes == []
    assert [line["event"] for line in log_lines].count("feed.forged") == 1


def test_status_comes_at_least_every_five_seconds(link):
    link.start_receiver()
    count = len(link.statuses)
    link.until(lambda: len(link.statuses) > count, 6.0)
    assert link.statuses[-1].mode is SourceMode.LINK_DOWN


def test_a_mapping_that_fits_nothing_empties_no_board(link, bureau, log_lines):
    for number in range(20):
        bureau.plan(f"P{number}")
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    link.stop_sender()
    bureau.run("UPDATE stage_plan SET role = 'NEW'")
    link.start_sender()
    link.until_mode(SourceMode.SOURCE_STALE)
    link.until(lambda: link.receiver._intake.heartbeat.rejected == 20)
    assert len(link.table()) == 20
    assert link.receiver._intake.heartbeat.revision == 0
    bureau.run("UPDATE stage_plan SET role = 'TG'")
    link.until_mode(SourceMode.LIVE)
    told = [line["why"] for line in log_lines if line["event"] == "feed.source"]
    assert "20 records cannot be rows, 0 can" in told


def test_a_database_in_which_nothing_changes_is_said_to_be_frozen(link, bureau):
    bureau.plan("P1")
    link.config.values["database"]["frozen_after_s"] = 0.5
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    link.until_mode(SourceMode.SOURCE_STALE)
    bureau.plan("P2")
    link.until_mode(SourceMode.LIVE)


def test_a_database_that_hangs_is_said_to_be_slow_and_stops_nothing(link, bureau, log_lines):
    bureau.plan("P1")
    link.config.values["database"]["statement_timeout_s"] = 0.5
    link.start_receiver()
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    locking = sqlite3.connect(bureau.path)
    locking.execute("BEGIN EXCLUSIVE")
    link.until(lambda: link.receiver._intake.heartbeat.state == SourceState.SLOW)
    locking.rollback()
    locking.close()
    link.until(lambda: link.receiver._intake.heartbeat.state == SourceState.OK)
    told = [line["state"] for line in log_lines if line["event"] == "feed.source"]
    assert told[-2:] == ["SLOW", "OK"]


def test_a_disk_that_refuses_the_mark_is_an_alarm_and_the_boards_go_on(link, bureau, log_lines):
    bureau.plan("P1")
    link.start_receiver()
    memory = link.receiver._memory
    good, memory._fd = memory._fd, os.open(link.directory / "mark", os.O_RDONLY)
    link.start_sender()
    link.until_mode(SourceMode.LIVE)
    os.close(memory._fd)
    memory._fd = good
    mark = memory.mark
    link.until(lambda: memory.mark > mark)
    told = [line["holds"] for line in log_lines if line["event"] == "feed.memory-unwritable"]
    assert told == [True, False]
