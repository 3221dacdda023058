"""What the comparison with the reference has found, each as its smallest story."""

from __future__ import annotations

import itertools
from datetime import timedelta

import msgspec
import pytest

from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartureAt,
    Field,
    OnTrack,
    SetOverride,
    SetStationMode,
    StockOf,
)
from hub.operations import Operations
from one_way_feed.rows import Step
from protocol.messages import Event
from protocol.runs import Punctuality, Role, Run
from protocol.times import minute_number

K1 = "run/2021-01-20.k1"
EXTRA = "run/2021-01-20.l7"


@pytest.fixture
def hub(database_url, station, build):
    """An open hub at 08:00 that has said everything it had to say."""
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    heard(operations)
    yield operations
    operations.close()


def heard(operations):
    """Take everything out of the outbox; return it."""
    waiting = operations.pending(1000)
    operations.acknowledge([each.number for each in waiting])
    return waiting


def told(operations, entity=K1):
    bodies = {each.entity: each.body for each in operations.live()}
    return msgspec.json.decode(bodies[entity], type=Run) if entity in bodies else None


def reasons(result):
    return [("/".join(each.key), each.reason.value) for each in result.rejected]


def events(operations, kind):
    told = [p for p in heard(operations) if p.entity == f"event/{kind}"]
    return [msgspec.json.decode(each.body, type=Event) for each in told]


def extra(build, key, comes, goes, **changes):
    """A train that only dispatching knows."""
    times = {"planned_arrival": build.at(comes), "planned_departure": build.at(goes)}
    return build.plan(key, arrival_number="L7", departure_number="L7", **(times | changes))


def test_a_key_that_comes_back_is_a_duplicate_while_another_tells_of_the_train(hub, build):
    now = build.at("09:00")
    hub.step(now, [build.upsert(build.plan("a"))])
    hub.step(now, [build.delete("plan", "a"), build.upsert(build.plan("b", cancelled=True))])
    result = hub.step(now, [build.upsert(build.plan("a"))])
    assert reasons(result) == [("plan/a", "duplicate")]
    assert told(hub).cancelled


def test_a_second_deletion_of_a_key_leaves_alone_what_another_says(hub, build):
    now, late = build.at("09:00"), build.at("10:00")
    hub.step(now, [build.upsert(build.plan("a"))])
    hub.step(
        now, [build.delete("plan", "a"), build.upsert(build.plan("b", estimated_arrival=late))]
    )
    hub.step(now, [build.delete("plan", "a")])
    assert told(hub).arrival.estimated == late


def test_a_log_row_that_is_deleted_when_its_train_becomes_known_says_nothing(hub, build):
    now = build.at("10:00")
    arrived = build.upsert(build.log(step=Step.ARRIVED, actual_arrival=now))
    assert reasons(hub.step(now, [arrived])) == [("log/k1", "unknown-train")]
    hub.step(now, [build.delete("log", "k1"), build.upsert(build.plan())])
    assert told(hub).arrival.actual is None


def test_a_log_row_that_waits_gives_way_to_a_newer_one(hub, build):
    now = build.at("10:00")
    hub.step(now, [build.upsert(build.log(step=Step.DEPARTED, actual_departure=now))])
    corrected = build.upsert(build.log(step=Step.ARRIVED, actual_arrival=now))
    result = hub.step(now, [corrected, build.upsert(build.plan())])
    assert (reasons(result), told(hub).departure.actual) == ([], None)


def test_an_estimate_that_the_arrival_has_overtaken_does_not_spoil_its_row(hub, build):
    """Late by more than expected; the row that brings the new track has the old estimate yet."""
    estimates = {
        "estimated_arrival": build.at("10:15"),
        "estimated_departure": build.at("10:25"),
    }
    hub.step(build.at("09:00"), [build.upsert(build.plan(**estimates))])
    came = build.at("10:30")
    hub.step(came, [build.upsert(build.log(step=Step.ARRIVAL_NOTIFIED, actual_arrival=came))])
    moved = build.plan(arrival_track="t3", departure_track="t3", **estimates)
    result = hub.step(came, [build.upsert(moved)])
    assert reasons(result) == []
    assert told(hub).platform == "2"
    assert told(hub).departure.estimated == build.at("10:34")


