"""Persons' commands on real databases of both kinds."""

import json
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import create_engine, select

from hub.kernel.objections import Code
from hub.kernel.override import (
    AddRun,
    AtPlatform,
    ByGates,
    Cancelled,
    ClearOverride,
    Delayed,
    DelayUnknown,
    Field,
    SetOverride,
    SetStationMode,
    decode_command,
)
from hub.operations import Operations
from hub.store import tables
from protocol.errors import DeviceError
from protocol.runs import Control, Role, Run
from protocol.times import minute_number

RUN = "2021-01-20.k1"
ENTITY = f"run/{RUN}"
FIRST = {"who": "Li", "why": "电话通知"}


@pytest.fixture
def hub(database_url, station, build):
    operations = opened(database_url, station, build.at("08:00"))
    yield operations
    operations.close()


def opened(url, station, now):
    operations = Operations(url, station)
    operations.open(now)
    settle(operations)
    return operations


def settle(operations):
    operations.acknowledge([each.number for each in operations.pending(1000)])


def said(operations):
    return [p.entity for p in operations.pending(1000)]


def told(operations, entity=ENTITY):
    """The run as subsystems hold it."""
    bodies = {p.entity: p.body for p in operations.live()}
    return msgspec.json.decode(bodies[entity], type=Run)


def late(number, minutes=20, **changes):
    fields = {"command_id": str(number), "run_id": RUN, "word": Delayed(minutes)}
    return SetOverride(**(FIRST | fields | changes))


def codes(objections):
    return [each.code for each in objections]


def journal(url, kind):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = select(tables.journal).where(tables.journal.c.kind == kind)
        rows = connection.execute(found.order_by(tables.journal.c.number)).all()
    engine.dispose()
    return rows


def test_a_word_is_published_with_what_auto_says_beside_it(hub, build):
    answer = hub.command(build.at("08:01"), late(1))
    assert answer.accepted
    assert (answer.refused, answer.warned, answer.run_id) == ((), (), RUN)
    run = told(hub)
    assert answer.run == run
    assert run.control is Control.MANUAL
    assert run.departure.expected == build.at("10:40")
    assert run.auto.departure == build.at("10:20")
    assert run.auto.platform is msgspec.UNSET
    assert said(hub) == [ENTITY]


def test_the_same_command_is_done_once_also_after_a_restart(database_url, station, build):
    hub = opened(database_url, station, build.at("08:00"))
    first = hub.command(build.at("08:01"), late(1))
    settle(hub)
    assert hub.command(build.at("08:02"), late(1)) == first
    hub.command(build.at("08:03"), ClearOverride(command_id="2", run_id=RUN, **FIRST))
    hub.close()
    hub = opened(database_url, station, build.at("08:04"))
    assert hub.command(build.at("08:05"), late(1)) == first
    assert said(hub) == []
    assert told(hub).control is Control.AUTO, "the clearing after it stands"
    other = hub.command(build.at("08:06"), late(1, minutes=5))
    assert codes(other.refused) == [Code.ANOTHER]
    hub.close()


def test_what_is_refused_changes_nothing_and_is_written_down(hub, build, database_url):
    answer = hub.command(build.at("08:01"), late(1, run_id="2021-01-20.x9"))
    assert not answer.accepted
    assert codes(answer.refused) == [Code.NO_RUN]
    assert said(hub) == []
    (line,) = journal(database_url, "command")
    assert (line.subject, line.cause) == ("2021-01-20.x9", "Li")
    assert decode_command(line.detail) == late(1, run_id="2021-01-20.x9")


def test_the_journal_says_who_changed_what_from_what_to_what_and_why(hub, build, database_url):
    hub.command(build.at("08:01"), late(1))
    (line,) = journal(database_url, "manual")
    found = json.loads(line.detail)
    assert (line.subject, line.cause) == (RUN, "manual/1")
    assert (found["who"], found["why"]) == ("Li", "电话通知")
    assert found["before"]["departure"] == "2021-01-20T02:20:00Z"
    assert found["after"]["departure"] == "2021-01-20T02:40:00Z"


