from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import create_engine, select, text, update

from hub.kernel.derive import derive
from hub.kernel.facts import decode_facts
from hub.kernel.reasons import Reason
from hub.operations import Operations
from hub.store import tables
from hub.store.journal import Output, decode_output
from hub.store.records import to_micros
from one_way_feed.rows import Step
from protocol.codec import encode_body
from protocol.errors import DeviceError, OperatorError
from protocol.messages import Event, Plan
from protocol.runs import Role, Run
from protocol.timeline import (
    at_gate,
    on_arrival_board,
    on_departure_board,
    passenger_phase,
    stand_back,
    train_phase,
)
from protocol.times import minute_number, minute_start

TOMORROW = date(2021, 1, 21)
RUN = "run/2021-01-20.k1"


@pytest.fixture
def hub(database_url, station, build):
    """An open hub at 08:00 whose first publications are acknowledged."""
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    settle(operations)
    yield operations
    operations.close()


def settle(operations):
    operations.acknowledge([each.number for each in operations.pending(1000)])


def said(operations):
    """What waits in the outbox, as (entity, rev), None for the rev of a deletion."""
    return [(p.entity, p.rev if p.body is not None else None) for p in operations.pending(1000)]


def run_of(publication):
    return msgspec.json.decode(publication.body, type=Run)


def events_of(operations):
    return [
        msgspec.json.decode(p.body, type=Event) for p in operations.pending(1000) if not p.retained
    ]


def tick(operations, now):
    return operations.step(now, (), minute_number(now))


def inside(url, statement):
    """What another reader of the database sees."""
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(statement)
        rows = result.all() if result.returns_rows else []
    engine.dispose()
    return rows


def states(url):
    return sorted(
        inside(
            url,
            select(
                tables.run.c.run_id,
                tables.run.c.facts,
                tables.run.c.state,
                tables.run.c.passengers,
                tables.run.c.train,
                tables.run.c.rev,
                tables.run.c.next_at,
            ),
        )
    )


def journal(url, kind):
    found = select(tables.journal).where(tables.journal.c.kind == kind)
    return inside(url, found.order_by(tables.journal.c.number))


# --- opening


def test_the_epoch_grows_with_every_opening(database_url, station, build):
    for expected in (1, 2, 3):
        operations = Operations(database_url, station)
        assert operations.epoch == 0
        assert operations.open(build.at("08:00")) == expected
        assert operations.epoch == expected
        operations.close()


def test_the_epoch_has_a_floor_so_that_a_lost_database_makes_no_zombie(
    database_url, station, build
):
    operations = Operations(database_url, station, epoch_floor=1_600_000_000)
    assert operations.open(build.at("08:00")) == 1_600_000_000
    operations.close()


