"""The hub beside the reference through whatever Hypothesis thinks of: the same after every step.

The nightly size: ``pytest tests/hub/reference --hypothesis-profile=nightly``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine

from hub.store import tables
from tests.hub.reference.days import SCENES, Dispatching, minutes, recipes
from tests.hub.reference.officer import Officer, commands
from tests.hub.reference.sides import Sides

gaps = st.sampled_from((2, 3, 9, 20, 45, 120, 400, 1500))
moments = st.sampled_from((0, 0, 0, 7, 59)).map(lambda s: timedelta(seconds=s))


class Day(RuleBasedStateMachine):
    """One hub's life; subclasses say which station and which database."""

    scene = None
    make_url = None

    def __init__(self):
        super().__init__()
        self.sides = None

    @initialize()
    def start(self):
        self.dispatching = Dispatching(self.scene)
        self.officer = Officer(self.scene)
        self.said = None
        self.sides = Sides(self.make_url(), self.scene.station, self.scene.begin)

    @rule(made_of=recipes, later=moments)
    def rows(self, made_of, later):
        now = self.sides.now + later
        self.sides.step(now, self.dispatching.changes(made_of, now))

    @rule(recipe=commands, later=moments)
    def somebody_says(self, recipe, later):
        now = self.sides.now + later
        self.said = self.officer.command(recipe, now)
        self.answer = self.sides.command(now, self.said)

    @precondition(lambda self: self.said)
    @rule()
    def the_last_command_comes_again(self):
        assert self.sides.command(self.sides.now, self.said, again=True) == self.answer

    @rule(made_of=recipes)
    def rows_with_the_minute(self, made_of):
        now = self.next_minute()
        self.sides.step(now, self.dispatching.changes(made_of, now), tick=True)

    @rule(times=st.integers(1, 6))
    def minute_by_minute(self, times):
        for _ in range(times):
            self.sides.step(self.next_minute(), tick=True)

    @rule(gap=gaps)
    def jump(self, gap):
        self.sides.step(self.sides.now + minutes(gap), tick=True)

    @rule(back=st.sampled_from((1, 2, 3, 30, 600)))
    def clock_set_back(self, back):
        self.sides.step(self.sides.now - minutes(back), tick=True)

    @rule(gap=st.sampled_from((-400, -30, -2, 0, 0, 1, 5, 60, 900)))
    def restart(self, gap):
        self.sides.open(self.sides.now + minutes(gap))

    @rule(limit=st.integers(1, 12))
    def hear_some(self, limit):
        self.sides.drain(limit)

    def next_minute(self):
        return self.sides.now.replace(second=0, microsecond=0) + minutes(1)

    def teardown(self):
        if self.sides is not None:
            try:
                self.sides.finish()
            finally:
                self.sides.close()


def is_nightly():
    """Return whether the nightly profile is loaded."""
    return settings.default.max_examples == settings.get_profile("nightly").max_examples


def size(normal, share=1.0):
    """Return the size of a run: `normal`, or that share of the nightly profile if it is loaded."""
    nightly = settings.get_profile("nightly")
    if is_nightly():
        return settings(nightly, max_examples=int(nightly.max_examples * share))
    return settings(max_examples=normal, stateful_step_count=20, deadline=None)


@pytest.fixture(params=SCENES)
def scene(request):
    return SCENES[request.param]()


def test_sqlite_and_the_reference_are_told_alike(scene, tmp_path):
    def make_url():
        nonlocal number
        number += 1
        return f"sqlite:///{tmp_path / f'{number}.db'}"

    number = 0
    machine = type("SqliteDay", (Day,), {"scene": scene, "make_url": staticmethod(make_url)})
    run_state_machine_as_test(machine, settings=size(15, share=0.35))


def test_postgresql_and_the_reference_are_told_alike(postgresql_url):
    def make_url():
        engine = create_engine(postgresql_url)
        tables.metadata.drop_all(engine)
        engine.dispose()
        return postgresql_url

    contents = {"scene": SCENES["hohhot-east"](), "make_url": staticmethod(make_url)}
    machine = type("PostgresqlDay", (Day,), contents)
    run_state_machine_as_test(machine, settings=size(4, share=0.05))
