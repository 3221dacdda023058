from datetime import timedelta

import pytest

from hub.kernel.absorb import OVER, Absorption
from hub.kernel.days import Days
from hub.kernel.facts import Early
from hub.kernel.reasons import Reason
from one_way_feed.rows import Step
from protocol.runs import Role


class Known:
    """Plays the store: what earlier steps left."""

    def __init__(self, earlier=()):
        self.facts = {}
        self.bound = {}
        self.dead = set()
        self.judged = {}
        self.waiting = {}
        for absorption in earlier:
            self.remember(absorption)

    def remember(self, absorption):
        self.facts |= absorption.facts
        self.bound |= absorption.bound
        self.dead |= absorption.deleted
        self.judged |= absorption.judged

    def run_of(self, key):
        return self.bound.get(key)

    def live_keys(self, run_id):
        return {key for key, bound in self.bound.items() if bound == run_id} - self.dead

    def facts_of(self, run_id):
        return self.facts.get(run_id)

    def log_waiting(self, key):
        return self.waiting.get(key)

    def plan_over(self, key):
        return self.judged.get(("plan", key), (None, None))[1] == OVER


@pytest.fixture
def take(build, station):
    known = Known()
    days = Days(station)

    def take(*changes, now="08:00"):
        absorption = Absorption(known, station, days, build.at(now))
        absorption.take(changes)
        known.remember(absorption)
        return absorption

    take.known = known
    return take


RUN = "2021-01-20.k1"


def reasons(absorption):
    return [rejected.reason for rejected in absorption.rejected]


def test_a_row_of_a_new_key_binds_it_to_its_run(build, take):
    found = take(build.upsert(build.plan()))
    assert found.bound == {"k1": RUN}
    assert found.facts[RUN].timetable == build.planned()
    assert found.judged == {("plan", "k1"): (RUN, None)}
    assert found.causes == {RUN: "plan/k1"}


def test_the_binding_never_changes_though_the_train_is_renumbered(build, take):
    take(build.upsert(build.plan()))
    found = take(build.upsert(build.plan(arrival_number="Z9", departure_number="Z9")))
    assert list(found.facts) == [RUN]


def test_logs_come_after_their_plans_in_whatever_order_they_stand(build, take):
    log = build.upsert(build.log(step=Step.ARRIVED, actual_arrival=build.at("10:00")))
    found = take(log, build.upsert(build.plan()), now="10:01")
    assert reasons(found) == []
    assert found.facts[RUN].log.step is Step.ARRIVED


def test_a_log_of_nobody_waits_for_its_plan(build, take):
    log = build.log(step=Step.ROUTE_SET)
    found = take(build.upsert(log))
    assert reasons(found) == [Reason.UNKNOWN_TRAIN]
    take.known.waiting["k1"] = log
    found = take(build.upsert(build.plan()))
    assert found.facts[RUN].log == log
    assert found.judged["log", "k1"] == (RUN, None)


def test_a_second_row_of_the_same_train_is_a_duplicate(build, take):
    take(build.upsert(build.plan()))
    found = take(build.upsert(build.plan(key="k1b")))
    assert reasons(found) == [Reason.DUPLICATE]
    assert found.facts == {}
    assert found.judged == {("plan", "k1b"): (RUN, "duplicate")}


def test_a_new_key_takes_over_from_one_that_is_deleted_in_the_same_step(build, take):
    take(build.upsert(build.plan()))
    found = take(build.upsert(build.plan(key="k1b")), build.delete("plan", "k1"))
    assert reasons(found) == []
    assert found.bound == {"k1b": RUN}


def test_a_train_that_calls_twice_has_two_runs(build, take):
    later = {"planned_arrival": build.at("18:00"), "planned_departure": build.at("18:10")}
    found = take(
        build.upsert(build.plan()),
        build.upsert(build.plan(key="again", **later)),
        build.upsert(build.plan(key="third", **later)),
    )
    assert found.bound["again"] == "2021-01-20.k1.2"
    assert reasons(found) == [Reason.DUPLICATE]


def test_a_train_number_that_never_ends_is_a_loop_in_the_data(build, take):
    def at(nth):
        return build.at("00:00") + nth * timedelta(hours=1)

    times = [{"planned_arrival": at(n), "planned_departure": at(n)} for n in range(11)]
    rows = [
        build.upsert(build.plan(key=str(n), arrival_number="X", departure_number="X", **said))
        for n, said in enumerate(times)
    ]
    assert reasons(take(*rows, now="05:00")) == [Reason.DUPLICATE] * 2


