"""The hub's time over real sources: followed, not followed, one that lies, minutes that go on."""

from __future__ import annotations

import random
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import structlog
from twisted.internet.task import Clock

from hub.clock.discipline import Discipline
from hub.clock.readings import Reading
from hub.clock.report import Standing, TimeReport
from hub.clock.station_time import DisciplinedClock, StationTime
from hub.figures import HubFigures
from hub.minute_clock import MinuteClock
from protocol.times import from_unix, minute_number, minute_start
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    TimeSettings,
)
from station_config.runtime.timekeeping.quality import Quality
from tests.hub.clock.conftest import wall

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def kept(world, tmp_path):
    """Makes the hub's time over what a test names."""

    def make(*sources, clock=None, machine=wall):
        deployment = Deployment(
            station=Path(),
            broker=BrokerSettings(),
            hub=HubSettings(database="sqlite://", state=tmp_path / "state", time=sources),
            clock=clock,
        )
        figures = HubFigures("hub").figures
        made = StationTime(
            world.turning.reactor,
            deployment,
            ZONE,
            figures,
            structlog.get_logger(),
            wall=machine,
        )
        made.figures = figures
        return world.running(made)

    return make


def ntp(name, port):
    return TimeSettings(name=name, kind="ntp", host="127.0.0.1", port=port, poll_s=1.0)


def standings(kept):
    return {each.name: each.standing for each in kept.report().sources}


def test_the_hub_is_right_while_one_source_lies_and_its_machine_is_wrong(world, kept):
    servers = [world.ntp() for _ in range(3)]
    servers[2][0].faults.offset_s = -7.0
    settings = [ntp(f"ntp-{n}", port) for n, (_, port) in enumerate(servers)]
    hub = kept(*settings, machine=lambda: wall() + 3600)
    assert hub.word()[0] == "unset"
    world.turning.until(lambda: hub.report().quality is Quality.SYNCED, 40)
    world.turning.until(lambda: standings(hub)["ntp-2"] is Standing.FALSE, 40)
    report = hub.report()
    off_s = hub.clock.now().timestamp() - wall()
    assert abs(off_s) <= report.uncertainty_ms / 1000 + 0.002
    assert report.machine_offset_ms == pytest.approx(3_600_000, abs=200)
    assert (report.followed, report.stratum, report.steps) == (True, 2, 1)
    word, master = hub.word()
    assert (word, master.stratum, master.source in {"ntp-0", "ntp-1"}) == ("synced", 2, True)
    assert msgspec.json.decode(msgspec.json.encode(report), type=TimeReport) == report
    told = {
        (s.name, *s.labels.values()): s.value
        for family in hub.figures.registry.collect()
        for s in family.samples
    }
    assert told["station_time_source_standing", "ntp-2", "FALSE"] == 1
    assert told["station_time_quality", "SYNCED"] == 1


def test_in_a_simulation_sources_are_shown_and_not_followed(world, kept):
    _, port = world.ntp()
    origin = from_unix(1_600_000_000.0)
    hub = kept(ntp("n", port), clock=ClockSettings(origin=origin, started=wall(), rate=60.0))
    world.turning.until(lambda: hub.report().quality is Quality.SYNCED, 40)
    assert not hub.report().followed
    assert hub.word() == ("simulated", None)
    assert hub.clock.rate == 60.0
    assert hub.clock.now().year == 2020


def test_without_sources_it_is_the_machines_and_that_is_said(world, kept):
    hub = kept()
    world.turning.for_seconds(0.1)
    assert not hub.report().followed
    assert [each.name for each in hub.report().sources] == ["machine"]
    assert abs(hub.clock.now().timestamp() - wall()) < 0.05
    assert hub.word()[0] in {"system", "synced"}


def test_the_next_life_goes_on_where_this_one_was(world, kept):
    server, port = world.ntp()
    server.faults.offset_s = 100.0
    first = kept(ntp("n", port))
    world.turning.until(lambda: first.report().quality is Quality.SYNCED, 40)
    first.stop()
    server.faults.silent = True
    second = kept(ntp("n", port))
    assert second.report().quality is Quality.HOLDOVER
    assert second.clock.now().timestamp() - wall() == pytest.approx(100.0, abs=0.1)
    assert second.word()[0] == "holdover"