def test_a_late_train_whose_departure_nobody_estimates_leaves_late(hub, build):
    """As in Ireland and Germany: an estimate of the arrival and none of the departure."""
    late = build.plan(estimated_arrival=build.at("10:40"))
    assert reasons(hub.step(build.at("09:00"), [build.upsert(late)])) == []
    run = told(hub)
    assert run.departure.estimated == run.timeline.departs_at == build.at("10:44")
    assert (run.punctuality, run.departure.delay_minutes) == ("DELAYED", 24)
    assert run.timeline.check_in_closes_at == build.at("10:39")
    came = build.at("10:50")
    hub.step(came, [build.upsert(build.log(step=Step.ARRIVED, actual_arrival=came))])
    assert told(hub).departure.estimated == build.at("10:54")


def test_an_approach_is_told_with_its_own_instant(hub, build):
    late = build.plan(estimated_arrival=build.at("10:15"), estimated_departure=build.at("10:20"))
    hub.step(build.at("09:00"), [build.upsert(late)])
    hub.step(build.at("10:09"), (), minute_number(build.at("10:09")))
    heard(hub)
    # 10:10 the train approaches, 10:13 the last call begins
    hub.step(build.at("10:14"), (), minute_number(build.at("10:14")))
    assert events(hub, "approaching") == []


def test_an_approach_that_a_restart_finds_out_too_late_is_not_told(database_url, station, build):
    first = Operations(database_url, station)
    first.open(build.at("09:00"))
    first.step(build.at("09:00"), [build.upsert(build.plan())])
    first.close()
    second = Operations(database_url, station)
    second.open(build.at("09:59"))
    assert events(second, "approaching") == []
    second.close()


def test_a_run_that_was_forgotten_and_comes_again_goes_on_with_its_revisions(hub, build):
    """The same number twice on one day, far apart: one identifier, and never two bodies a rev."""
    bodies = {}

    def collect():
        for each in heard(hub):
            if each.entity == EXTRA:
                assert bodies.setdefault(each.rev, each.body) == each.body

    hub.step(build.at("09:00"), [build.upsert(extra(build, "x", "09:10", "09:12"))])
    collect()
    hub.step(build.at("15:30"), (), minute_number(build.at("15:30")))
    collect()
    assert told(hub, EXTRA) is None
    hub.step(build.at("16:00"), [build.upsert(extra(build, "y", "19:00", "19:05"))])
    collect()
    assert list(bodies) == [1, 2, 3]
    assert bodies[2] is None


def test_which_duplicate_takes_over_does_not_depend_on_the_database(hub, build):
    now = build.at("09:00")
    hub.step(now, [build.upsert(build.plan("a"))])
    for key in ("d", "b", "c"):
        hub.step(now, [build.upsert(build.plan(key, origin=key))])
    result = hub.step(now, [build.delete("plan", "a")])
    assert told(hub).origin.code == "b"
    assert reasons(result) == [("plan/c", "duplicate"), ("plan/d", "duplicate")]


def test_a_gate_is_not_open_for_a_train_that_its_screen_does_not_show(hub, build):
    conventional = build.plan(
        "l", role=Role.ORIGIN, arrival_number=None, departure_number="K9", planned_arrival=None
    )
    hub.step(build.at("09:00"), [build.upsert(conventional)])
    timeline = told(hub, "run/2021-01-20.k9").timeline
    assert timeline.gate_shown_at == timeline.check_in_opens_at == build.at("09:50")


# --- persons


WHO = {"who": "Li", "why": "电话通知"}
NUMBERS = itertools.count(1)


def say(hub, now, word, run_id="2021-01-20.k1", **changes):
    command = SetOverride(command_id=str(next(NUMBERS)), run_id=run_id, word=word, **WHO, **changes)
    return hub.command(now, command)


def codes(objections):
    return {each.code.value for each in objections}


def manual_station():
    return SetStationMode(command_id=str(next(NUMBERS)), manual=True, **WHO)


def added(build, **changes):
    train = {"arrival_number": "L7", "departure_number": "L7", "role": Role.INTERMEDIATE}
    ends = {"origin": "East", "destination": "West", "track": "t3"}
    times = {"arrival": build.at("09:30"), "departure": build.at("09:40")}
    return AddRun(command_id=str(next(NUMBERS)), **WHO, **(train | ends | times | changes))


