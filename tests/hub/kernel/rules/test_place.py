import pytest

from hub.kernel.draft import Draft
from hub.kernel.rules import place
from one_way_feed.rows import Step
from protocol.runs import CallTime, Role


def apply(build, facts, role=Role.INTERMEDIATE):
    call = CallTime(planned=build.at("10:00"))
    draft = Draft(
        category="K",
        role=role,
        arrival=None if role is Role.ORIGIN else call,
        departure=None if role is Role.TERMINUS else call,
    )
    return place.apply(draft, build.context(facts))


def test_track_to_platform_gates_and_waiting_room(build):
    draft = apply(build, build.facts())
    assert (draft.track, draft.platform_id, draft.platform) == ("1", "p1", "1")
    assert draft.gates == ("A1", "A2")
    assert draft.gate_ids == {"g1", "g2"}
    assert draft.waiting_room.name("en") == "Room 1"
    assert draft.platform_changed_from is None


def test_the_stage_plan_outranks_the_timetable(build):
    plan = build.plan(arrival_track="t3", departure_track="t3")
    assert apply(build, build.facts(plan=plan)).platform == "2"


def test_a_stage_plan_without_a_track_leaves_the_timetables(build):
    plan = build.plan(arrival_track=None, departure_track=None)
    assert apply(build, build.facts(plan=plan)).platform == "1"


@pytest.mark.parametrize(
    ("step", "platform"),
    [(None, "1"), (Step.ARRIVAL_NOTIFIED, "1"), (Step.ROUTE_SET, "2"), (Step.ARRIVED, "2")],
)
def test_the_log_outranks_the_plan_once_the_route_is_set(build, step, platform):
    facts = build.facts(plan=build.plan(), log=build.log(step=step, track="t3"))
    assert apply(build, facts).platform == platform


def test_passengers_get_in_where_the_stock_was_moved_to(build):
    plan = build.plan(arrival_track="t1", departure_track="t3")
    facts = build.facts(plan=plan, log=build.log(step=Step.ARRIVED, track="t1"))
    assert apply(build, facts).platform == "2"
    facts = build.facts(plan=plan, log=build.log(step=Step.DEPARTURE_NOTIFIED, track="t4"))
    assert apply(build, facts).platform == "3"


def test_at_the_terminus_the_arrival_track_counts_and_no_gate(build):
    plan = build.plan(role=Role.TERMINUS, arrival_track="t3", departure_track="t1")
    draft = apply(build, build.facts(plan=plan), Role.TERMINUS)
    assert draft.platform == "2"
    assert draft.gates == ()
    assert draft.waiting_room is None


def test_a_track_without_a_platform(build):
    draft = apply(build, build.facts(timetable=build.planned(track="t2")))
    assert (draft.track, draft.platform, draft.gates) == ("2", None, ())


def test_a_platform_without_a_gate(build):
    draft = apply(build, build.facts(timetable=build.planned(track="t4")))
    assert (draft.platform, draft.gates, draft.waiting_room) == ("3", (), None)


@pytest.mark.parametrize("track", [None, "t99"])
def test_no_known_track_is_no_place(build, track):
    draft = apply(build, build.facts(timetable=build.planned(track=track)))
    assert (draft.track, draft.platform) == (None, None)


def test_the_platform_told_before_is_said_while_it_is_another(build):
    assert apply(build, build.facts(platform_told="2")).platform_changed_from == "2"
    assert apply(build, build.facts(platform_told="1")).platform_changed_from is None


@pytest.mark.parametrize(
    ("told", "said"),
    [((), ()), (("B3",), ("B3",)), (("A1",), ("A1",)), (("A2", "A1"), ())],
)
def test_the_gates_told_before_are_said_while_they_are_others(build, told, said):
    assert apply(build, build.facts(gates_told=told)).gates_changed_from == said


def test_the_gates_told_before_are_said_of_a_train_that_has_none_any_more(build):
    for track in ("t4", None):
        facts = build.facts(timetable=build.planned(track=track), gates_told=("A1", "A2"))
        assert apply(build, facts).gates_changed_from == ("A1", "A2")
    plan = build.plan(role=Role.TERMINUS)
    ends = apply(build, build.facts(plan=plan, gates_told=("A1",)), Role.TERMINUS)
    assert (ends.gates, ends.gates_changed_from) == ((), ("A1",))