def test_a_rejected_row_changes_no_fact_and_binds_no_key(build, take):
    bad = build.plan(planned_departure=build.at("09:00"))
    found = take(build.upsert(bad))
    assert reasons(found) == [Reason.DEPARTURE_BEFORE_ARRIVAL]
    assert (found.facts, found.bound) == ({}, {})
    nameless = build.plan(key="x", arrival_number=None, departure_number=None)
    assert reasons(take(build.upsert(nameless))) == [Reason.NO_NUMBER]


def test_a_bad_row_never_harms_the_good_data(build, take):
    take(build.upsert(build.plan(estimated_arrival=build.at("10:07"))))
    take(build.upsert(build.plan(planned_departure=build.at("09:00"))))
    assert take.known.facts[RUN].plan.estimated_arrival == build.at("10:07")
    bad_log = build.log(actual_arrival=build.at("23:00"))
    assert reasons(take(build.upsert(bad_log))) == [Reason.NOT_YET]
    assert take.known.facts[RUN].log is None


def test_a_partly_bad_row_is_used_for_the_rest(build, take):
    late = build.plan(arrival_track="t99", estimated_arrival=build.at("10:30"))
    found = take(build.upsert(late))
    assert reasons(found) == [Reason.UNKNOWN_TRACK]
    assert found.facts[RUN].plan.estimated_arrival == build.at("10:30")
    assert found.judged == {("plan", "k1"): (RUN, None)}


def test_the_first_word_about_a_train_long_gone_is_held_and_not_told(build, take):
    old = build.plan(
        key="old",
        arrival_number="X1",
        departure_number="X1",
        role=Role.ORIGIN,
        planned_arrival=None,
        planned_departure=build.at("05:00"),
    )
    log = build.log(key="old", actual_departure=build.at("05:00"))
    found = take(build.upsert(old), build.upsert(log), now="12:00")
    assert (found.facts, found.bound, found.rejected) == ({}, {}, [])
    assert found.judged == {("plan", "old"): (None, OVER), ("log", "old"): (None, OVER)}
    assert take(build.upsert(log), now="12:00").judged == {("log", "old"): (None, OVER)}


def test_rows_of_a_run_that_is_forgotten_are_held_and_not_told(build, take):
    take(build.upsert(build.plan()))
    take.known.facts.clear()
    found = take(build.upsert(build.plan()), build.upsert(build.log()), now="20:00")
    assert found.judged == {("plan", "k1"): (RUN, OVER), ("log", "k1"): (RUN, OVER)}
    assert take(build.delete("plan", "k1")).facts == {}


def test_a_deleted_plan_row(build, take):
    take(build.upsert(build.plan()))
    found = take(build.delete("plan", "k1"))
    assert found.facts[RUN].plan is None
    assert found.deleted == {"k1"}
    assert reasons(take(build.upsert(build.plan()))) == []


def test_a_deleted_log_row(build, take):
    take(build.upsert(build.plan()), build.upsert(build.log(step=Step.ROUTE_SET)))
    found = take(build.delete("log", "k1"))
    assert found.facts[RUN].log is None
    assert found.deleted == set()


def test_a_deletion_of_what_nobody_knows(build, take):
    found = take(build.delete("plan", "ghost"))
    assert found.judged == {("plan", "ghost"): (None, None)}
    assert found.facts == {}


def test_a_log_row_that_is_too_early_is_remembered_until_its_time(build, take):
    take(build.upsert(build.plan()))
    row = build.log(actual_arrival=build.at("10:30"))
    found = take(build.upsert(row), now="10:00")
    assert reasons(found) == [Reason.NOT_YET]
    facts = found.facts[RUN]
    assert (facts.log, facts.early) == (None, Early("k1", build.at("10:15")))
    again = take(build.upsert(row), now="10:15").facts[RUN]
    assert (again.log, again.early) == (row, None)


@pytest.mark.parametrize(
    "then",
    [
        lambda build: build.delete("log", "k1"),
        lambda build: build.upsert(build.log(step=Step.ROUTE_SET)),
        lambda build: build.upsert(
            build.log(actual_arrival=build.at("10:10"), actual_departure=build.at("10:00"))
        ),
    ],
)
def test_a_newer_word_of_the_same_row_ends_the_waiting(build, take, then):
    take(build.upsert(build.plan()))
    take(build.upsert(build.log(actual_arrival=build.at("10:30"))), now="10:00")
    assert take(then(build), now="10:11").facts[RUN].early is None


def test_another_rows_word_does_not(build, take):
    take(build.upsert(build.plan()))
    take(build.upsert(build.log(actual_arrival=build.at("10:30"))), now="10:00")
    take(build.delete("plan", "k1"), build.upsert(build.plan("k1b")), now="10:00")
    found = take(build.upsert(build.log("k1b", step=Step.ROUTE_SET)), now="10:00")
    assert found.facts[RUN].early.key == "k1"