def test_a_time_by_hand_does_not_bring_an_older_track_back(hub, build):
    hub.step(build.at("08:01"), [build.upsert(build.plan(estimated_departure=build.at("10:50")))])
    moved = build.plan(delay_known=False, arrival_track="t3", departure_track="t3")
    hub.step(build.at("08:02"), [build.upsert(moved)])
    say(hub, build.at("08:03"), ArrivalAt(build.at("10:15")))
    assert told(hub).platform == "2"
    assert told(hub).departure.expected == build.at("10:50")


def test_dispatching_that_knows_no_more_than_the_person_opens_nothing(hub, build):
    hub.step(build.at("08:01"), [build.upsert(build.plan())])
    say(hub, build.at("09:00"), DelayUnknown())
    hub.step(build.at("10:00"), [build.upsert(build.plan(delay_known=False))])
    assert told(hub).timeline.check_in_opens_at is None


def test_a_cancellation_is_as_old_as_who_said_it_first(hub, build):
    say(hub, build.at("09:00"), Cancelled())
    hub.step(build.at("10:10"), [build.upsert(build.plan(cancelled=True))])
    assert told(hub).timeline.departure_shown_until == build.at("10:21")


def test_a_train_that_runs_after_all_is_not_claimed_to_be_on_time(hub, build):
    say(hub, build.at("08:01"), Cancelled(cancelled=False))
    assert told(hub).punctuality is Punctuality.UNKNOWN


def test_a_persons_train_that_was_taken_back_does_not_return_with_dispatchings(hub, build):
    hub.command(build.at("08:01"), added(build))
    row = extra(build, "x", "09:30", "09:40")
    hub.step(build.at("08:02"), [build.upsert(row)])
    back = {"command_id": str(next(NUMBERS)), "run_id": "2021-01-20.l7", "field": Field.ADDED}
    assert hub.command(build.at("08:03"), ClearOverride(**back, **WHO)).accepted
    hub.step(build.at("08:04"), [build.delete("plan", "x")])
    assert told(hub, EXTRA) is None


def test_a_persons_train_is_not_told_by_a_row_that_dispatching_deleted(hub, build):
    row = extra(build, "x", "12:30", "12:40")
    hub.step(build.at("08:01"), [build.upsert(row)])
    hub.step(build.at("08:02"), [build.delete("plan", "x")])
    hub.command(build.at("08:03"), added(build))
    assert told(hub, EXTRA).departure.planned == build.at("09:40")


def test_a_persons_train_in_a_manual_station_is_told_as_the_person_says(hub, build):
    hub.command(build.at("08:01"), manual_station())
    row = extra(build, "x", "12:30", "12:40")
    hub.step(build.at("08:02"), [build.upsert(row)])
    hub.command(build.at("08:03"), added(build))
    run = told(hub, EXTRA)
    assert run.departure.planned == build.at("09:40")
    assert run.auto.departure == build.at("12:40")


def test_check_in_opened_by_hand_is_not_open_where_there_is_no_gate(hub, build):
    say(hub, build.at("09:00"), CheckIn(is_open=True))
    moved = build.plan(arrival_track="t4", departure_track="t4")
    hub.step(build.at("09:01"), [build.upsert(moved)])
    run = told(hub)
    assert (run.platform, run.gates, run.timeline.check_in_opens_at) == ("3", (), None)


def test_a_departure_before_a_reported_arrival_is_refused_of_a_held_train_too(hub, build):
    hub.step(build.at("08:01"), [build.upsert(build.plan(delay_known=False))])
    hub.step(build.at("10:02"), [build.upsert(build.log(actual_arrival=build.at("10:02")))])
    answer = say(hub, build.at("10:03"), DepartureAt(build.at("10:01")))
    assert codes(answer.refused) == {"disorder"}