class Hours:
    """A hub's minute clock over a discipline, in hours that pass at once."""

    def __init__(self, drift):
        self.reactor = Clock()
        self.start = minute_start(minute_number(from_unix(1_795_000_000.0))).timestamp()
        self.drift = drift
        self.discipline = Discipline(self.start + 40.0, 0.0, {"gps": 16.0})
        self.clock = DisciplinedClock(self.discipline, self.reactor.seconds)
        self.dice = random.Random(4)
        self.ran, self.others = [], []

    @property
    def true(self):
        return self.start + self.reactor.seconds() * (1 - self.drift)

    @property
    def error(self):
        return self.discipline.unix(self.reactor.seconds()) - self.true

    def lead(self):
        self.first = minute_number(self.clock.now())
        MinuteClock(self.reactor, self.clock, self._due).start(self.first)

    def _due(self, found):
        (self.others if found.rebased or found.jumped else self.ran).extend(found.minutes)

    def followed(self, seconds, every_s=16):
        for _ in range(seconds // every_s):
            self.discipline.take(
                Reading(
                    source="gps",
                    utc=self.true + self.dice.uniform(-0.002, 0.002),
                    mono_s=self.reactor.seconds(),
                    uncertainty_s=0.002,
                    stratum=0,
                )
            )
            self.alone(every_s)

    def alone(self, seconds):
        for _ in range(seconds):
            self.reactor.advance(1)
        self.discipline.look(self.reactor.seconds())


def test_24_hours_alone_with_50_ppm_and_every_minute_is_run_once():
    """The minute clock on a disciplined clock: four hours followed, a day alone, then back."""
    hours = Hours(50e-6)
    hours.followed(16, every_s=4)  # it is set before the hub leads
    hours.lead()
    hours.followed(4 * 3600)
    hours.alone(86_400)
    assert hours.discipline.quality(hours.reactor.seconds()) is Quality.HOLDOVER
    assert abs(hours.error) < 0.06
    assert abs(hours.error) < hours.discipline.uncertainty(hours.reactor.seconds()) < 0.5
    hours.followed(960)
    assert abs(hours.error) < 0.01
    assert hours.others == []
    assert hours.ran == list(range(hours.first + 1, hours.first + 1 + len(hours.ran)))
    assert len(hours.ran) >= (4 * 3600 + 86_400 + 900) // 60


def test_a_step_of_the_sources_costs_no_minute():
    """Sources are corrected by -95 s: the minute clock holds, then goes on."""
    reactor = Clock()
    start = 1_795_000_020.0
    discipline = Discipline(start, 0.0, {"a": 4.0, "b": 4.0})
    clock = DisciplinedClock(discipline, reactor.seconds)
    ran = []
    MinuteClock(reactor, clock, lambda found: ran.extend(found.minutes)).start(
        minute_number(clock.now())
    )
    first = minute_number(clock.now())

    def live(seconds, offset_s):
        for _ in range(seconds // 4):
            for name in ("a", "b"):
                discipline.take(
                    Reading(
                        source=name,
                        utc=start + reactor.seconds() + offset_s,
                        mono_s=reactor.seconds(),
                        uncertainty_s=0.001,
                    )
                )
            reactor.advance(2)
            discipline.look(reactor.seconds())
            reactor.advance(2)

    live(600, 0.0)
    live(1200, -95.0)
    assert discipline.steps == 1
    assert ran == list(range(first + 1, first + 1 + len(ran)))
    assert len(ran) == (600 + 1200 - 95) // 60


def test_a_hub_leads_when_it_knows_the_time_or_has_waited_long_enough(world, kept):
    _, port = world.ntp()
    server, silent = world.ntp()
    server.faults.silent = True
    assert kept().known().called, "not followed: nothing is waited for"
    knowing, waiting = kept(ntp("n", port)).known(), kept(ntp("s", silent)).known()
    assert not knowing.called
    world.turning.until(lambda: knowing.called, 15)
    assert not waiting.called
    world.turning.until(lambda: waiting.called, 30)
