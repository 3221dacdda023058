from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from hub.kernel.derive import derive
from hub.kernel.override import (
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    InWaitingRoom,
    Override,
)
from hub.kernel.rulebook import DEFAULT_ORDER
from protocol.runs import PassengerPhase, Role
from protocol.timeline import disorder, passenger_phase
from station_config.model import Track, TrackKind


@pytest.fixture
def told(build):
    """K1 at 10:00-10:20 on platform 1; check-in by itself 09:50, last call 10:13, closed 10:15."""

    def run(*words, facts=None, now="08:30", station=None):
        facts = facts or build.facts(plan=build.plan())
        overrides = tuple(
            Override(
                id=str(number),
                run_id=facts.run_id,
                word=word,
                who="Li",
                why="x",
                since=build.at(since),
            )
            for number, (word, since) in enumerate(words)
        )
        facts = changed(facts, overrides=overrides)
        made = derive(facts, station or build.station(), build.at(now))
        assert disorder(made.timeline) is None
        return made

    return run


def moved(platform, since="08:00"):
    return AtPlatform(platform), since


OPEN, CLOSED = CheckIn(is_open=True), CheckIn(is_open=False)


def check_in(run):
    times = run.timeline
    return times.check_in_opens_at, times.last_call_at, times.check_in_closes_at


# --- places


def test_a_platform_by_hand_takes_its_only_track_its_gates_and_its_room(told):
    run = told(moved("p2"))
    assert (run.track, run.platform) == ("3", "2")
    assert run.gates == ("A1", "B3")
    assert run.waiting_room.code == "w1"
    assert check_in(run) == check_in(told())


def test_a_platform_without_gates_has_no_check_in(told):
    run = told(moved("p3"))
    assert (run.gates, run.waiting_room) == ((), None)
    assert check_in(run) == (None, None, None)


def test_of_several_tracks_none_is_guessed_and_a_right_one_stays(build, told):
    layout = build.station().layouts[0]
    more = Track("t5", "5", "yard", TrackKind.RECEIVING_DEPARTURE, "p2", 600)
    station = build.station(layouts=(replace(layout, tracks=(*layout.tracks, more)),))
    assert told(moved("p2"), station=station).track is None
    there = build.facts(plan=build.plan(arrival_track="t5", departure_track="t5"))
    assert told(moved("p2"), station=station, facts=there).track == "5"


def test_the_platform_that_passengers_were_told_before_is_kept(build, told):
    facts = build.facts(plan=build.plan(), platform_told="1")
    assert told(moved("p2"), facts=facts).platform_changed_from == "1"
    assert told(moved("p1"), facts=facts).platform_changed_from is None


def test_the_gates_that_passengers_were_told_before_are_kept(build, told):
    facts = build.facts(plan=build.plan(), gates_told=("A1", "A2"))
    assert told((ByGates(("g2",)), "08:00"), facts=facts).gates_changed_from == ("A1", "A2")
    assert told(moved("p2"), facts=facts).gates_changed_from == ("A1", "A2")
    assert told(moved("p1"), facts=facts).gates_changed_from == ()


def test_gates_by_hand_are_told_where_they_lead_to_the_platform(told):
    run = told((ByGates(("g2",)), "08:00"))
    assert run.gates == ("A2",)
    assert run.auto.gates == ("A1", "A2")
    assert told((ByGates(("g3",)), "08:00")).gates == ("A1", "A2"), "it leads elsewhere"
    assert told((ByGates(("g3",)), "08:00"), moved("p2")).gates == ("B3",)
    assert told((ByGates(("g3",)), "08:00"), moved("p2")).waiting_room.code == "w2"


def test_gates_of_a_train_without_a_platform(build, told):
    nowhere = build.facts(timetable=build.planned(track=None))
    assert told((ByGates(("g3",)), "08:00"), facts=nowhere).gates == ("B3",)


def test_a_room_by_hand(build, told):
    assert told((InWaitingRoom("w2"), "08:00")).waiting_room.code == "w2"
    end = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert told((InWaitingRoom("w2"), "08:00"), facts=end).waiting_room is None


