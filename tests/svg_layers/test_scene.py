from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from small_yard import LAYOUT, MIN, SIGHT, at, make_run

from protocol.runs import CallTime, Punctuality, Role, Timeline
from svg_layers.plan import make_plan
from svg_layers.scene import Scene
from svg_layers.trains import applied

GEOMETRY = make_plan(LAYOUT).geometry


def scene(*runs, clock="10:05"):
    made = Scene(SIGHT, GEOMETRY, at(clock))
    made.put({run.run_id: run for run in runs}, at(clock))
    return made


def test_what_is_put_is_in_the_picture():
    picture = scene(make_run()).picture()
    assert picture.trains["2021-01-20.k1"]["place"] == "track/t3"
    assert picture.bars["2021-01-20.k1"]["track"] == "t3"


def test_a_run_that_is_no_more_is_gone():
    made = scene(make_run())
    change = made.put({"2021-01-20.k1": None}, at("10:06"))
    assert change.trains.gone == change.bars.gone == ("2021-01-20.k1",)
    assert made.picture().trains == {}
    assert made.run("2021-01-20.k1") is None


def test_what_is_said_again_changes_nothing():
    made = scene(make_run())
    assert made.put({"2021-01-20.k1": make_run()}, at("10:06")).empty


def test_time_alone_moves_trains_when_it_says_it_will():
    made = scene(make_run(), clock="09:50")
    places = []
    while made.next_at < at("10:30"):
        change = made.advance(made.next_at)
        places += [f["place"] for f in change.trains.set.values() if "place" in f]
        places += ["gone"] * len(change.trains.gone)
    assert places == ["right/north", "track/t3", "left/north", "gone"]


def test_a_train_that_comes_to_an_occupied_track_touches_the_one_that_is_there():
    made = scene(make_run("K1"))
    change = made.put({"2021-01-20.k3": make_run("K3")}, at("10:06"))
    assert set(change.trains.set) == {"2021-01-20.k1", "2021-01-20.k3"}
    assert change.trains.set["2021-01-20.k1"]["clash"] == ("2021-01-20.k3",)


def test_what_becomes_of_a_feeder_is_seen_at_the_train_that_it_feeds():
    came = make_run("G1", Role.TERMINUS, arrival="09:00")
    fed = make_run("G2", Role.ORIGIN, departure="11:00", feeder=came.run_id)
    made = scene(came, fed, clock="10:30")
    assert made.picture().trains[came.run_id]["kind"] == "stock"
    made.put({fed.run_id: None}, at("10:31"))
    assert came.run_id not in made.picture().trains
    made.put({fed.run_id: fed}, at("10:32"))
    assert made.picture().trains[came.run_id]["kind"] == "stock"


def test_deviations_lapse_and_come_back_with_the_source():
    late = CallTime(planned=at("10:20"), estimated=at("10:30"))
    made = scene(make_run(departure=late, punctuality=Punctuality.DELAYED))
    change = made.confirm(at("09:00"), at("10:06"))
    assert change.trains.set["2021-01-20.k1"]["account"] == "lapsed"
    change = made.confirm(at("10:06"), at("10:06"))
    assert change.trains.set["2021-01-20.k1"]["account"] == "late"
    assert made.confirm(at("10:07"), at("10:07")).empty


def test_a_deviation_lapses_by_time_alone():
    late = CallTime(planned=at("10:20"), estimated=at("14:30"))
    run = make_run(departure=late, timeline=Timeline(arrives_at=at("10:00")))
    run = msgspec.structs.replace(run, punctuality=Punctuality.DELAYED)
    made = Scene(replace(SIGHT, confirmed_at=at("10:00")), GEOMETRY, at("10:05"))
    made.put({run.run_id: run}, at("10:05"))
    looks = []
    while made.next_at <= at("10:31"):
        looks.append(made.next_at)
        made.advance(made.next_at)
    assert made.picture().trains[run.run_id]["account"] == "lapsed"
    assert looks[-1] - at("10:30") == timedelta(seconds=1)


numbers = st.integers(0, 5)
words = st.one_of(
    st.tuples(
        st.just("put"), numbers, st.sampled_from(["3", "4", "II", "99"]), st.integers(-9, 40)
    ),
    st.tuples(st.just("drop"), numbers),
    st.tuples(st.just("pass"), st.integers(1, 40)),
    st.tuples(st.just("hold"), numbers),
)


def run_of(number, track, late):
    role = [Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.PASS][number % 4]
    moved = [at("10:00") + (8 * number + late + extra) * MIN for extra in (0, 12)]
    clocks = [t.strftime("%H:%M") for t in moved]
    feeder = f"2021-01-20.k{number + 1}" if role is Role.ORIGIN else None
    return make_run(f"K{number}", role, *clocks, track=track, feeder=feeder)


@settings(max_examples=40, deadline=None)
@given(said=st.lists(words, max_size=25))
def test_patches_lead_to_the_picture_that_is_made_anew(said):
    now = at("09:30")
    made = Scene(SIGHT, GEOMETRY, now)
    trains, bars, held = {}, {}, {}

    def take(change):
        nonlocal trains, bars
        trains, bars = applied(trains, change.trains), applied(bars, change.bars)

    for word in said:
        match word:
            case ("put", number, track, late):
                run = run_of(number, track, late)
                held[run.run_id] = run
                take(made.put({run.run_id: run}, now))
            case ("hold", number):
                run = msgspec.structs.replace(
                    run_of(number, "3", 0), held=True, timeline=Timeline(shown_at=at("07:00"))
                )
                held[run.run_id] = run
                take(made.put({run.run_id: run}, now))
            case ("drop", number):
                held.pop(f"2021-01-20.k{number}", None)
                take(made.put({f"2021-01-20.k{number}": None}, now))
            case ("pass", minutes):
                now += minutes * MIN
                while made.next_at <= now:
                    take(made.advance(made.next_at))
                take(made.advance(now))
    assert (trains, bars) == (made.picture().trains, made.picture().bars)
    anew = Scene(SIGHT, GEOMETRY, now)
    anew.put(held, now)
    assert anew.picture().trains == trains
    soon = {key: bar for key, bar in bars.items() if bar["e"] > (now.timestamp() - 3300)}
    late = {k: b for k, b in anew.picture().bars.items() if b["e"] > (now.timestamp() - 3300)}
    assert late.keys() >= soon.keys()


def test_memory_does_not_grow_with_changes():
    made = scene(*(make_run(f"K{n}", track=str(1 + n % 4)) for n in range(30)))

    def change_much():
        for n in range(3000):
            late = CallTime(planned=at("10:20"), estimated=at("10:20") + (n % 17) * MIN)
            moved = Timeline(arrives_at=at("10:00"), departs_at=late.estimated)
            run = make_run(f"K{n % 30}", departure=late, timeline=moved)
            made.put({run.run_id: run}, at("10:06"))

    tracemalloc.start()
    change_much()
    gc.collect()
    before = tracemalloc.take_snapshot()
    change_much()
    gc.collect()
    grown = sum(s.size_diff for s in tracemalloc.take_snapshot().compare_to(before, "filename"))
    tracemalloc.stop()
    assert grown < 40_000
    assert made.size[1] <= 2 * 30 + 64 + 1