def test_the_feed_is_kept_and_told_beside_and_comes_back_at_the_end(hub, build, database_url):
    hub.command(build.at("08:01"), late(1, until=build.at("09:00")))
    hub.step(build.at("08:02"), [build.upsert(build.plan(estimated_departure=build.at("10:25")))])
    run = told(hub)
    assert run.departure.expected == build.at("10:40")
    assert run.auto.departure == build.at("10:25")
    now = build.at("09:00")
    hub.step(now - timedelta(minutes=1), (), minute_number(now) - 1)
    assert told(hub).control is Control.MANUAL
    hub.step(now, (), minute_number(now))
    run = told(hub)
    assert (run.control, run.auto) == (Control.AUTO, None)
    assert run.departure.expected == build.at("10:25")
    assert hub.facts_of(RUN).overrides == ()
    assert b"expired" in journal(database_url, "manual")[-1].detail


def test_an_end_that_comes_with_a_row_or_within_a_minute_is_not_missed(hub, build):
    hub.command(build.at("08:01"), late(1, until=build.at("08:30:20")))
    hub.step(build.at("08:30:30"), [build.upsert(build.plan())])
    assert told(hub).control is Control.AUTO
    assert hub.facts_of(RUN).overrides == ()


def test_until_the_departure_ends_with_the_report_of_it(hub, build):
    hub.command(build.at("08:01"), late(1))
    hub.step(build.at("10:10"), [build.upsert(build.plan())])
    left = build.log(actual_arrival=build.at("10:20"), actual_departure=build.at("10:41"))
    hub.step(build.at("10:41"), [build.upsert(left)])
    run = told(hub)
    assert run.control is Control.AUTO
    assert run.departure.actual == build.at("10:41")


def test_clearing_one_field_leaves_the_others(hub, build):
    hub.command(build.at("08:01"), late(1))
    hub.command(build.at("08:02"), late(2, word=AtPlatform("p2")))
    assert told(hub).platform == "2"
    cleared = ClearOverride(command_id="3", run_id=RUN, field=Field.PLATFORM, **FIRST)
    assert hub.command(build.at("08:03"), cleared).accepted
    assert told(hub).platform == "1"
    assert told(hub).departure.expected == build.at("10:40")
    again = hub.command(build.at("08:04"), msgspec.structs.replace(cleared, command_id="4"))
    assert codes(again.refused) == [Code.NOTHING]


def test_a_preview_tells_and_does_nothing(hub, build, database_url):
    answer = hub.preview(build.at("08:01"), late(1))
    assert answer.accepted
    assert answer.run.departure.expected == build.at("10:40")
    assert said(hub) == []
    assert journal(database_url, "command") == []
    assert hub.preview(build.at("08:01"), mode(2)).accepted
    assert hub.in_force(build.at("08:01")).mode is None


# --- the whole station


def mode(number, *, manual=True, **changes):
    return SetStationMode(command_id=str(number), manual=manual, **(FIRST | changes))