def test_what_the_layout_does_not_have_is_left(told):
    run = told(moved("p9"), (InWaitingRoom("w9"), "08:00"))
    assert (run.platform, run.waiting_room.code) == ("1", "w1")


def test_gates_are_not_told_where_nobody_gets_in(build, told):
    end = build.facts(plan=build.plan(role=Role.TERMINUS))
    run = told(moved("p2"), facts=end)
    assert (run.platform, run.gates) == ("2", ())


def test_a_station_without_the_rule_check_in_gets_none_by_a_platform(build, told):
    rules = tuple(name for name in DEFAULT_ORDER if name != "check_in")
    station = build.station(policies=replace(build.station().policies, rules=rules))
    assert check_in(told(moved("p2"), station=station)) == (None, None, None)


# --- check-in


def test_check_in_opened_early_is_open_from_then_on_and_closes_by_itself(build, told):
    run = told((OPEN, "09:00"))
    assert check_in(run) == (build.at("09:00"), build.at("10:13"), build.at("10:15"))
    assert run.timeline.gate_shown_at == build.at("09:00")
    assert run.auto.check_in_opens_at == build.at("09:50")


def test_opening_what_is_open_changes_nothing(told):
    assert check_in(told((OPEN, "10:00"))) == check_in(told())


def test_a_closed_check_in_that_is_opened_again_closes_with_the_departure(build, told):
    run = told((OPEN, "10:17"))
    assert check_in(run) == (build.at("09:50"), build.at("10:18"), build.at("10:20"))
    assert passenger_phase(run, build.at("10:17")) is PassengerPhase.CHECK_IN


def test_opening_after_the_expected_departure_does_nothing(told):
    assert check_in(told((OPEN, "10:30"), now="10:31")) == check_in(told())


def test_a_held_train_can_be_checked_in_by_hand_until_somebody_closes(build, told):
    run = told((DelayUnknown(), "08:00"), (OPEN, "09:00"))
    assert check_in(run) == (build.at("09:00"), None, None)
    assert run.timeline.shown_at == build.at("07:00")
    late = told((DelayUnknown(), "10:16"), (OPEN, "10:17"))
    assert check_in(late) == (build.at("09:50"), None, None)


def test_a_check_in_without_last_call_is_reopened_without(build, told):
    station = build.station(
        lead_times=tuple(
            replace(each, last_call=build.at("10:00") - build.at("10:00"))
            for each in build.station().lead_times
        )
    )
    run = told((OPEN, "10:17"), station=station)
    assert check_in(run) == (build.at("09:50"), build.at("10:20"), build.at("10:20"))


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("09:00", (None, None, "09:00")),
        ("10:00", ("09:50", "10:00", "10:00")),
        ("10:14", ("09:50", "10:13", "10:14")),
        ("10:30", ("09:50", "10:13", "10:15")),
    ],
)
def test_closed_by_hand(build, told, since, expected):
    run = told((CLOSED, since), now="10:31")
    assert check_in(run) == tuple(each and build.at(each) for each in expected)
    assert passenger_phase(run, build.at(since)) in {
        PassengerPhase.CHECK_IN_CLOSED,
        PassengerPhase.GONE,
    }


def test_a_held_train_closed_by_hand(build, told):
    run = told((DelayUnknown(), "09:55"), (CLOSED, "10:00"))
    assert check_in(run) == (build.at("09:50"), None, build.at("10:00"))


def test_where_nobody_checks_in_nothing_is_opened(build, told):
    end = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert check_in(told((OPEN, "09:00"), facts=end)) == (None, None, None)
    assert check_in(told((OPEN, "09:00"), (Cancelled(), "09:00"))) == (None, None, None)


def test_what_is_open_by_hand_follows_a_new_delay(build, told):
    run = told((OPEN, "09:00"), (Delayed(30), "09:10"))
    assert check_in(run) == (build.at("09:00"), build.at("10:43"), build.at("10:45"))
