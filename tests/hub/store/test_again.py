"""Rows that are held and looked at once more, through a whole hub on both databases."""

from datetime import date, timedelta

import pytest

from hub.kernel.reasons import Reason
from hub.operations import Operations
from protocol.runs import Role
from protocol.times import minute_number

RUN = "2021-01-20.k1"
TOMORROW = date(2021, 1, 21)


@pytest.fixture
def hub(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    yield operations
    operations.close()


def tick(hub, now):
    return hub.step(now, (), minute_number(now))


def reasons(hub):
    return [rejected.reason for _, rejected, _ in hub.rejects(100)]


# --- too early


def test_a_row_that_came_too_early_is_believed_when_its_time_has_come(hub, build):
    early = build.log(actual_arrival=build.at("10:00"))
    hub.step(build.at("09:00"), [build.upsert(build.plan()), build.upsert(early)])
    assert hub.facts_of(RUN).log is None
    assert tick(hub, build.at("09:44")).rows == ()
    result = tick(hub, build.at("09:45"))
    assert (result.rows, result.rejected) == (("log/k1",), ())
    assert hub.facts_of(RUN).actual_arrival == build.at("10:00")
    assert tick(hub, build.at("09:46")).rows == ()
    assert reasons(hub) == [Reason.NOT_YET]


def test_it_is_looked_at_again_after_a_restart_and_in_one_jump(database_url, hub, station, build):
    early = build.log(actual_arrival=build.at("10:00"))
    hub.step(build.at("09:00"), [build.upsert(build.plan()), build.upsert(early)])
    hub.close()
    again = Operations(database_url, station)
    again.open(build.at("09:30"))
    assert tick(again, build.at("11:00")).rows == ("log/k1",)
    again.close()


def test_what_contradicts_it_meanwhile_is_believed(hub, build):
    early = build.log(actual_arrival=build.at("10:00"))
    hub.step(build.at("09:00"), [build.upsert(build.plan()), build.upsert(early)])
    hub.step(build.at("09:10"), [build.upsert(build.log(step=build.Step.ROUTE_SET))])
    assert tick(hub, build.at("09:45")).rows == ()
    assert hub.facts_of(RUN).actual_arrival is None


# --- too far ahead


def far(build, day, **changes):
    return build.plan(
        "x7",
        arrival_number=None,
        departure_number="X7",
        role=Role.ORIGIN,
        planned_arrival=None,
        planned_departure=build.at("20:00", day),
        **changes,
    )


def test_a_row_for_a_day_too_far_ahead_is_taken_on_the_day_that_is_near_enough(hub, build):
    day = TOMORROW + timedelta(days=2)
    hub.step(build.at("08:00"), [build.upsert(far(build, day))])
    assert tick(hub, build.at("00:01", TOMORROW)).rows == ()
    assert tick(hub, build.at("00:01", TOMORROW + timedelta(days=1))).rows == ("plan/x7",)
    assert hub.facts_of(f"{day}.x7").plan is not None
    assert reasons(hub) == [Reason.FAR_AHEAD]


def test_a_row_of_the_day_that_is_built_in_the_same_step_is_not_lost(hub, build):
    day = TOMORROW + timedelta(days=1)
    at = [build.at(local, day) for local in ("10:00", "10:20")]
    row = build.plan(planned_arrival=at[0], planned_departure=at[1], departure_track="t3")
    result = tick_with(hub, build.at("00:00", TOMORROW), [build.upsert(row)])
    assert result.rows == ("plan/k1",)
    assert hub.facts_of(f"{day}.k1").plan == row
    assert hub.facts_of(f"{day}.g2").plan is None


def tick_with(hub, now, changes):
    return hub.step(now, changes, minute_number(now))


# --- a clock that was set back


def rows(build):
    return [
        build.upsert(build.plan(estimated_arrival=build.at("10:09"))),
        build.upsert(build.log(step=build.Step.ROUTE_SET)),
        build.upsert(
            build.plan(
                "x7",
                arrival_number="X7",
                departure_number="X7",
                planned_arrival=build.at("11:00"),
                planned_departure=build.at("11:10"),
            )
        ),
    ]


def states(hub):
    return {p.entity: p.body for p in hub.live() if p.entity.startswith("run/")}


def test_what_a_clock_far_ahead_forgot_is_known_again(hub, build):
    hub.step(build.at("08:00"), rows(build))
    told = states(hub)
    tick(hub, build.at("23:00"))
    assert hub.facts_of(RUN) is None
    assert states(hub) == {}
    result = hub.rebase(build.at("08:01"), minute_number(build.at("08:01")))
    assert set(result.rows) == {"plan/k1", "log/k1", "plan/x7"}
    assert states(hub) == told
    assert hub.facts_of("2021-01-20.x7").plan is not None
    assert tick(hub, build.at("08:02")).ran
    assert hub.step(build.at("08:03"), [build.upsert(build.plan())]).rows == ("plan/k1",)


def test_a_hub_that_comes_back_from_a_clock_far_ahead_knows_them_too(
    database_url, hub, station, build
):
    hub.step(build.at("08:00"), rows(build))
    told = states(hub)
    tick(hub, build.at("23:00"))
    hub.close()
    again = Operations(database_url, station)
    again.open(build.at("08:01"))
    assert states(again) == told
    again.close()


def test_what_came_while_the_clock_was_ahead_is_not_over(hub, build):
    tick(hub, build.at("12:00", TOMORROW))
    result = hub.step(build.at("12:00", TOMORROW), rows(build)[:2])
    assert not result.rows
    assert result.over or result.rejected
    hub.rebase(build.at("08:01"), minute_number(build.at("08:01")))
    assert hub.facts_of(RUN).plan is not None
    assert hub.facts_of(RUN).log is not None


def test_what_is_known_is_not_taken_twice(hub, build):
    hub.step(build.at("08:00"), rows(build))
    before = hub.facts_of(RUN)
    assert hub.rebase(build.at("07:30"), minute_number(build.at("07:30"))).rows == ()
    assert hub.facts_of(RUN) == before
