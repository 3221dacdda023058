"""Posts of a real station, a day of its trains, and a machine that tells what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import station_config
from protocol.runs import Role
from station_config.load import load_station
from subsystems.staff_notices import machine
from subsystems.staff_notices.events import Answer, Changed, Happened, Signed, Tick, Trusted
from subsystems.staff_notices.model import Signature
from subsystems.staff_notices.moments import Ground
from tests.subsystems.display import sample_day

STATIONS = Path(station_config.__file__).parent / "stations"
DAY = date(2021, 1, 20)
MIDNIGHT = datetime(2021, 1, 19, 16, 0, tzinfo=UTC)
"""Of the day, in Hohhot."""
MINUTE = timedelta(minutes=1)


def signature(nth=1, person="王芳", at=MIDNIGHT, **rest):
    return Signature(
        id=f"signature-{nth}",
        person=person,
        terminal="t-1",
        session="s-1",
        at=at,
        received_at=at,
        **rest,
    )


class Office:
    """A machine; `told` is everything that happened, `answers` what became of signatures."""

    def __init__(self, station, runs=(), now=MIDNIGHT, *, state=None):
        self.station = station
        self.now = now
        self.state = state or machine.State(
            machine.Office(station.posts, Ground(station)), now, stale=False
        )
        self.told, self.answers, self.effects, self.steps = [], [], [], 0
        self.step(Trusted(now + timedelta(days=30)))
        self.step(Changed({run.run_id: run for run in runs}))

    def step(self, event):
        self.state, effects = machine.step(self.state, event, self.now)
        self.effects += effects
        self.steps += 1
        self.told += [(self.now, e.notice, e.action) for e in effects if isinstance(e, Happened)]
        self.answers += [e for e in effects if isinstance(e, Answer)]
        return effects

    def change(self, run):
        return self.step(Changed({run.run_id: run}))

    def until(self, now):
        """Let time pass as the service does: look whenever something is due."""
        while True:
            at = machine.next_at(self.state)
            if at is None or at > now:
                break
            self.now = max(self.now, at)
            self.step(Tick())
        self.now = now
        self.step(Tick())
        return self

    def sign(self, notice, nth=1, person="王芳", digest=None):
        digest = notice.issued.digest if digest is None else digest
        self.step(Signed(notice.id, digest, signature(nth, person, self.now)))
        return self.answers[-1].verdict

    def of(self, post, run_id, moment):
        return self.state.notices.get(run_id, {}).get(f"{post}/{run_id}/{moment}")


@pytest.fixture(scope="session")
def hohhot():
    return load_station(STATIONS / "hohhot_east")


@pytest.fixture(scope="session")
def muehlau():
    return load_station(STATIONS / "muehlau_am_see")


@pytest.fixture(scope="session")
def day(hohhot):
    """The day's runs by id."""
    return sample_day.plan(hohhot, DAY)


@pytest.fixture
def office(hohhot):
    """Makes machines."""
    return lambda *runs, now=MIDNIGHT, **rest: Office(hohhot, runs, now, **rest)


@pytest.fixture
def make():
    """Values and the ways to change them."""
    return SimpleNamespace(
        signature=signature, midnight=MIDNIGHT, day=DAY, minute=MINUTE, change=sample_day.change
    )


@pytest.fixture
def through(day):
    """A conventional train that calls: 到 and 开 are known, on a track of the north yard."""
    return next(r for r in day.values() if r.role is Role.INTERMEDIATE and r.category in {"K", "Z"})


@pytest.fixture
def told_notice(office, through):
    """What the watering post has just been told of `through`, a quarter hour before it comes."""
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 15 * MINUTE)
    return made.of("watering", through.run_id, "arrival")
