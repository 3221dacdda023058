from __future__ import annotations

from itertools import combinations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_yard import LAYOUT, SIGHT, at, make_run

from protocol.runs import CallTime, Punctuality
from svg_layers.geometry import Box
from svg_layers.plan import make_plan
from svg_layers.standing import standing
from svg_layers.trains import Patch, Train, applied, difference, fields_of, trains_at

GEOMETRY = make_plan(LAYOUT).geometry


def drawn(*runs, clock="10:05", place=("track", "t3")):
    seen = [(run, standing(run, at(clock), SIGHT)) for run in runs]
    return trains_at(place, seen, GEOMETRY)


def box(train):
    return Box(train.x, train.y - GEOMETRY.train / 2, train.w, GEOMETRY.train)


def test_a_train_stands_before_its_platform():
    train = drawn(make_run())["2021-01-20.k1"]
    platform, track = GEOMETRY.platforms["p2"], GEOMETRY.tracks["t3"]
    assert train.x == pytest.approx(platform.x, abs=0.2)
    assert train.x + train.w == pytest.approx(platform.right, abs=0.2)
    assert train.y == track.y1


@pytest.mark.parametrize("place", [("track", "t3"), ("left", "north"), ("unsure", "north")])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_trains_at_one_place_do_not_overlap(place, count):
    found = drawn(*(make_run(f"K{n}") for n in range(1, 2 * count, 2)), place=place)
    boxes = [box(train) for train in found.values() if not train.hidden]
    assert len(found) == count
    assert boxes
    assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]


def test_what_there_is_no_room_for_is_hidden_and_still_there():
    found = drawn(*(make_run(f"K{n}") for n in range(60)), place=("unsure", "north"))
    assert len(found) == 60
    assert any(train.hidden for train in found.values())
    visible = [box(train) for train in found.values() if not train.hidden]
    assert all(b.bottom <= GEOMETRY.waits[("unsure", "north")].bottom + 1 for b in visible)


def test_two_trains_that_stand_on_one_track_are_a_conflict():
    found = drawn(make_run("K1"), make_run("K3"))
    assert found["2021-01-20.k1"].clash == ("2021-01-20.k3",)
    assert found["2021-01-20.k3"].clash == ("2021-01-20.k1",)


def test_a_ghost_makes_room_for_a_train_that_is_there():
    found = drawn(make_run("K1"), make_run("K3", cancelled=True))
    assert found["2021-01-20.k3"].hidden
    assert found["2021-01-20.k1"] == drawn(make_run("K1"))["2021-01-20.k1"]


def test_an_element_says_number_times_and_minutes_late():
    late = CallTime(planned=at("10:20"), estimated=at("10:32"), uncertainty_s=120)
    run = make_run(departure=late, punctuality=Punctuality.DELAYED)
    train = fields_of(drawn(run)["2021-01-20.k1"])
    assert (train["no"], train["late"], train["account"], train["kind"]) == (
        *("K1", 12, "late", "through"),
    )
    assert train["d"] == {"p": 1611138000, "e": 1611138720, "k": "estimated", "u": 120}
    assert train["origin"]["en"] == "West"


def test_a_train_that_comes_is_called_by_the_number_that_it_comes_with():
    run = make_run(arrival_number="K274", departure_number="K275")
    coming = drawn(run, clock="09:56", place=("left", "north"))
    assert coming[run.run_id].no == "K274"
    assert drawn(run)[run.run_id].no == "K275"


def test_a_patch_has_only_what_changed():
    before, after = drawn(make_run()), drawn(make_run(punctuality=Punctuality.UNKNOWN))
    assert difference(before, after) == Patch({"2021-01-20.k1": {"account": "unsaid"}})
    assert difference(before, before).empty
    assert difference(before, {}) == Patch(gone=("2021-01-20.k1",))


def test_a_field_that_falls_back_is_said_to_be_gone():
    late = make_run(departure=CallTime(planned=at("10:20"), estimated=at("10:32")))
    late = msgspec.structs.replace(late, punctuality=Punctuality.DELAYED)
    patch = difference(drawn(late), drawn(make_run()))
    assert patch.set["2021-01-20.k1"]["late"] is None


trains = st.builds(
    Train,
    no=st.text(max_size=3),
    x=st.floats(0, 9),
    y=st.just(1.0),
    w=st.just(1.0),
    place=st.just("track/t3"),
    motion=st.sampled_from(["coming", "standing"]),
    account=st.just("late"),
    kind=st.just("through"),
    late=st.none() | st.integers(-9, 9),
    manual=st.booleans(),
    clash=st.sampled_from([(), ("a",)]),
)
layers = st.dictionaries(st.sampled_from("abcd"), trains)


@given(before=layers, after=layers)
def test_a_patch_leads_from_any_picture_to_any_other(before, after):
    first = {key: fields_of(train) for key, train in before.items()}
    patch = msgspec.json.decode(msgspec.json.encode(difference(before, after)), type=Patch)
    wanted = {key: fields_of(train) for key, train in after.items()}
    decoded = msgspec.json.decode(msgspec.json.encode(wanted))
    assert msgspec.json.decode(msgspec.json.encode(applied(first, patch))) == decoded
