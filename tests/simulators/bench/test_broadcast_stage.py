"""Busy minutes of the real station by its real rules; a judge reads the runs and nothing else."""

from collections import defaultdict
from datetime import timedelta

import pytest

from simulators.bench.broadcast_day import BusyDay
from simulators.bench.broadcast_stage import DayStage
from simulators.bench.kernel_load import url_of
from station_config.load import load_station
from subsystems.broadcast.bundles import BOUND_S
from subsystems.broadcast.effects import Dropped, Play, Spoken
from subsystems.broadcast.facts import decode_facts
from subsystems.broadcast.model import Kind
from subsystems.broadcast.places import StationZones
from tests.architecture.test_architecture import STATIONS

OPEN = {Kind.CHECK_IN_OPEN, Kind.REMINDER, Kind.LAST_CALL}
PLATFORM = {*OPEN, Kind.APPROACH, Kind.ARRIVAL, Kind.DEPARTURE, Kind.PLATFORM_CHANGE}
LOOKED = timedelta(minutes=20)


class Judge:
    def __init__(self, stage):
        self.stage = stage
        self.zones = StationZones(stage.station)
        self.sounding = {}
        self.spoken = defaultdict(int)
        self.kinds = set()
        self.accounted = set()
        stage.stage.heard = self.hear

    def hear(self, effect):
        if isinstance(effect, Play):
            self.begins(effect)
        elif isinstance(effect, Spoken) and effect.ended:
            self.sounding.pop(effect.play.voice)
        elif isinstance(effect, Dropped):
            self.accounted |= {(effect.occasion.key, zone) for zone in effect.zones}

    def begins(self, play):
        live = {zone for other in self.sounding.values() for zone in other}
        for zone in play.zones:
            assert zone not in live
            assert self.zones.neighbours(zone).isdisjoint(live)
        self.sounding[play.voice] = play.zones
        for said in play.occasion.members or (play.occasion,):
            self.kinds.add(said.kind)
            for zone in play.zones:
                self.spoken[said.key, zone] += 1
                self.accounted.add((said.key, zone))
            if said.run_id is not None:
                self.is_true(said)

    def is_true(self, said):
        run, facts, now = (
            self.stage.runs[said.run_id],
            decode_facts(said.facts),
            self.stage.stage.now,
        )
        times = run.timeline
        assert not run.cancelled
        if said.kind in OPEN:
            assert times.check_in_opens_at <= now < times.check_in_closes_at
        if said.kind is Kind.CHECK_IN_CLOSED:
            assert times.check_in_closes_at <= now
        if said.kind in PLATFORM and facts.platform is not None:
            assert facts.platform == run.platform
        if said.kind is Kind.DELAY:
            assert facts.delay in {t.delay_minutes for t in (run.arrival, run.departure) if t}
        if said.kind in {Kind.ARRIVAL, Kind.EXIT_GUIDANCE}:
            assert run.arrival.actual <= now
        if said.kind is Kind.APPROACH:
            assert run.arrival.actual is None
        if said.kind is Kind.DEPARTURE:
            assert run.departure.actual is None


@pytest.mark.parametrize("rate", [1.0, 60.0])
def test_busy_minutes_are_spoken_truly(rate, tmp_path):
    station = load_station(next(each for each in STATIONS.iterdir() if "hohhot" in each.name))
    day = BusyDay(station, 400)
    start = day.busiest
    stage = DayStage(day.station, start, rate)
    judge = Judge(stage)
    stage.play(day.changes(url_of(tmp_path / "hub"), start, start + LOOKED))
    assert judge.spoken
    assert max(judge.spoken.values()) <= 3, "two rounds, one cut off"
    if rate == 1.0:
        assert len(judge.kinds) > 8
        due = stage.stage.state.items.values()
        late = [i for i in due if i.occasion.kind is Kind.PLATFORM_CHANGE and i.due_s is not None]
        assert all(i.begun or stage.stage.now_s - i.due_s <= BOUND_S for i in late)
