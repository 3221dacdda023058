"""Two real lines into one hub: frames on terminals at one end, the hub's rows at the other."""

from __future__ import annotations

import os
import tty
from pathlib import Path

import pytest
import structlog

from hub.lines import Lines
from one_way_feed.bodies import Heartbeat, SourceState
from one_way_feed.frame import Frame, FrameType, encode
from one_way_feed.keyring import KeyRing
from one_way_feed.keys import save_keys
from one_way_feed.row_codec import LAYOUT_VERSION, SCHEMA, nothing, pack
from one_way_feed.rows import RowDeleted, RowUpserted, TrafficLogRow, row_key
from one_way_feed.table import Table
from protocol.times import from_unix, to_unix
from station_config.runtime.clocks import SystemClock, system_clock
from station_config.runtime.deployment import LineSettings


class Satellite:
    """The least sender: deltas and heartbeats, when the test says so."""

    def __init__(self, link, directory):
        self.keys = KeyRing(link, 0, {0: bytes([link] * 32)})
        self.key_file = directory / f"{link}.keys"
        save_keys(self.keys, self.key_file, replace=True)
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.device = Path(os.ttyname(self.slave))
        self.table = Table(epoch=link)
        self.sequence = 0

    def tells(self, **tracks):
        rows = [TrafficLogRow(key=key, track=track) for key, track in tracks.items()]
        changes = self.table.update({row_key(row): row for row in rows})
        for change in changes:
            block, _ = pack([change], 200, change.revision[1], nothing)
            self._send(FrameType.DELTA, block)

    def beats(self):
        state, now = self.table.state, self._now()
        beat = Heartbeat(
            SourceState.OK, now, now, 10, state.revision, state.rows, state.digest, SCHEMA, 0, 0, 0
        )
        self._send(FrameType.HEARTBEAT, beat.to_bytes())

    def close(self):
        os.close(self.slave)
        os.close(self.master)

    def _now(self):
        return round(to_unix(system_clock().now()) * 1000)

    def _send(self, kind, body):
        self.sequence += 1
        head = (kind, self.keys.link, 0, self.table.epoch, self.sequence, self._now())
        os.write(self.master, encode(Frame(*head, body, LAYOUT_VERSION), self.keys.key))


class Site:
    def __init__(self, turning, directory):
        self.turning = turning
        self.directory = directory
        self.satellites = [Satellite(1, directory), Satellite(2, directory)]
        self.lines = None
        self.clock = system_clock()
        self.changes = []

    def start(self, held=(), epoch=100):
        self.lines = Lines(
            self.turning.reactor,
            settings=[
                LineSettings(name=name, device=each.device, keys=each.key_file)
                for name, each in zip("ab", self.satellites, strict=True)
            ],
            state=self.directory / "state",
            held=held,
            epoch=epoch,
            on_changes=self.changes.extend,
            on_status=lambda _: None,
            log=structlog.get_logger(),
            clock=self.clock,
        )
        self.lines.start()

    def stop(self):
        if self.lines is not None:
            self.lines.stop()
            self.turning.for_seconds(0.1)
            self.lines = None

    def until(self, holds, beating=(0, 1), patience_s=20.0):
        """Turn until it holds; the satellites beat meanwhile."""
        due = [0.0]

        def look():
            now = self.turning.reactor.seconds()
            if now >= due[0]:
                due[0] = now + 0.5
                for number in beating:
                    self.satellites[number].beats()
            return holds()

        self.turning.until(look, patience_s)

    def report(self):
        return self.lines.report()


@pytest.fixture
def site(turning, tmp_path):
    site = Site(turning, tmp_path)
    yield site
    site.stop()
    for each in site.satellites:
        each.close()


def upserted(key, track, revision):
    return RowUpserted(TrafficLogRow(key=key, track=track), revision)


def test_revisions_are_above_all_that_the_hub_holds_and_grow_over_restarts(site):
    site.start([upserted("X", "1", (500, 9)), RowDeleted(("log", "Y"), (700, 1))], epoch=100)
    site.satellites[0].tells(X="2", Y="1")
    site.until(lambda: len(site.changes) == 2, [0])
    assert [change.revision for change in site.changes] == [(701, 1), (701, 2)]
    held = list(site.changes)
    site.stop()
    site.start(held, epoch=101)
    site.satellites[0].tells(X="3", Y="1")
    site.until(lambda: len(site.changes) == 3, [0])
    assert site.changes[2] == upserted("X", "3", (702, 1))


def test_what_the_hub_holds_is_confirmed_by_the_first_heartbeat(site):
    site.satellites[0].table.update({("log", "X"): TrafficLogRow(key="X", track="1")})
    site.start([upserted("X", "1", (50, 1))])
    site.until(lambda: site.report().live, [0], 3.0)
    assert site.changes == []
    assert site.report().lines[0].rows == 1


def test_a_line_that_lies_is_an_alarm_in_log_and_status(site, log_lines):
    first, second = site.satellites
    site.start()
    first.tells(X="1", Y="1")
    site.until(lambda: site.changes)
    second.tells(X="9", Y="1")
    site.until(lambda: site.report().disagreements)
    told = [line for line in log_lines if line["event"] == "feed.lines-disagree"]
    assert len(told) == 1
    assert (told[0]["line"], told[0]["lead"], told[0]["row"]) == ("b", "a", "log/X")
    assert told[0]["differ"] == {"track": ("1", "9")}
    assert [line.disagreements for line in site.report().lines] == [0, 1]
    assert [change.row.track for change in site.changes] == ["1", "1"]
    second.tells(X="1", Y="1")
    site.until(lambda: not site.report().disagreements)
    holds = [line["holds"] for line in log_lines if line["event"] == "feed.lines-disagree"]
    assert holds == [True, False]


def test_senders_are_compared_with_the_time_that_the_hub_was_told_is_true(site, log_lines):
    site.clock = SystemClock(origin=from_unix(45.0), started=0.0)
    site.start()
    site.until(lambda: site.lines.receivers[0].status.clocks_apart)
    assert site.report().lines[0].clock_offset_s == pytest.approx(45.0, abs=2.0)
    assert any(line["event"] == "feed.clocks-apart" for line in log_lines)


def test_the_second_line_takes_over_and_applies_what_it_knows(site, log_lines):
    first, second = site.satellites
    site.start()
    first.tells(X="1", Y="1")
    site.until(lambda: site.changes)
    second.tells(X="1", Y="1")
    site.until(lambda: all(line.mode == "LIVE" for line in site.report().lines))
    site.changes.clear()
    second.tells(X="2")
    site.until(lambda: site.report().lead == "b", [1])
    assert {type(change) for change in site.changes} == {RowDeleted, RowUpserted}
    (told,) = [line for line in log_lines if line["event"] == "feed.takeover"]
    assert (told["before"], told["line"], told["because"]) == ("a", "b", "LINK_DOWN")
    assert told["rows"] == 2
    report = site.report()
    assert (report.takeovers, report.last_takeover.before, report.rows) == (1, "a", 1)