def test_a_word_that_has_expired_decides_nothing_before_the_next_minute(hub, build):
    say(hub, build.at("09:00"), CheckIn(is_open=True), until=build.at("09:05"))
    now = build.at("09:05:30")
    assert codes(say(hub, now, CheckIn(is_open=True)).warned) == set()
    say(hub, now, OnTrack("t3"), until=build.at("09:06"))
    clear = {"command_id": str(next(NUMBERS)), "run_id": "2021-01-20.k1", "field": Field.TRACK}
    answer = hub.command(build.at("09:06:30"), ClearOverride(**clear, **WHO))
    assert codes(answer.refused) == {"nothing"}


def test_an_arrival_that_is_past_without_a_report_is_warned_of_though_it_is_to_leave(hub, build):
    assert codes(say(hub, build.at("10:10"), Delayed(5)).warned) == {"past"}


def test_a_check_in_that_has_not_opened_is_not_closed_already(hub, build):
    assert codes(say(hub, build.at("09:00"), CheckIn(is_open=False)).warned) == set()
    assert codes(say(hub, build.at("09:01"), CheckIn(is_open=False)).warned) == {"already"}


def test_the_end_of_a_hold_is_news_after_a_time_by_hand(hub, build):
    hub.step(build.at("08:01"), [build.upsert(build.plan(delay_known=False))])
    say(hub, build.at("08:02"), ArrivalAt(build.at("10:10")))
    hub.step(build.at("08:03"), [build.upsert(build.plan())])
    assert codes(say(hub, build.at("08:04"), OnTrack("t3")).warned) == {"newer"}


def test_a_train_that_lasts_longer_without_an_expired_word_is_not_forgotten_in_a_long_gap(
    hub, build
):
    late = build.plan(estimated_arrival=build.at("20:00"), estimated_departure=build.at("20:20"))
    hub.step(build.at("08:00"), [build.upsert(late)])
    say(hub, build.at("08:01"), Delayed(0), until=build.at("08:30"))
    now = build.at("17:00")
    hub.step(now, (), minute_number(now))
    assert told(hub).departure.expected == build.at("20:20")


def test_a_row_about_a_day_to_come_tells_nothing_in_a_manual_station(hub, build):
    hub.command(build.at("08:01"), manual_station())
    later = build.day + timedelta(days=2)
    times = {
        "planned_arrival": build.at("10:00", later),
        "planned_departure": build.at("10:20", later),
    }
    hub.step(build.at("22:00"), [build.upsert(build.plan(**times, cancelled=True))])
    run = told(hub, "run/2021-01-22.k1")
    assert run is None or not run.cancelled


def test_dispatching_that_knows_no_more_than_the_stock_opens_nothing(hub, build):
    ends = {"role": Role.TERMINUS, "departure_number": None, "planned_departure": None}
    times = {"planned_arrival": build.at("12:00"), "arrival_number": "G3", "delay_known": False}
    starts = {"role": Role.ORIGIN, "arrival_number": None, "planned_arrival": None}
    leaves = {"departure_number": "G2", "planned_departure": build.at("11:00")}
    place = {"arrival_track": "t3", "departure_track": "t3"}
    hub.step(build.at("08:01"), [build.upsert(build.plan("g2", **starts, **leaves, **place))])
    hub.step(build.at("08:02"), [build.upsert(build.plan("g3", **ends, **times))])
    say(hub, build.at("08:03"), StockOf("2021-01-20.g3"), "2021-01-20.g2")
    assert told(hub, "run/2021-01-20.g2").held
    unknown = build.plan("g2", **starts, **leaves, **place, delay_known=False)
    hub.step(build.at("10:50"), [build.upsert(unknown)])
    assert told(hub, "run/2021-01-20.g2").timeline.check_in_opens_at is None


def test_a_row_that_was_too_early_is_looked_at_after_a_restart(database_url, station, build):
    hub = Operations(database_url, station)
    hub.open(build.at("10:00"))
    left = build.log(actual_arrival=build.at("10:01"), actual_departure=build.at("10:21"))
    result = hub.step(build.at("10:05"), [build.upsert(build.plan()), build.upsert(left)])
    assert reasons(result) == [("log/k1", "not-yet")]
    hub.close()
    hub = Operations(database_url, station)
    hub.open(build.at("10:22"))
    hub.step(build.at("10:23"), (), minute_number(build.at("10:23")))
    assert told(hub).departure.actual == build.at("10:21")
    hub.close()
