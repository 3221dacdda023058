"""Troubles of a real serial line: the right mode, and recovery without a hand.

The simulated line between pseudo-terminals, a real sender and one or two real receivers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
import structlog

from one_way_feed.keys import load_keys
from one_way_feed.memory import next_epoch
from one_way_feed.receiver import Receiver
from one_way_feed.rows import RowUpserted, row_key
from one_way_feed.sender import Sender
from one_way_feed.settings import load_sender_settings
from one_way_feed.source import Source
from protocol.messages import SourceMode
from protocol.times import to_unix
from simulators.line.driver import SerialLine
from simulators.line.faults import CLEAN, FaultSettings, LineFaults, Silence
from station_config.runtime.clocks import system_clock

LIVE, DOWN = SourceMode.LIVE, SourceMode.LINK_DOWN
BAUD = 115_200


@dataclass
class Hub:
    receiver: Receiver
    changes: list = field(default_factory=list)

    @property
    def mode(self):
        return self.receiver.status.mode

    @property
    def known(self):
        return self.receiver.intake.reassembly.known

    def table(self):
        rows = {}
        for change in self.changes:
            if isinstance(change, RowUpserted):
                rows[row_key(change.row)] = change.row
            else:
                del rows[change.key]
        return rows


@dataclass
class Site:
    """The line, its sender, and its hubs."""

    turning: object
    config: object
    directory: object
    line: SerialLine | None = None
    sender: Sender | None = None
    hubs: list = field(default_factory=list)

    def plug(self, faults=CLEAN, taps=()):
        self.line = SerialLine(
            self.turning.reactor,
            self.directory / "line",
            baud=BAUD,
            faults=LineFaults(faults, Random(1)),
            taps=taps,
            log=structlog.get_logger(),
        )
        self.line.start()

    def unplug(self):
        self.line.stop()
        self.line = None

    def suffer(self, faults):
        self.line._there.faults = LineFaults(faults, Random(1))

    def send(self):
        self.config.values["line"]["device"] = str(self.directory / "line" / "satellite")
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

    def listen(self, end="hub"):
        changes = []
        receiver = Receiver(
            self.turning.reactor,
            name=end,
            device=self.directory / "line" / end,
            baud=BAUD,
            keys=self.directory / "feed.keys",
            memory=self.directory / f"{end}.mark",
            held={},
            on_changes=changes.extend,
            on_status=lambda _: None,
            log=structlog.get_logger(),
        )
        hub = Hub(receiver, changes)
        self.hubs.append(hub)
        receiver.start()
        return hub

    def until(self, holds, patience_s=20.0):
        self.turning.until(holds, patience_s)

    def end(self):
        for hub in self.hubs:
            hub.receiver.stop()
        if self.sender is not None:
            self.sender.stop()
        if self.line is not None:
            self.line.stop()
        self.turning.for_seconds(0.1)


@pytest.fixture
def site(turning, config, bureau, tmp_path):
    bureau.plan("P1")
    site = Site(turning, config, tmp_path)
    yield site
    site.end()


def test_an_adapter_is_unplugged_and_plugged_in_again(site, bureau):
    site.plug()
    hub = site.listen()
    site.send()
    site.until(lambda: hub.mode is LIVE)
    site.unplug()
    site.until(lambda: not hub.receiver.status.port_open)
    site.until(lambda: hub.mode is DOWN)
    bureau.plan("P2")
    site.plug()
    site.until(lambda: hub.mode is LIVE)
    site.until(lambda: len(hub.table()) == 2)
    assert hub.receiver.status.port_open
    assert len(hub.changes) == 2


@pytest.mark.parametrize("silence", [Silence.STUCK, Silence.BREAK])
def test_a_line_that_falls_silent_is_down_until_it_speaks(site, bureau, silence):
    site.plug()
    hub = site.listen()
    site.send()
    site.until(lambda: hub.mode is LIVE)
    site.line.faults.silence = silence
    site.until(lambda: hub.mode is DOWN)
    assert len(hub.table()) == 1
    bureau.run("DELETE FROM stage_plan")
    bureau.plan("P2")
    site.line.faults.silence = None
    site.until(lambda: hub.mode is LIVE)
    site.until(lambda: set(hub.table()) == {("plan", "P2")})
    assert hub.receiver.intake.counters.forged == 0


def test_a_wrong_rate_is_noise_and_no_alarm_and_the_right_one_heals(site):
    site.plug(FaultSettings(receiver_ratio=0.5))
    hub = site.listen()
    site.send()
    site.until(lambda: hub.receiver.intake.counters.noise > 20)
    counters = hub.receiver.intake.counters
    assert (counters.good, counters.forged) == (0, 0)
    assert hub.mode is DOWN
    site.suffer(CLEAN)
    site.until(lambda: hub.mode is LIVE)
    assert len(hub.table()) == 1


def test_a_line_too_bad_for_the_table_is_unverified_and_heals(site, bureau, monkeypatch):
    monkeypatch.setattr("one_way_feed.receiver.timing_of", _short_grace)
    site.plug()
    hub = site.listen()
    site.send()
    site.until(lambda: hub.mode is LIVE)
    # Frames with rows are long and all lost; heartbeats are short, and most come through.
    site.line._there.faults = _LongFramesLost()
    bureau.run("UPDATE stage_plan SET start_station = ?", "长" * 40)
    site.until(lambda: hub.mode is SourceMode.UNVERIFIED)
    assert hub.receiver.intake.counters.good > 3
    site.suffer(CLEAN)
    site.until(lambda: hub.mode is LIVE)
    assert hub.table()["plan", "P1"].origin == "长" * 40


def _short_grace(baud):
    from dataclasses import replace  # noqa: PLC0415

    from one_way_feed.timing import timing_of  # noqa: PLC0415

    return replace(timing_of(baud), verify_grace_s=2.0)


class _LongFramesLost:
    """Cuts what is longer than a heartbeat: a fault that comes after so many octets."""

    def __init__(self):
        self.counters = LineFaults(CLEAN, Random(1)).counters
        self.run = 0

    def carry(self, data, now):  # noqa: ARG002 - the faults' signature
        given = bytearray()
        for octet in data:
            self.run = self.run + 1 if octet else 0
            if self.run != 140:
                given.append(octet)
        return bytes(given)


def test_two_hubs_on_one_line_hold_the_same_table(site, bureau):
    """A passive tap: what one hears, the other hears; neither is heard."""
    for number in range(2, 40):
        bureau.plan(f"P{number}", dep_train_no=f"K{number}")
    site.plug(FaultSettings(bit_error_rate=1e-5), taps=("second",))
    first, second = site.listen("hub"), site.listen("second")
    site.send()
    site.until(lambda: first.mode is LIVE and second.mode is LIVE)
    bureau.run("UPDATE stage_plan SET arr_delay_min = 7 WHERE plan_id = 'P3'")
    bureau.run("DELETE FROM stage_plan WHERE plan_id = 'P9'")
    site.until(lambda: all(hub.known.verified[1] == 41 for hub in (first, second)))
    assert first.known.digest == second.known.digest
    assert first.table() == second.table()
    assert len(first.table()) == 38
    assert site.line.counters.from_hub == 0
    assert site.sender._port.octets == 0
