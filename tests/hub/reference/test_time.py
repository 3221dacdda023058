"""However time comes to the hub: every minute once, and a gap ends as its minutes would have.

The nights in which the clocks change are among the days; minutes are UTC's, so none is doubled.
"""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from twisted.internet.task import Clock

from hub.minute_clock import MinuteClock
from hub.operations import Operations
from hub.store import tables
from protocol.times import minute_number, minute_start
from tests.hub.reference.days import SCENES, Dispatching, minutes, recipes
from tests.hub.reference.officer import Officer, commands
from tests.hub.reference.test_stateful import is_nightly

number = itertools.count()


@pytest.fixture(params=SCENES)
def scene(request):
    return SCENES[request.param]()


def few(normal):
    return settings(
        max_examples=100 if is_nightly() else normal,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@few(4)
@given(
    spoken=st.lists(st.tuples(recipes, commands, st.integers(1, 90)), min_size=2, max_size=5),
    gap=st.integers(30, 400),
)
def test_a_gap_ends_as_its_minutes_would_have(scene, tmp_path, spoken, gap):
    """Rows and words, then nothing for hours: one hub was suspended, the other was not."""
    awake, asleep = (f"sqlite:///{tmp_path / str(next(number))}.db" for _ in range(2))
    told = [lived(scene, url, spoken, gap, every) for url, every in ((awake, 1), (asleep, gap))]
    assert told[0] == told[1]


def lived(scene, url, spoken, gap, every):
    """Return what a hub tells and holds that lives the last `gap` minutes `every` so many."""
    hub, now = Operations(url, scene.station), scene.begin
    dispatching, officer = Dispatching(scene), Officer(scene)
    hub.open(now)
    for made_of, recipe, pause in spoken:
        hub.step(now, dispatching.changes(made_of, now), minute_number(now))
        hub.command(now, officer.command(recipe, now))
        now += minutes(pause)
    end = now + minutes(gap)
    while now < end:
        now += minutes(every)
        hub.step(now, (), minute_number(now))
    last = end + minutes(1)  # a run that was concluded about anew is not forgotten in that second
    hub.step(last, (), minute_number(last))
    told = {each.entity: each.body for each in hub.live()}
    hub.close()
    engine = create_engine(url)
    columns = (tables.run.c.run_id, tables.run.c.passengers, tables.run.c.train)
    with engine.connect() as connection:
        phases = sorted(map(tuple, connection.execute(select(*columns))))
    engine.dispose()
    return told, phases


class Wall:
    """A wall clock that somebody steps, and that goes on while the process is suspended."""

    rate = 1.0

    def __init__(self, reactor, begin):
        self._reactor, self._begin = reactor, begin
        self.offset = timedelta()

    def now(self):
        return self._begin + self.offset + timedelta(seconds=self._reactor.seconds())


@few(10)
@given(
    happenings=st.lists(
        st.tuples(
            st.integers(1, 200), st.sampled_from((0, 0, 0.9, 45, 400, 900, 7200, -1, -100, -3000))
        ),
        min_size=3,
        max_size=20,
    )
)
def test_every_minute_is_run_once_whatever_becomes_of_the_clock(scene, tmp_path, happenings):
    reactor = Clock()
    wall = Wall(reactor, scene.begin)
    hub = Operations(f"sqlite:///{tmp_path / str(next(number))}.db", scene.station)
    hub.open(scene.begin)
    history = []

    def run(due):
        for minute in due.minutes:
            assert hub.step(minute_start(minute), (), minute).ran or due.rebased
            history.append((minute, due))
            assert hub.last_minute == minute

    clock = MinuteClock(reactor, wall, run)
    clock.start(hub.last_minute)
    for seconds, stepped in happenings:
        wall.offset += timedelta(seconds=stepped)
        for _ in range(seconds):
            reactor.advance(1)
        assert clock.last == hub.last_minute
        late = minute_number(wall.now()) - hub.last_minute
        assert late <= 0, "a minute was skipped"
    clock.stop()
    hub.close()
    ran = [minute_number(scene.begin), *(minute for minute, _ in history)]
    for (before, minute), (_, due) in zip(itertools.pairwise(ran), history, strict=True):
        assert due.rebased or (minute > before if due.jumped else minute == before + 1)
