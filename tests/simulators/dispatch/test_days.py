from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest

from protocol.runs import Role
from simulators.dispatch.changes import Table
from simulators.dispatch.days import Days
from simulators.dispatch.dirt import DirtKind
from simulators.dispatch.temper import CALM, DISTURBED, Temper
from simulators.dispatch.tracks import route_set_at, stay_of

DAY = date(2021, 1, 20)
MINUTE = timedelta(minutes=1)
ROUGH = Temper(delays=2.5, track_changes=0.3, cancellations=0.1, unknown=0.2, dirt_per_hour=20)


def make_days(station, temper=DISTURBED, seed=1):
    return Days(station, station.timetable.rows, seed, temper)


@pytest.fixture(scope="module", params=[DISTURBED, ROUGH], ids=["disturbed", "rough"])
def fates(request, station):
    days = make_days(station, request.param)
    return [f for n in range(3) for f in days.day(DAY + timedelta(days=n)).fates]


def state_at(changes, at):
    """The tables as they stand once all changes up to `at` are applied."""
    tables = {}
    for change in changes:
        if change.at > at:
            return tables
        row = (change.table, change.key)
        if change.values is None:
            tables.pop(row, None)
        else:
            tables[row] = tables.get(row, {}) | dict(change.values)
    return tables


def test_the_same_seed_gives_the_same_day_and_another_seed_another(station):
    assert make_days(station).day(DAY) == make_days(station).day(DAY)
    assert make_days(station).day(DAY).changes != make_days(station, seed=2).day(DAY).changes


def test_a_life_is_the_same_from_wherever_it_is_entered(station):
    days = make_days(station)
    at = datetime(2021, 1, 22, 3, 30, tzinfo=UTC)
    early = state_at(days.changes_from(at - timedelta(days=3)), at)
    assert early == state_at(days.changes_from(at), at)
    assert len(early) > 20


def test_changes_come_in_the_order_of_time_over_midnights(station):
    start = datetime(2021, 1, 20, 12, tzinfo=UTC)
    changes = list(islice(make_days(station).changes_from(start), 8_000))
    assert all(a.at <= b.at for a, b in pairwise(changes))
    assert changes[-1].at > start + timedelta(days=1)


def test_calm_is_exactly_the_timetable(station):
    day = make_days(station, CALM).day(DAY)
    assert day.dirt == ()
    for fate in day.fates:
        visit = fate.visit
        assert (fate.arrival, fate.departure) == (visit.arrival, visit.departure)
        assert fate.track == visit.row.track
        assert fate.appears == visit.first - timedelta(hours=3)
    texts = [v for c in day.changes for v in (c.values or {}).values()]
    assert all(v.second == 0 for v in texts if isinstance(v, datetime))
    delays = {c.values.get("arr_delay_min", 0) for c in day.changes if c.values}
    assert delays <= {0, None}


def test_no_passenger_train_leaves_before_its_time(fates):
    stopping = [f for f in fates if f.departure and f.visit.role is not Role.PASS]
    assert stopping
    assert all(f.departure >= f.visit.departure for f in stopping)


def test_minimum_dwell_is_kept_and_an_early_arrival_does_not_shift_departure(fates):
    through = [f for f in fates if f.arrival and f.departure and f.visit.role is Role.INTERMEDIATE]
    assert all(f.departure - f.arrival >= 4 * MINUTE for f in through)
    early = [f for f in through if f.arrival < f.visit.arrival]
    assert early
    assert all(f.departure - f.visit.departure < MINUTE for f in early)


def test_most_originating_trains_leave_on_time(station):
    days = make_days(station)
    origins = [
        f
        for n in range(10)
        for f in days.day(DAY + timedelta(days=n)).fates
        if f.visit.role is Role.ORIGIN and f.departure
    ]
    on_time = [f for f in origins if f.departure - f.visit.departure < MINUTE]
    assert 0.8 < len(on_time) / len(origins) < 0.95


def test_an_unknown_delay_is_resolved_before_the_train_is_near(fates):
    held = [f for f in fates if any(e.minutes is None for e in f.estimates) and f.arrival]
    assert held
    for fate in held:
        assert fate.estimates[-1].minutes is not None
        told = [b.at for a, b in pairwise(fate.estimates) if a.minutes is None]
        assert all(at <= fate.arrival - 10 * MINUTE for at in told)


def test_a_track_changes_before_the_route_is_set_and_to_a_free_track(fates, station):
    moved = [f for f in fates if f.track_change]
    assert moved
    layout = station.layouts[0]
    for fate in moved:
        assert fate.appears < fate.track_change.at < route_set_at(fate)
        stay = stay_of(fate)
        assert layout.track(fate.track).yard == layout.track(fate.visit.row.track).yard
        sharing = [f for f in fates if f.visit.key != fate.visit.key and f.track == fate.track]
        met = [f for f in sharing if (theirs := stay_of(f)) and theirs.overlaps(stay)]
        assert met == []


def test_a_cancelled_train_never_comes(fates):
    cancelled = [f for f in fates if f.cancelled_at]
    assert cancelled
    assert all(f.arrival is None and f.departure is None for f in cancelled)
    assert all(f.cancelled_at < f.visit.first for f in cancelled)


def test_the_log_tells_nothing_ahead_of_its_time(station):
    day = make_days(station).day(DAY)
    dirty = {(d.dirty.key, d.dirty.at) for d in day.dirt}
    for change in day.changes:
        if change.table is not Table.LOG or not change.values or (change.key, change.at) in dirty:
            continue
        told = [v for v in change.values.values() if isinstance(v, datetime)]
        assert all(at <= change.at for at in told)


def test_every_row_appears_three_hours_ahead_and_goes_away(station):
    day = make_days(station).day(DAY)
    open_rows = set()
    for change in day.changes:
        if change.values is None:
            open_rows.discard((change.table, change.key))
        else:
            open_rows.add((change.table, change.key))
    assert open_rows == set()
    for fate in day.fates:
        ahead = fate.visit.first - fate.appears
        assert timedelta(hours=3) <= ahead <= timedelta(hours=3, minutes=10)


def test_all_kinds_of_dirt_fall_and_all_of_it_is_taken_back(station):
    day = make_days(station, ROUGH).day(DAY)
    assert {d.kind for d in day.dirt} == set(DirtKind)
    assert 350 < len(day.dirt) < 620
    layout = station.layouts[0]
    for dirt in day.dirt:
        assert dirt.dirty.at < dirt.clean.at
        assert dirt.dirty in day.changes
        assert dirt.clean in day.changes
        if dirt.kind is DirtKind.UNKNOWN_TRACK:
            assert all(layout.track(v) is None for v in dirt.dirty.values.values())
        if dirt.kind is DirtKind.DEPARTURE_BEFORE_ARRIVAL:
            victim = next(f for f in day.fates if f.visit.key == dirt.victim)
            assert dirt.dirty.values["plan_dep_time"] < victim.visit.arrival


def test_lateness_at_arrival_agrees_with_the_recorded_days(station):
    days = make_days(station, Temper(unknown=0, cancellations=0, dirt_per_hour=0))
    minutes = [
        (f.arrival - f.visit.arrival) / MINUTE
        for n in range(10)
        for f in days.day(DAY + timedelta(days=n)).fates
        if f.arrival
    ]
    share = [sum(m >= n for m in minutes) / len(minutes) for n in (5, 10, 30)]
    assert 0.20 < share[0] < 0.33  # recorded: 0.279
    assert 0.05 < share[1] < 0.11  # recorded: 0.064
    assert share[2] < 0.012  # recorded: 0.006