def test_while_the_station_is_manual_the_feed_tells_nobody_anything(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    assert hub.command(build.at("08:01"), mode(1)).accepted
    before = told(hub)
    assert before.control is Control.MANUAL
    moved = build.plan(
        arrival_track="t3", departure_track="t3", estimated_departure=build.at("10:50")
    )
    stranger = build.plan(
        "x9", arrival_number="X9", departure_number="X9", origin="East", destination="West"
    )
    hub.step(build.at("08:02"), [build.upsert(moved), build.upsert(stranger)])
    run = told(hub)
    assert (run.platform, run.departure.expected) == ("1", build.at("10:20"))
    assert (run.auto.platform, run.auto.departure) == ("2", build.at("10:50"))
    assert "run/2021-01-20.x9" not in [p.entity for p in hub.live()]
    assert hub.command(build.at("08:03"), mode(2, manual=False)).accepted
    run = told(hub)
    assert (run.platform, run.departure.expected) == ("2", build.at("10:50"))
    assert (run.control, run.auto) == (Control.AUTO, None)
    assert told(hub, "run/2021-01-20.x9").departure_number == "X9"


def test_while_the_station_is_manual_persons_are_heard(hub, build):
    hub.command(build.at("08:01"), mode(1))
    hub.command(build.at("08:02"), late(2))
    hub.step(build.at("08:03"), [build.upsert(build.plan(cancelled=True))])
    run = told(hub)
    assert (run.cancelled, run.departure.expected) == (False, build.at("10:40"))
    assert run.auto.cancelled is True
    hub.step(build.at("08:04"), [build.delete("plan", "k1")])
    hub.command(build.at("08:05"), mode(3, manual=False))
    assert told(hub).departure.expected == build.at("10:40"), "a person's word outlives the mode"


def test_a_manual_station_survives_a_restart_and_ends_by_itself(database_url, station, build):
    hub = opened(database_url, station, build.at("08:00"))
    hub.command(build.at("08:01"), late(1))
    hub.command(build.at("08:01"), mode(2, until=build.at("09:00")))
    hub.close()
    hub = opened(database_url, station, build.at("08:02"))
    assert hub.in_force(build.at("08:02")).mode.who == "Li"
    hub.step(
        build.at("08:03"), [build.upsert(build.plan(arrival_track="t3", departure_track="t3"))]
    )
    assert told(hub).platform == "1"
    hub.step(build.at("08:59"), (), minute_number(build.at("08:59")))
    assert told(hub).platform == "1"
    hub.step(build.at("09:00"), (), minute_number(build.at("09:00")))
    assert told(hub).platform == "2"
    assert hub.in_force(build.at("09:00")).mode is None
    hub.close()


def test_a_new_day_in_a_manual_station_is_told_by_the_timetable(hub, build):
    hub.command(build.at("08:01"), mode(1))
    hub.step(build.at("08:02"), [build.upsert(build.plan(cancelled=True))])
    hub.step(build.at("08:01") + timedelta(days=2), ())
    facts = hub.facts_of("2021-01-23.k1")
    assert facts.standing is not None
    assert not facts.standing.withdrawn


def test_making_it_manual_twice_warns_and_auto_twice_is_refused(hub, build):
    hub.command(build.at("08:01"), mode(1))
    assert codes(hub.command(build.at("08:02"), mode(2)).warned) == [Code.ALREADY]
    hub.command(build.at("08:03"), mode(3, manual=False))
    answer = hub.command(build.at("08:04"), mode(4, manual=False))
    assert codes(answer.refused) == [Code.NOTHING]


# --- trains that nobody told of


def added(build, number=1, **changes):
    fields = {
        "command_id": str(number),
        "arrival_number": "L7",
        "departure_number": "L7",
        "category": "K",
        "role": Role.INTERMEDIATE,
        "origin": "East",
        "destination": "West",
        "arrival": build.at("09:30"),
        "departure": build.at("09:40"),
        "track": "t3",
    }
    return AddRun(**(FIRST | fields | changes))


def test_an_added_train_is_told_outlives_restarts_and_can_be_taken_back(
    database_url, station, build
):
    hub = opened(database_url, station, build.at("08:00"))
    answer = hub.command(build.at("08:01"), added(build))
    assert answer.accepted
    assert (answer.run_id, answer.run.platform) == ("2021-01-20.l7", "2")
    assert answer.run.control is Control.MANUAL
    hub.close()
    hub = opened(database_url, station, build.at("08:02"))
    assert told(hub, "run/2021-01-20.l7").departure.planned == build.at("09:40")
    assert codes(hub.command(build.at("08:03"), added(build, 2)).refused) == [Code.EXISTS]
    back = ClearOverride(command_id="3", run_id="2021-01-20.l7", field=Field.ADDED, **FIRST)
    assert hub.command(build.at("08:04"), back).accepted
    assert "run/2021-01-20.l7" not in [p.entity for p in hub.live()]
    assert hub.command(build.at("08:05"), added(build, 4)).accepted, "and told again"
    hub.close()


def test_dispatching_can_take_an_added_train_over(hub, build):
    hub.command(build.at("08:01"), added(build))
    row = build.plan(
        "7",
        arrival_number="L7",
        departure_number="L7",
        planned_arrival=build.at("09:31"),
        planned_departure=build.at("09:41"),
    )
    hub.step(build.at("08:02"), [build.upsert(row)])
    run = told(hub, "run/2021-01-20.l7")
    assert (run.control, run.departure.planned) == (Control.AUTO, build.at("09:41"))
    hub.step(build.at("08:03"), [build.delete("plan", "7")])
    run = told(hub, "run/2021-01-20.l7")
    assert (run.control, run.departure.planned) == (Control.MANUAL, build.at("09:40"))


def test_a_train_added_in_a_manual_station_is_told(hub, build):
    hub.command(build.at("08:01"), mode(1))
    hub.command(build.at("08:02"), added(build, 2))
    assert told(hub, "run/2021-01-20.l7").platform == "2"
    row = build.plan("x9", arrival_number="X9", departure_number="X9")
    hub.step(build.at("08:03"), [build.upsert(row)])
    answer = hub.command(
        build.at("08:04"), added(build, 3, arrival_number="X9", departure_number="X9")
    )
    assert answer.accepted, "a train that only the feed told of meanwhile can be told by hand"
    assert told(hub, "run/2021-01-20.x9").departure_number == "X9"


def test_trains_on_one_track_at_once_are_warned_of(hub, build):
    answer = hub.command(build.at("08:01"), added(build, track="t1", departure=build.at("10:05")))
    assert codes(answer.warned) == [Code.TRACK_OCCUPIED]
    assert "K1" in answer.warned[0].en
    far = hub.command(build.at("08:02"), late(2, word=Cancelled()))
    assert far.warned == ()


def test_a_reason_is_told_beside_the_delay_and_survives_a_restart(
    hub, build, database_url, station
):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    why = {"zh": "大雪限速", "en": "Because of snow"}
    assert hub.command(build.at("08:01"), late(1, word=Delayed(45, why))).accepted
    run = told(hub)
    assert (run.held, run.note, run.departure.delay_minutes) == (False, why, 45)
    again = opened(database_url, station, build.at("08:02"))
    assert told(again) == run
    assert [each.word for each in again.in_force(build.at("08:03")).overrides] == [Delayed(45, why)]
    assert again.command(build.at("08:04"), late(2, word=Delayed(20))).accepted
    assert told(again).note == {}
    again.close()


# --- what is in force


def test_what_is_in_force_is_listed_with_what_is_outdated(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    hub.command(build.at("08:01"), late(1, word=DelayUnknown({"zh": "等候通知"})))
    hub.command(build.at("08:02"), late(2, word=ByGates(("g2",))))
    hub.command(build.at("08:02"), late(3, run_id="2021-01-20.g2"))
    listed = hub.in_force(build.at("08:03"))
    assert [each.id for each in listed.overrides] == ["3", "1", "2"]
    assert listed.outdated == {}
    assert told(hub).note == {"zh": "等候通知"}
    hub.step(build.at("08:04"), [build.upsert(build.plan(estimated_departure=build.at("10:30")))])
    assert list(hub.in_force(build.at("08:05")).outdated) == ["1"]
    answer = hub.command(build.at("08:06"), late(4, word=Cancelled()))
    assert codes(answer.warned) == [Code.NEWER]


def test_a_command_to_a_hub_that_lost_its_database_fails_and_can_be_given_again(
    database_url, station, build
):
    hub = opened(database_url, station, build.at("08:00"))
    successor = opened(database_url, station, build.at("08:00"))
    with pytest.raises(DeviceError, match="another hub"):
        hub.command(build.at("08:01"), late(1))
    assert successor.command(build.at("08:01"), late(1)).accepted
    successor.close()
    hub.close()


def test_answers_are_forgotten_after_days(hub, build, database_url):
    hub.command(build.at("08:01"), late(1))
    hub.tidy(build.at("09:00") + timedelta(days=3))
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(select(tables.command)).all() == []
    engine.dispose()
