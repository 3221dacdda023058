"""Any day: trains change, persons interfere, loudspeakers fail, the program is killed. A judge who
knows everything and hears everything never has a reason to object (`world.Judge`)."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from subsystems.broadcast.events import (
    Announce,
    EmergencyBegins,
    EmergencyEnds,
    Mute,
    RulesChanged,
    Sinks,
    Stop,
)
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.model import Kind, Occasion, Priority
from tests.subsystems.broadcast.world import MINUTE, ORIGIN, ZONES, Train, World

NAMES = st.sampled_from([f"K{n}" for n in range(8)])
PLATFORMS = st.integers(1, 3)
SOME_ZONES = st.lists(st.sampled_from(ZONES.order), min_size=1, max_size=4, unique=True)
SECONDS = st.sampled_from([0.2, 1.0, 3.0, 7.0, 13.0, 20.0, 60.0, 300.0])


class AnyDay(RuleBasedStateMachine):
    """Everything that may happen, in any order."""

    @initialize(
        rate=st.sampled_from([1.0, 60.0]),
        shortest=st.sampled_from([3.0, 8.0, 14.0]),
        synthesis=st.sampled_from([0.0, 0.4, 1.2]),
    )
    def begin(self, rate, shortest, synthesis):
        self.directory = Path(tempfile.mkdtemp())
        self.ledger = self.open_ledger()
        self.emergencies: dict[str, tuple] = {}
        self.count = 0

        def length(occasion):
            each = shortest + sum(map(ord, occasion.key)) % 7
            return each + 4.0 * max(0, len(occasion.members) - 1)

        self.world = World(rate, length, synthesis, self.ledger)

    def open_ledger(self):
        complaints = []
        ledger = Ledger(self.directory / "ledger", "test", complaints.append)
        assert complaints == []
        return ledger

    @property
    def stage(self):
        return self.world.stage

    def do(self, event):
        self.stage.happen(event)
        self.world.judge.look()

    @rule(name=NAMES, minutes=st.integers(1, 40), platform=PLATFORMS)
    def comes(self, name, minutes, platform):
        if name not in self.world.trains:
            departs = self.stage.now + minutes * MINUTE
            self.world.trains[name] = Train(name, departs, platform)
            self.world.change(name)

    @rule(name=NAMES, platform=PLATFORMS)
    def moves(self, name, platform):
        train = self.world.trains.get(name)
        if train and train.platform != platform:
            before = train.platform
            self.world.change(name, platform=platform, moved_from=before, moves=train.moves + 1)

    @rule(names=st.lists(NAMES, min_size=2, unique=True), platform=PLATFORMS)
    def many_move(self, names, platform):
        for name in names:
            self.moves(name, platform)

    @rule(name=NAMES, minutes=st.integers(0, 30))
    def is_late(self, name, minutes):
        train = self.world.trains.get(name)
        if train and train.delay != minutes:
            self.world.change(name, delay=minutes, delays=train.delays + 1)

    @rule(name=NAMES, cancelled=st.booleans())
    def is_cancelled(self, name, cancelled):
        if name in self.world.trains:
            self.world.change(name, cancelled=cancelled)

    @rule(name=NAMES, unknown=st.booleans())
    def nobody_knows(self, name, unknown):
        if name in self.world.trains:
            self.world.change(name, unknown=unknown)

    @rule(seconds=SECONDS)
    def time_goes_on(self, seconds):
        self.world.go_on(seconds)

    @rule(zone=st.sampled_from(ZONES.order), on=st.booleans())
    def is_muted(self, zone, on):
        self.do(Mute(zone, on, "Li"))

    @rule(zones=st.lists(st.sampled_from(ZONES.order), max_size=2, unique=True))
    def loudspeakers_fail(self, zones):
        self.world.lost = dict.fromkeys(zones, "no current")
        judge = self.world.judge
        judge.emergencies = {k: v for k, v in judge.emergencies.items() if k[1] not in zones}
        self.do(Sinks(self.world.lost))

    @rule(zones=SOME_ZONES, repeats=st.integers(1, 2), wait=st.integers(0, 5))
    def person_announces(self, zones, repeats, wait):
        self.count += 1
        due = self.stage.now + wait * MINUTE
        said = Occasion(
            key=f"manual/{self.count}",
            kind=Kind.MANUAL,
            priority=Priority.MANUAL,
            zones=tuple(zone for zone in ZONES.order if zone in zones),
            languages=("zh",),
            due=due,
            latest=due + 10 * MINUTE,
            text={"zh": "请注意"},
            repeats=repeats,
        )
        self.do(Announce(said))

    @rule(zone=st.sampled_from(["", *ZONES.order]))
    def person_stops(self, zone):
        """Everything that is due: passengers hear of no change that a person silenced."""
        self.world.judge.changes = {
            k: v for k, v in self.world.judge.changes.items() if zone not in {"", k[1]}
        }
        self.do(Stop(zone=zone))

    @rule(zones=SOME_ZONES, pause=st.sampled_from([0.0, 5.0, 30.0]), number=st.integers(1, 2))
    def emergency(self, zones, pause, number):
        key = f"emergency/{number}"
        if key in self.emergencies:
            self.end(key)
            return
        said = Occasion(
            key=key,
            kind=Kind.EMERGENCY,
            priority=Priority.EMERGENCY,
            zones=tuple(zone for zone in ZONES.order if zone in zones),
            languages=("zh",),
            due=self.stage.now,
            latest=self.stage.now + timedelta(days=365),
            text={"zh": f"疏散{self.stage.now}"},
            repeat_after_s=pause,
        )
        beside = {n for zone in self.world.taken for n in ZONES.neighbours(zone)}
        if beside.isdisjoint(said.zones) and self.world.taken.isdisjoint(said.zones):
            until_s = self.stage.now_s + self.world.synthesis(said) + 1.0
            free = [zone for zone in said.zones if zone not in self.world.lost]
            self.world.judge.emergencies |= {(key, zone): until_s for zone in free}
        self.emergencies[key] = said.zones
        self.world.taken |= set(said.zones)
        self.do(EmergencyBegins(said))

    def end(self, key):
        del self.emergencies[key]
        self.world.taken = {zone for zones in self.emergencies.values() for zone in zones}
        judge = self.world.judge
        judge.emergencies = {k: v for k, v in judge.emergencies.items() if k[0] != key}
        self.do(EmergencyEnds(key))

    @rule()
    def link_is_lost_and_back(self):
        self.do(RulesChanged())

    @precondition(lambda self: self.stage.now_s > 5)
    @rule(dead_s=st.sampled_from([0.5, 10.0, 600.0]))
    def killed(self, dead_s):
        self.ledger.close()
        self.ledger = self.world.ledger = self.open_ledger()
        self.world.lost = {}
        self.world.restart(dead_s)

    @invariant()
    def state_is_small(self):
        if hasattr(self, "world"):
            assert len(self.stage.state.voices) <= len(ZONES.order)
            assert len(self.stage.state.agenda) < 500

    def teardown(self):
        if not hasattr(self, "world"):
            return
        for key in list(self.emergencies):
            self.end(key)
        for zone in ZONES.order:
            self.do(Mute(zone, on=False))
        self.world.lost = {}
        self.do(Sinks({}))
        last = max((train.leaves for train in self.world.trains.values()), default=ORIGIN)
        left = (last - self.stage.now + 6 * MINUTE).total_seconds() / self.world.rate
        self.world.go_on(max(left, 0) + 120)
        lost = self.world.judge.unaccounted()
        assert not lost, lost
        self.ledger.close()
        shutil.rmtree(self.directory)


def test_any_day():
    """Some twenty days; with ``--hypothesis-profile=nightly`` two thousand."""
    nightly = settings.get_profile("nightly")
    size = (
        nightly
        if settings().max_examples == nightly.max_examples
        else settings(max_examples=20, stateful_step_count=30, deadline=None)
    )
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(AnyDay, settings=settings(size, suppress_health_check=checks))