def test_the_days_are_built_and_their_plans_published(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    plans = operations.pending(10)
    assert [p.entity for p in plans] == ["plan/2021-01-20", "plan/2021-01-21"]
    plan = msgspec.json.decode(plans[0].body, type=Plan)
    assert [run.run_id for run in plan.runs] == [
        f"2021-01-20.{number}" for number in ("k1", "g2", "g3", "k4", "t9")
    ]
    assert all(run.timeline.departs_at or run.timeline.arrives_at for run in plan.runs)
    assert plans[0].valid_until > build.at("00:11", TOMORROW)
    operations.close()


def test_a_day_is_built_once(hub, build):
    hub.open(build.at("08:05"))
    hub.step(build.at("09:00"))
    hub.open(build.at("09:05"))
    assert said(hub) == []


def test_after_midnight_tomorrow_is_built_by_the_step_itself(hub, build):
    tick(hub, build.at("00:05", TOMORROW))
    assert said(hub) == [("plan/2021-01-22", 1)]
    assert hub.facts_of("2021-01-22.k1") is not None


def test_a_train_that_leaves_after_midnight_is_there_when_the_hub_first_starts_then(
    database_url, station, build
):
    operations = Operations(database_url, station)
    operations.open(build.at("00:05", TOMORROW))
    assert operations.facts_of("2021-01-20.k4") is not None
    assert operations.facts_of("2021-01-20.k1") is None, "long gone"
    assert "plan/2021-01-20" in [p.entity for p in operations.live()]
    operations.close()


def test_another_timetable_is_another_plan(database_url, hub, station, build):
    rows = station.timetable.rows
    moved = replace(rows[0], track="t3")
    other = replace(station, timetable=replace(station.timetable, rows=(moved, *rows[2:])))
    hub.close()
    operations = Operations(database_url, other)
    operations.open(build.at("08:10"))
    assert said(operations) == [("plan/2021-01-20", 2), ("plan/2021-01-21", 2)]
    assert operations.facts_of("2021-01-20.k1").timetable.track == "t3"
    assert operations.facts_of("2021-01-20.g2").withdrawn
    operations.close()


def test_another_lead_time_changes_what_was_published(database_url, hub, station, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    settle(hub)
    hub.close()
    other = replace(station, policies=replace(station.policies, rules=("times", "hold", "place")))
    operations = Operations(database_url, other)
    operations.open(build.at("08:10"))
    assert (RUN, 2) in said(operations)
    operations.close()


def test_an_unknown_rule_is_found_before_anything_is_opened(station):
    policies = replace(station.policies, rules=("guess",))
    with pytest.raises(OperatorError):
        Operations("sqlite:////nowhere/at/all.db", replace(station, policies=policies))


# --- rows


def test_a_row_is_a_publication_with_its_revision(hub, build):
    result = hub.step(build.at("08:00"), [build.upsert(build.plan())])
    assert (result.rows, result.runs) == (("plan/k1",), ("2021-01-20.k1",))
    (publication,) = hub.pending(10)
    assert (publication.entity, publication.rev, publication.cause) == (RUN, 1, "plan/k1")
    assert publication.retained
    assert publication.issued_at == build.at("08:00")
    assert publication.valid_until == build.at("16:21")
    assert run_of(publication).platform == "1"


def test_the_same_row_again_is_ignored(hub, build):
    change = build.upsert(build.plan())
    hub.step(build.at("08:00"), [change])
    settle(hub)
    assert hub.step(build.at("08:01"), [change, change]).ignored == 2
    assert said(hub) == []


def test_a_newer_row_that_says_the_same_is_no_publication(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    settle(hub)
    result = hub.step(build.at("08:01"), [build.upsert(build.plan())])
    assert (result.rows, result.runs) == (("plan/k1",), ())
    assert said(hub) == []


def test_of_several_rows_of_one_key_the_newest_counts(hub, build):
    old = build.upsert(build.plan(estimated_arrival=build.at("10:30")))
    new = build.upsert(build.plan(estimated_arrival=build.at("10:40")))
    result = hub.step(build.at("08:00"), [new, old])
    assert result.ignored == 1
    assert run_of(hub.pending(10)[0]).arrival.estimated == build.at("10:40")


def test_waiting_publications_of_one_run_are_one(hub, build):
    for minute in range(30, 40, 2):
        late = build.at(f"10:{minute}")
        hub.step(build.at("08:00"), [build.upsert(build.plan(estimated_arrival=late))])
    assert said(hub) == [(RUN, 5)]


def test_an_acknowledgement_of_what_was_replaced_keeps_the_successor(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    (sent,) = hub.pending(10)
    late = build.plan(estimated_arrival=build.at("10:30"))
    hub.step(build.at("08:01"), [build.upsert(late)])
    hub.acknowledge([sent.number])
    assert said(hub) == [(RUN, 2)]
    hub.acknowledge([])
    hub.acknowledge([p.number for p in hub.pending(10)])
    assert said(hub) == []
    assert (RUN, 2) in [(p.entity, p.rev) for p in hub.live()]


def test_a_rejected_row_is_kept_with_its_reason_and_harms_nothing(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    settle(hub)
    bad = build.plan(planned_departure=build.at("09:00"))
    result = hub.step(build.at("08:01"), [build.upsert(bad)])
    assert [r.reason for r in result.rejected] == [Reason.DEPARTURE_BEFORE_ARRIVAL]
    assert result.rows == ()
    assert said(hub) == []
    ((at, rejected, row),) = hub.rejects(10)
    assert (at, rejected, row) == (build.at("08:01"), result.rejected[0], bad)


def test_a_partly_bad_row_is_used_and_listed(hub, build):
    row = build.plan(departure_track="t99", estimated_arrival=build.at("10:30"))
    result = hub.step(build.at("08:00"), [build.upsert(row)])
    assert result.rows == ("plan/k1",)
    assert [r.partial for _, r, _ in hub.rejects(10)] == [True]
    assert run_of(hub.pending(10)[0]).platform == "1"


def test_a_log_row_that_came_first_is_used_when_its_plan_comes(hub, build):
    log = build.log(step=Step.ROUTE_SET, track="t3")
    assert hub.step(build.at("08:00"), [build.upsert(log)]).rejected
    result = hub.step(build.at("08:01"), [build.upsert(build.plan())])
    assert set(result.rows) == {"plan/k1", "log/k1"}
    assert run_of(hub.pending(10)[0]).platform == "2"


def test_a_duplicate_is_used_when_the_row_before_it_is_deleted(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    other = build.plan(key="k1b", estimated_arrival=build.at("10:30"))
    assert hub.step(build.at("08:01"), [build.upsert(other)]).rejected
    result = hub.step(build.at("08:02"), [build.delete("plan", "k1")])
    assert set(result.rows) == {"plan/k1", "plan/k1b"}
    (publication,) = hub.pending(10)
    assert run_of(publication).arrival.estimated == build.at("10:30")
    again = build.upsert(build.plan(key="k1b", estimated_arrival=build.at("10:35")))
    assert hub.step(build.at("08:03"), [again]).rows == ("plan/k1b",)


def test_a_deleted_row_leaves_the_timetables_run(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan(departure_track="t3"))])
    hub.step(build.at("08:01"), [build.delete("plan", "k1")])
    publication = next(p for p in hub.pending(10) if p.retained)
    assert (publication.rev, run_of(publication).platform) == (2, "1")


def test_a_train_of_dispatchings_alone_is_deleted_with_its_row_and_may_return(hub, build):
    extra = build.plan(key="x", arrival_number="X1", departure_number="X1")
    hub.step(build.at("08:00"), [build.upsert(extra)])
    hub.step(build.at("08:01"), [build.delete("plan", "x")])
    assert said(hub) == [("run/2021-01-20.x1", None)]
    assert "run/2021-01-20.x1" not in [p.entity for p in hub.live()]
    settle(hub)
    assert said(hub) == []
    tick(hub, build.at("10:00"))
    assert events_of(hub) == [], "nothing is told about a train that is withdrawn"
    hub.step(build.at("10:00"), [build.upsert(extra)])
    assert said(hub)[0] == ("run/2021-01-20.x1", 3)


def test_held_rows_are_dispatchings_table_rejected_rows_and_deletions_too(hub, build):
    rows = [
        build.upsert(build.plan()),
        build.upsert(build.plan(key="bad", arrival_number=None, departure_number=None)),
        build.upsert(build.log(key="nobody")),
    ]
    hub.step(build.at("08:00"), rows)
    gone = build.delete("plan", "bad")
    hub.step(build.at("08:01"), [gone])
    assert hub.held_rows() == [gone, rows[0], rows[2]]


def test_every_input_decision_and_output_is_in_the_journal(database_url, hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    tick(hub, build.at("09:20"))
    assert [(row.subject, row.cause) for row in journal(database_url, "input")] == [
        ("plan/k1", "feed")
    ]
    phases = [row for row in journal(database_url, "phase") if row.subject == "2021-01-20.k1"]
    assert [(row.detail, row.cause) for row in phases] == [
        (b"SHOWN/EXPECTED", "timetable"),
        (b"WAITING/EXPECTED", "minute"),
    ]
    outputs = [(row.subject, decode_output(row.detail)) for row in journal(database_url, "output")]
    (told,) = (p for p in hub.live() if p.entity == RUN)
    assert (RUN, Output(1, told.body)) in outputs
    marks = [(row.at, row.detail) for row in journal(database_url, "step")]
    times = (build.at("08:00"), b""), (build.at("09:20"), b"%d" % minute_number(build.at("09:20")))
    assert marks == [(to_micros(at), minute) for at, minute in times]


def test_a_step_that_does_nothing_leaves_no_record(database_url, hub, build):
    before = len(inside(database_url, select(tables.journal)))
    tick(hub, build.at("08:01"))
    tick(hub, build.at("08:02"))
    assert hub.last_minute == minute_number(build.at("08:02"))
    assert len(inside(database_url, select(tables.journal))) == before


# --- time


def test_a_minute_is_run_once(hub, build):
    now = build.at("09:20")
    assert tick(hub, now).phases == 2
    again = tick(hub, now)
    assert (again.ran, again.phases) == (False, 0)
    assert hub.last_minute == minute_number(now)


def test_rows_that_come_with_a_minute_that_was_run_are_taken(hub, build):
    tick(hub, build.at("09:20"))
    result = hub.step(
        build.at("09:20"), [build.upsert(build.plan())], minute_number(build.at("09:20"))
    )
    assert result.rows == ("plan/k1",)


def test_the_last_minute_survives_a_restart(database_url, hub, station, build):
    tick(hub, build.at("09:20"))
    hub.close()
    operations = Operations(database_url, station)
    operations.open(build.at("09:30"))
    assert operations.last_minute == minute_number(build.at("09:20"))
    operations.close()


def test_minute_by_minute_is_one_jump(new_database, station, build):
    urls = [new_database(), new_database()]
    steady, jumping = (Operations(url, station) for url in urls)
    rows = [
        build.upsert(build.plan(estimated_arrival=build.at("10:25"))),
        build.upsert(
            build.plan(
                key="g2",
                arrival_number=None,
                departure_number="G2",
                role=Role.ORIGIN,
                planned_departure=build.at("11:00"),
                planned_arrival=None,
                delay_known=False,
            )
        ),
    ]
    later = build.upsert(build.plan(estimated_arrival=build.at("10:26")))
    early = build.upsert(build.log(actual_arrival=build.at("10:26")))
    for operations in (steady, jumping):
        operations.open(build.at("08:00"))
        operations.step(build.at("08:00"), rows)
        operations.step(build.at("08:00"), [later, early])
    for gap in (2, 5, 90, 40, 600):
        now = jumping._latest + timedelta(minutes=gap)
        for minute in range(steady.last_minute + 1, minute_number(now) + 1):
            steady.step(minute_start(minute), (), minute)
        tick(jumping, now)
        assert states(urls[0]) == states(urls[1])
    for operations in (steady, jumping):
        operations.close()


def test_a_small_step_back_is_held(hub, build):
    tick(hub, build.at("09:20"))
    result = hub.step(build.at("09:19:30"), [build.upsert(build.plan())])
    assert result.now == build.at("09:20")


def test_a_clock_set_back_is_gone_along_with(database_url, hub, build):
    tick(hub, build.at("10:05"))
    result = hub.rebase(build.at("08:30"), minute_number(build.at("08:30")))
    assert result.now == build.at("08:30")
    assert hub.last_minute == minute_number(build.at("08:30"))
    phases = {row.run_id: row.passengers for row in inside(database_url, select(tables.run))}
    assert phases["2021-01-20.k1"] == "SHOWN"
    assert tick(hub, build.at("08:31")).ran


def test_a_minute_far_before_the_last_one_is_a_clock_set_back(hub, build):
    tick(hub, build.at("10:05"))
    now = build.at("08:30")
    result = hub.step(now, [build.upsert(build.plan())], minute_number(now))
    assert (result.now, result.rows) == (now, ("plan/k1",))
    assert hub.last_minute == minute_number(now)


def test_a_hub_that_finds_its_last_minute_in_the_future_goes_on_from_now(
    database_url, hub, station, build
):
    tick(hub, build.at("23:00"))
    hub.close()
    operations = Operations(database_url, station)
    operations.open(build.at("08:30"))
    assert operations.last_minute == minute_number(build.at("08:30"))
    assert tick(operations, build.at("08:31")).ran
    operations.close()


def test_nothing_is_ever_told_of_a_run_twice_under_one_revision(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    tick(hub, build.at("16:21"))
    assert said(hub) == [("run/2021-01-20.k1", None)]
    assert hub.facts_of("2021-01-20.k1") is None
    row = build.upsert(build.plan(estimated_arrival=build.at("10:05")))
    assert hub.step(build.at("16:22"), [row]).runs == ()


def test_plans_are_deleted_when_their_last_run_is_long_gone(hub, build):
    tick(hub, build.at("06:30", TOMORROW))
    assert ("plan/2021-01-20", None) in said(hub)
    assert "plan/2021-01-20" not in [p.entity for p in hub.live()]


# --- events


def test_approaching_is_told_by_the_timeline(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    settle(hub)
    tick(hub, build.at("09:54"))
    assert events_of(hub) == []
    tick(hub, build.at("09:55"))
    (event,) = events_of(hub)
    assert (event.kind, event.run_id, event.at) == (
        "approaching",
        "2021-01-20.k1",
        build.at("09:55"),
    )
    (publication,) = hub.pending(10)
    assert (publication.entity, publication.type_name) == ("event/approaching", "event")
    assert publication.valid_until == build.at("09:55:30")
    hub.acknowledge([publication.number])
    tick(hub, build.at("09:56"))
    assert events_of(hub) == []


def test_of_a_train_that_dispatching_has_not_spoken_of_nothing_is_told(hub, build):
    tick(hub, build.at("09:55"))
    assert events_of(hub) == []


def test_after_a_gap_nothing_is_told_late(hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan())])
    tick(hub, build.at("09:58"))
    assert events_of(hub) == []


def test_arrived_and_departed_by_report_in_order(hub, build):
    hub.step(build.at("09:50"), [build.upsert(build.plan())])
    tick(hub, build.at("09:55"))
    came = build.log(step=Step.ARRIVED, actual_arrival=build.at("10:01"))
    hub.step(build.at("10:01"), [build.upsert(came)])
    left = build.log(
        step=Step.DEPARTED,
        actual_arrival=build.at("10:01"),
        actual_departure=build.at("10:20"),
    )
    hub.step(build.at("10:20"), [build.upsert(left)])
    assert [event.kind for event in events_of(hub)] == ["approaching", "arrived", "departed"]


# --- failures


def rename(url, table, name):
    inside(url, text(f"ALTER TABLE {table} RENAME TO {name}"))


@pytest.mark.parametrize("table", ["run", "feed_row", "visit", "retained", "journal"])
def test_a_step_is_done_whole_or_not_at_all(database_url, hub, build, table):
    change = build.upsert(build.plan())
    before = states(database_url)
    rename(database_url, table, "gone")
    with pytest.raises(DeviceError, match="nothing was changed"):
        hub.step(build.at("09:20"), [change], minute_number(build.at("09:20")))
    rename(database_url, "gone", table)
    assert states(database_url) == before
    assert said(hub) == []
    assert hub.held_rows() == []
    result = hub.step(build.at("09:20"), [change], minute_number(build.at("09:20")))
    assert (result.ran, result.rows) == (True, ("plan/k1",))
    assert said(hub) == [(RUN, 1)]


def test_a_hub_whose_database_was_taken_over_does_nothing_more(database_url, hub, station, build):
    other = Operations(database_url, station)
    other.open(build.at("08:01"))
    with pytest.raises(DeviceError, match="taken the database over"):
        hub.step(build.at("08:02"), [build.upsert(build.plan())])
    assert said(other) == []
    other.close()


def test_a_database_of_another_version_is_the_operators_mistake(database_url, hub, station, build):
    hub.close()
    inside(database_url, update(tables.kernel).values(schema_version=99))
    with pytest.raises(OperatorError, match="schema 99"):
        Operations(database_url, station).open(build.at("08:00"))


def test_tidying_forgets_old_deletions_and_nothing_else(database_url, hub, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan()), build.upsert(build.plan(key="x"))])
    hub.step(build.at("08:00"), [build.delete("plan", "x"), build.delete("plan", "ghost")])
    hub.tidy(build.at("09:00"))
    assert len(hub.held_rows()) == 3
    hub.tidy(build.at("09:00", date(2021, 1, 23)))
    assert [change.row.key for change in hub.held_rows()] == ["k1"]
    assert [row.key for row in inside(database_url, select(tables.visit))] == ["k1"]


def test_what_is_stored_follows_from_the_facts(database_url, hub, station, build):
    hub.step(build.at("08:00"), [build.upsert(build.plan(delay_known=False))])
    now = build.at("12:34")
    tick(hub, now)
    for row in inside(database_url, select(tables.run)):
        run = derive(decode_facts(row.facts), station, now)
        assert row.state == encode_body(run)
        assert row.passengers == passenger_phase(run, now).value
        assert row.train == train_phase(run, now).value


def test_a_train_that_passes_a_platform_is_told_to_those_who_warn_and_to_no_board(hub, build):
    row = build.plan(
        key="t9",
        arrival_number="T9",
        departure_number="T9",
        role=Role.PASS,
        arrival_track="t1",
        departure_track="t1",
        planned_arrival=build.at("13:00"),
        planned_departure=build.at("13:00"),
    )
    hub.step(build.at("12:00"), [build.upsert(row)])
    (told,) = [run_of(p) for p in hub.pending(100) if p.entity == "run/2021-01-20.t9"]
    assert (told.role, told.platform, told.timeline.shown_at) == (Role.PASS, "1", None)
    settle(hub)
    tick(hub, build.at("12:55"))
    assert [(e.kind, e.run_id) for e in events_of(hub)] == [("approaching", "2021-01-20.t9")]
    assert stand_back(told, build.at("12:55"))
    for minute in range(180):
        now = build.at("11:00") + timedelta(minutes=minute)
        assert not on_departure_board(told, now)
        assert not on_arrival_board(told, now)
        assert not at_gate(told, now)
