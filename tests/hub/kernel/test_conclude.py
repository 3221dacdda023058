from datetime import UTC, datetime

from hub.kernel.apply import with_log, with_plan
from hub.kernel.conclude import conclude
from hub.kernel.manual import with_override, without_override
from hub.kernel.override import ByGates, EndsHere, Field, Override
from protocol.runs import PassengerPhase, TrainPhase


def test_a_run_of_the_timetable_has_no_publication(build, station):
    found = conclude(None, build.facts(), station, build.at("08:00"))
    assert not found.published
    assert (found.stored.rev, found.stored.body) == (0, None)
    assert found.moment == (PassengerPhase.SHOWN, TrainPhase.EXPECTED)


def test_the_revision_grows_exactly_when_the_bytes_change(build, station):
    now = build.at("08:00")
    one = conclude(None, with_plan(build.facts(), build.plan(), now), station, now)
    assert (one.published, one.stored.rev) == (True, 1)
    same = conclude(one.stored, one.stored.facts, station, build.at("09:00"))
    assert (same.published, same.stored.rev, same.stored.body) == (False, 1, one.stored.body)
    late = with_plan(one.stored.facts, build.plan(estimated_arrival=build.at("10:30")), now)
    two = conclude(one.stored, late, station, now)
    assert (two.published, two.stored.rev) == (True, 2)
    assert two.stored.run.departure.estimated == build.at("10:34")


def test_a_changed_platform_is_told_with_the_one_before(build, station):
    now = build.at("08:00")
    one = conclude(None, with_plan(build.facts(), build.plan(), now), station, now)
    facts = with_plan(one.stored.facts, build.plan(departure_track="t3"), now)
    two = conclude(one.stored, facts, station, now)
    assert two.stored.run.platform_changed_from == "1"
    assert two.stored.run.gates == ("A1", "B3")
    assert two.stored.run.gates_changed_from == ("A1", "A2")
    assert [event.kind for event in two.events] == ["changed"]
    three = conclude(two.stored, with_plan(two.stored.facts, build.plan(), now), station, now)
    assert three.stored.run.platform_changed_from == "2"
    assert three.stored.run.gates_changed_from == ("A1", "B3")


def test_gates_changed_by_hand_are_told_with_those_before(build, station):
    now = build.at("08:00")
    one = conclude(None, with_plan(build.facts(), build.plan(), now), station, now)
    two = conclude(
        one.stored, with_override(one.stored.facts, said(ByGates(("g2",)))), station, now
    )
    assert two.stored.run.gates == ("A2",)
    assert two.stored.run.gates_changed_from == ("A1", "A2")
    assert [event.kind for event in two.events] == ["changed"]
    back = without_override(two.stored.facts, Field.GATES)
    three = conclude(two.stored, back, station, now)
    assert three.stored.run.gates_changed_from == ("A2",)


def test_a_train_that_ends_here_had_gates(build, station):
    now = build.at("08:00")
    one = conclude(None, with_plan(build.facts(), build.plan(), now), station, now)
    two = conclude(one.stored, with_override(one.stored.facts, said(EndsHere())), station, now)
    assert two.stored.run.gates == ()
    assert two.stored.run.gates_changed_from == ("A1", "A2")


def said(word):
    return Override(
        id="1",
        run_id="2021-01-20.k1",
        word=word,
        who="Li",
        why="x",
        since=datetime(2021, 1, 20, tzinfo=UTC),
    )


def test_a_row_that_brings_the_train_near_is_news(build, station):
    now = build.at("09:58")
    plan = build.plan(estimated_arrival=build.at("10:30"))
    one = conclude(None, with_plan(build.facts(), plan, now), station, now)
    two = conclude(one.stored, with_plan(one.stored.facts, build.plan(), now), station, now)
    assert [event.kind for event in two.events] == ["approaching"]


def test_a_withdrawn_run_is_deleted_and_may_come_back(build, station):
    now = build.at("08:00")
    facts = with_plan(build.facts(timetable=None), build.plan(), now)
    one = conclude(None, facts, station, now)
    two = conclude(one.stored, type(facts)(**_with(facts, withdrawn=True)), station, now)
    assert (two.published, two.stored.rev, two.stored.body, two.events) == (True, 2, None, ())
    assert two.stored.agenda.moments == ()
    three = conclude(two.stored, with_plan(two.stored.facts, build.plan(), now), station, now)
    assert (three.published, three.stored.rev) == (True, 3)
    assert three.stored.body == one.stored.body


def test_events_are_for_runs_that_are_published(build, station):
    now = build.at("10:01")
    one = conclude(None, build.facts(), station, now)
    log = with_log(one.stored.facts, build.log(actual_arrival=now))
    assert [event.kind for event in conclude(one.stored, log, station, now).events] == ["arrived"]
    again = conclude(one.stored, build.facts(timetable=build.planned(track="t3")), station, now)
    assert again.events == ()


def _with(struct, **changes):
    return {name: getattr(struct, name) for name in struct.__struct_fields__} | changes
