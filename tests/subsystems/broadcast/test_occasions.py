"""What is announced of a run, when and where: by the shipped rules of the reference station."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace as altered
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.kernel.preview import planned_runs
from protocol.runs import CallTime, Named, Punctuality, Replacement, Role, Run, Timeline
from station_config.announcements.model import Area
from station_config.imports.national_2016 import read_national
from station_config.imports.plan import plan_of
from station_config.imports.report import Report
from station_config.load import load_station
from station_config.model import Timetable
from station_config.plan_files import source_of
from subsystems.broadcast.facts import decode_facts
from subsystems.broadcast.model import Kind, Occasion, Priority, Told
from subsystems.broadcast.occasions import group, occasions, station_occasions
from subsystems.broadcast.reading.lexicon import HAN
from subsystems.broadcast.vocabulary import vocabulary_of
from subsystems.broadcast.wording import say


@pytest.fixture
def told_of(hohhot):
    """What is announced of a run at an instant, by kind; of the given kind only the first."""

    def ask(run, now, kind=None, *, told=(), lapsed=False):
        found = occasions(
            run,
            hohhot.announcements,
            hohhot,
            now,
            told={each.key: each for each in told},
            lapsed=lapsed,
        )
        if kind is None:
            return {each.kind for each in found}
        return next((each for each in found if each.kind is kind), None)

    return ask


def test_the_calls_of_a_train_in_the_order_of_their_time(hohhot, trains):
    found = occasions(trains.leaving(), hohhot.announcements, hohhot, trains.at(-30), told={})
    calls = [(o.kind, (o.due - trains.noon) // trains.minute) for o in found]
    assert sorted(calls, key=lambda call: call[1]) == [
        (Kind.WELCOME, 0),
        (Kind.CHECK_IN_OPEN, 45),
        (Kind.REMINDER, 49),
        (Kind.LAST_CALL, 53),
        (Kind.CHECK_IN_CLOSED, 55),
        (Kind.DEPARTURE, 59),
    ]


def test_a_call_carries_where_what_and_until_when(told_of, trains):
    found = told_of(trains.leaving(), trains.at(0), Kind.CHECK_IN_OPEN)
    assert found == Occasion(
        key="2021-01-20.g2402/check-in-open/1",
        kind=Kind.CHECK_IN_OPEN,
        priority=Priority.CHECK_IN,
        zones=("room-2",),
        languages=("zh", "en"),
        due=trains.at(45),
        latest=trains.at(48),
        true_until=trains.at(55),
        run_id="2021-01-20.g2402",
        content=found.content,
        facts=found.facts,
    )
    facts = decode_facts(found.facts)
    assert (facts.train, facts.platform, facts.gates) == ("G2402", "5", ("B5",))
    assert facts.departure == trains.at(60)


def test_what_is_too_late_is_not_told(told_of, trains):
    run = trains.leaving()
    assert told_of(run, trains.at(47), Kind.CHECK_IN_OPEN) is not None
    assert told_of(run, trains.at(48), Kind.CHECK_IN_OPEN) is None
    assert told_of(run, trains.at(55), Kind.LAST_CALL) is None


def test_an_open_check_in_is_not_told_after_its_end_by_hand(told_of, trains):
    run = trains.leaving(manual=("check-in",))
    closed = replace(run, timeline=replace(run.timeline, check_in_closes_at=trains.at(46)))
    assert told_of(run, trains.at(47), Kind.CHECK_IN_OPEN) is not None
    assert told_of(closed, trains.at(47), Kind.CHECK_IN_OPEN) is None
    assert told_of(closed, trains.at(47), Kind.CHECK_IN_CLOSED) is not None


def test_a_short_check_in_has_no_call_in_its_middle(told_of, trains):
    run = trains.leaving()
    short = replace(run, timeline=replace(run.timeline, check_in_opens_at=trains.at(50)))
    assert told_of(run, trains.at(30), Kind.REMINDER) is not None
    assert told_of(short, trains.at(30), Kind.REMINDER) is None


def test_an_arrival_is_told_when_it_was_reported_and_never_by_the_clock(told_of, trains):
    expected = trains.through()
    assert told_of(expected, trains.at(61), Kind.ARRIVAL) is None
    reported = trains.through(actual=61)
    found = told_of(reported, trains.at(61), Kind.ARRIVAL)
    assert (found.due, found.zones) == (trains.at(61), ("platform-2",))
    assert told_of(reported, trains.at(63), Kind.ARRIVAL) is None


def test_a_train_about_to_leave_is_told_of_only_if_it_stands_here(told_of, trains):
    assert told_of(trains.through(), trains.at(79), Kind.DEPARTURE) is None
    assert told_of(trains.through(actual=60), trains.at(79), Kind.DEPARTURE) is not None
    assert told_of(trains.leaving(), trains.at(59), Kind.DEPARTURE) is not None
    run = trains.leaving()
    gone = replace(run, departure=replace(run.departure, actual=trains.at(59)))
    assert told_of(gone, trains.at(59), Kind.DEPARTURE) is None


def test_who_gets_out_is_shown_the_way(told_of, trains):
    found = told_of(trains.ending(actual=60), trains.at(61), Kind.EXIT_GUIDANCE)
    assert found.zones == ("platform-9", "exit")
    passing_on = told_of(trains.through(actual=60), trains.at(61), Kind.EXIT_GUIDANCE)
    assert passing_on.zones == ("exit",)


def test_people_stand_back_twice_from_a_train_that_does_not_stop(hohhot, trains):
    run = trains.through(role=Role.PASS, platform="2", gates=(), waiting_room=None)
    found = occasions(run, hohhot.announcements, hohhot, trains.at(50), told={})
    assert [(o.kind, o.key[-1], o.zones) for o in found] == [
        (Kind.STAND_BACK, "1", ("platform-2",)),
        (Kind.STAND_BACK, "2", ("platform-2",)),
    ]
    nowhere = replace(run, platform=None)
    assert occasions(nowhere, hohhot.announcements, hohhot, trains.at(50), told={}) == ()


def delays(run, station, now, said):
    found = occasions(
        run, station.announcements, station, now, told={each.key: each for each in said}
    )
    return [o for o in found if o.kind is Kind.DELAY]


def test_a_delay_is_told_again_after_half_an_hour_and_not_for_ever(hohhot, trains):
    run = trains.leaving(minutes=300, late=20)
    now, said = trains.at(130), []
    for nth in (1, 2, 3, 4):
        due = [o for o in delays(run, hohhot, now, said) if o.due <= now]
        assert due[-1].key == f"{run.run_id}/delay/{nth}"
        said += due[-1].told(now)
        now += timedelta(minutes=30)
    assert [o.key[-1] for o in delays(run, hohhot, now, said)] == ["4"]


def test_a_delay_that_grows_is_told_at_once_and_one_minute_is_nothing(hohhot, trains):
    now = trains.at(130)
    first = delays(trains.leaving(minutes=300, late=20), hohhot, now, [])[0]
    said = first.told(now)
    little = delays(trains.leaving(minutes=300, late=21), hohhot, now, said)
    assert [(o.key[-1], o.due <= now) for o in little] == [("1", True), ("2", False)]
    much = delays(trains.leaving(minutes=300, late=25), hohhot, now, said)
    assert [(o.key[-1], o.due <= now) for o in much] == [("2", True)]
    assert much[0].content != first.content


def test_a_delay_that_shrinks_below_the_least_is_corrected(hohhot, words, trains):
    now = trains.at(130)
    said = delays(trains.leaving(minutes=300, late=40), hohhot, now, [])[0].told(now)
    found = delays(trains.leaving(minutes=300, late=2), hohhot, now, said)
    assert [o.key[-1] for o in found] == ["2"]
    assert say(found[0], words).shown["en"] == (
        "Attention please. Train G2402 from Hohhot East to Qinghe is less late than announced, and"
        " is now expected to depart at 17:02. Please listen to the announcements and watch the"
        " screens."
    )


def test_a_small_delay_is_not_told(told_of, trains):
    assert told_of(trains.leaving(minutes=300, late=4), trains.at(130), Kind.DELAY) is None
    assert told_of(trains.leaving(minutes=300, late=5), trains.at(130), Kind.DELAY) is not None


def test_of_an_unknown_delay_no_time_is_told(told_of, words, trains):
    run = trains.leaving(minutes=60, held=True, timeline=Timeline(shown_at=trains.at(-120)))
    assert told_of(run, trains.at(10)) == {Kind.DELAY_UNKNOWN}
    found = told_of(run, trains.at(10), Kind.DELAY_UNKNOWN)
    assert found.latest == trains.at(20)
    facts = decode_facts(found.facts)
    assert (facts.departure, facts.arrival, facts.planned, facts.delay) == (None,) * 4
    assert not any(c.isdigit() for c in say(found, words).shown["en"].replace("G2402", ""))


def test_check_in_opened_by_hand_for_a_held_train_is_told_without_its_time(told_of, trains):
    timeline = Timeline(shown_at=trains.at(-120), check_in_opens_at=trains.at(10))
    run = trains.leaving(held=True, manual=("check-in",), timeline=timeline)
    found = told_of(run, trains.at(10), Kind.CHECK_IN_OPEN)
    assert decode_facts(found.facts).departure is None


def test_what_has_lapsed_is_not_told_and_what_has_happened_is(told_of, trains):
    late = trains.leaving(late=20)
    assert told_of(late, trains.at(5), lapsed=True) == set()
    arrived = trains.through(late=20, actual=80)
    assert told_of(arrived, trains.at(80), lapsed=True) == {Kind.ARRIVAL, Kind.EXIT_GUIDANCE}
    cancelled = trains.leaving(cancelled=True)
    assert told_of(cancelled, trains.at(5)) == {Kind.CANCELLATION}
    assert told_of(cancelled, trains.at(5), lapsed=True) == set()


def test_a_change_of_platform_is_due_the_moment_it_is_known(told_of, words, trains):
    run = trains.leaving(platform_changed_from="7", gates_changed_from=("C7",))
    found = told_of(run, trains.at(5), Kind.PLATFORM_CHANGE)
    assert found.due <= trains.at(5) < found.latest
    assert found.zones == ("room-2", "room-3", "platform-5", "platform-7")
    assert found.priority is Priority.PLATFORM_CHANGE
    assert told_of(run, trains.at(5), Kind.GATE_CHANGE) is None
    assert "由7站台改为5站台上车，请到B5检票口检票" in say(found, words).shown["zh"]


def test_a_platform_changed_and_changed_back_is_told_each_time(hohhot, trains):
    told = {}
    moves = [("7", "5"), ("5", "7"), ("7", "5")]
    for nth, (before, now) in enumerate(moves, start=1):
        run = trains.leaving(platform=now, platform_changed_from=before)
        found = occasions(run, hohhot.announcements, hohhot, trains.at(nth), told=told)
        changes = [o for o in found if o.kind is Kind.PLATFORM_CHANGE and o.due <= trains.at(nth)]
        assert [o.key[-1] for o in changes] == [str(nth)]
        told |= {each.key: each for o in changes for each in o.told(trains.at(nth))}


@pytest.mark.parametrize(
    "nothing", [{"platform": "5"}, {"platform": None}, {"cancelled": True}, {"held": False}]
)
def test_no_change_of_platform_where_there_is_none(told_of, trains, nothing):
    before = {"platform_changed_from": "5"} if "held" not in nothing else {}
    run = trains.leaving(**{**before, **nothing})
    assert told_of(run, trains.at(5), Kind.PLATFORM_CHANGE) is None


def test_another_gate_is_told_at_both(told_of, trains):
    run = trains.leaving(gates=("B5",), gates_changed_from=("A3",))
    found = told_of(run, trains.at(5), Kind.GATE_CHANGE)
    assert found.zones == ("room-1", "room-2")
    assert decode_facts(found.facts).former_gates == ("A3",)


def test_a_cancelled_train_is_told_with_what_replaces_it(told_of, words, trains):
    by = Replacement(number="G2404", texts={"zh": "在东广场候车", "en": "east square"})
    run = trains.leaving(cancelled=True, replaced_by=by)
    shown = say(told_of(run, trains.at(5), Kind.CANCELLATION), words).shown
    assert "请您改乘G2404次列车。在东广场候车。" in shown["zh"]
    assert "Please take train G2404. east square. " in shown["en"]
    bus = replace(run, replaced_by=Replacement())
    assert "汽车" in say(told_of(bus, trains.at(5), Kind.CANCELLATION), words).shown["zh"]


def test_a_train_that_was_cancelled_and_runs_after_all_is_told_so(hohhot, words, trains):
    gone = trains.leaving(cancelled=True)
    now, own = trains.at(5), hohhot.announcements
    (first,) = occasions(gone, own, hohhot, now, told={})
    told = {each.key: each for each in first.told(now)}
    found = occasions(trains.leaving(), own, hohhot, trains.at(10), told=told)
    runs = [o for o in found if o.kind is Kind.CANCELLATION]
    assert [o.key[-1] for o in runs] == ["2"]
    assert "runs after all, and is expected to depart at 13:00." in say(runs[0], words).shown["en"]
    assert Kind.CANCELLATION not in {
        o.kind for o in occasions(trains.leaving(), own, hohhot, now, told={})
    }


def test_a_delay_that_was_unknown_and_is_short_is_told(hohhot, words, trains):
    held = trains.leaving(held=True, timeline=Timeline(shown_at=trains.at(-120)))
    now, own = trains.at(5), hohhot.announcements
    (first,) = occasions(held, own, hohhot, now, told={})
    told = {each.key: each for each in first.told(now)}
    found = delays(trains.leaving(late=2), hohhot, trains.at(9), list(told.values()))
    assert [o.key[-1] for o in found] == ["1"]
    assert "now known: it is expected to depart at 13:02." in say(found[0], words).shown["en"]


def test_a_part_of_a_call_that_is_cancelled(told_of, trains):
    call = trains.through()
    ends = replace(call, role=Role.TERMINUS, departure=replace(call.departure, cancelled=True))
    assert Kind.ENDS_HERE in told_of(ends, trains.at(5))
    assert Kind.CHECK_IN_OPEN not in told_of(ends, trains.at(40))
    starts = replace(call, role=Role.ORIGIN, arrival=replace(call.arrival, cancelled=True))
    assert Kind.STARTS_HERE in told_of(starts, trains.at(5))
    assert Kind.APPROACH not in told_of(starts, trains.at(50))


def of_kind(kind, found):
    return [each for each in found if each.kind is kind]


SNOW = {"zh": "因大雪限速", "en": "The cause is snow"}


def test_a_reason_is_told_of_a_delay_over_half_an_hour(hohhot, words, trains):
    def shown(minutes, **more):
        late = trains.leaving(late=minutes, note=SNOW, **more)
        return say(delays(late, hohhot, trains.at(5), [])[0], words).shown

    assert "。因大雪限速。给您带来不便" in shown(45)["zh"]
    assert "at 13:31. The cause is snow. We apologise" in shown(31)["en"]
    for language, reason in SNOW.items():
        assert reason not in shown(30)[language]
    own = [
        altered(r, reason_over=9) if r.kind == "delay" else r for r in hohhot.announcements.rules
    ]
    early = altered(hohhot, announcements=altered(hohhot.announcements, rules=tuple(own)))
    late = trains.leaving(late=10, note=SNOW)
    assert "The cause is snow" in say(delays(late, early, trains.at(5), [])[0], words).shown["en"]


def test_reasons_of_several_trains(hohhot, words, trains):
    some = [
        delays(trains.leaving(number, late=45, note=note), hohhot, trains.at(5), [])[0]
        for number, note in (("G2402", SNOW), ("G2404", {}))
    ]
    text = say(group(some), words).shown["en"]
    assert "depart at 13:45, The cause is snow. Train G2404" in text
    assert text.count("snow") == 1


def test_a_train_that_was_to_end_here_and_goes_on_is_told_so(hohhot, muehlau, words, trains):
    call, own = trains.through(), hohhot.announcements
    ends = replace(call, role=Role.TERMINUS, departure=replace(call.departure, cancelled=True))
    (first,) = of_kind(Kind.ENDS_HERE, occasions(ends, own, hohhot, trains.at(5), told={}))
    told = {each.key: each for each in first.told(trains.at(5))}
    assert of_kind(Kind.ENDS_HERE, occasions(call, own, hohhot, trains.at(5), told={})) == []

    def corrected(run, minute=10, **more):
        found = occasions(run, own, hohhot, trains.at(minute), told=told, **more)
        return [o for o in of_kind(Kind.ENDS_HERE, found) if o.key.endswith("/2")]

    (runs,) = corrected(call)
    assert (runs.due <= trains.at(10), set(runs.zones)) == (True, set(first.zones))
    shown = say(runs, words).shown
    assert "不在本站终止运行，继续开往北京，预计开车时间13:20" in shown["zh"]
    assert "goes on to Beijing after all, and is expected to depart at 13:20." in shown["en"]
    german = say(replace(runs, languages=("de",)), vocabulary_of(muehlau)).shown["de"]
    assert "fährt nun doch weiter nach Beijing, Abfahrt" in german
    assert "13:20" not in say(corrected(replace(call, held=True))[0], words).shown["en"]
    assert corrected(call, lapsed=True) == []
    assert corrected(replace(call, cancelled=True)) == []
    gone = replace(call, departure=replace(call.departure, actual=trains.at(81)))
    assert corrected(gone, 82) == []
    told |= {each.key: each for each in runs.told(trains.at(10))}
    (again,) = [
        o
        for o in of_kind(Kind.ENDS_HERE, occasions(ends, own, hohhot, trains.at(15), told=told))
        if o.key.endswith("/3")
    ]
    assert "ends here and does not go on" in say(again, words).shown["en"]


def test_a_train_that_was_to_start_here_and_comes_is_told_so(hohhot, words, trains):
    call, own = trains.through(), hohhot.announcements
    starts = replace(call, role=Role.ORIGIN, arrival=replace(call.arrival, cancelled=True))
    (first,) = of_kind(Kind.STARTS_HERE, occasions(starts, own, hohhot, trains.at(5), told={}))
    told = {each.key: each for each in first.told(trains.at(5))}
    found = occasions(call, own, hohhot, trains.at(10), told=told)
    runs = next(o for o in of_kind(Kind.STARTS_HERE, found) if o.key.endswith("/2"))
    assert "It comes from Baotou after all." in say(runs, words).shown["en"]
    came = trains.through(actual=60)
    assert of_kind(Kind.STARTS_HERE, occasions(came, own, hohhot, trains.at(61), told=told)) == []


def told_calls(run, station, minutes, trains):
    """What was said by then, if everything due was spoken at once."""
    told = {}
    for minute in minutes:
        now = trains.at(minute)
        for o in occasions(run, station.announcements, station, now, told=told):
            if o.due <= now < o.latest and o.key not in told:
                told |= {each.key: each for each in o.told(now)}
    return told


def test_check_in_that_opens_again_is_told_and_its_calls_once_more(hohhot, trains):
    run = trains.leaving()
    told = told_calls(run, hohhot, (45, 49, 53, 55), trains)
    times = replace(run.timeline, last_call_at=trains.at(58), check_in_closes_at=trains.at(60))
    again = replace(run, manual=("check-in",), timeline=times)
    now = trains.at(57)
    found = occasions(again, hohhot.announcements, hohhot, now, told=told)
    opened = [o for o in found if o.kind is Kind.CHECK_IN_REOPENED]
    assert [(o.key[-1], o.due) for o in opened] == [("1", now)]
    told |= {each.key: each for each in opened[0].told(now)}
    after = occasions(again, hohhot.announcements, hohhot, trains.at(58), told=told)
    calls = {o.key.removeprefix(run.run_id) for o in after if o.key not in told}
    assert "/last-call/1.1" in calls
    assert not any(o.kind is Kind.CHECK_IN_REOPENED and o.key not in told for o in after)


def test_check_in_that_opens_later_than_it_was_told_is_told_again(hohhot, trains):
    told = told_calls(trains.leaving(), hohhot, (45,), trains)
    late = trains.leaving(late=40)
    found = occasions(late, hohhot.announcements, hohhot, trains.at(86), told=told)
    assert Kind.CHECK_IN_REOPENED in {o.kind for o in found}


def test_a_train_without_a_number_cannot_be_announced(told_of, trains):
    assert told_of(trains.leaving(departure_number=None), trains.at(45)) == set()


def test_a_kind_that_the_station_does_not_want(hohhot, trains):
    rules = tuple(altered(r, never=r.kind == Kind.WELCOME) for r in hohhot.announcements.rules)
    own = altered(hohhot.announcements, rules=rules)
    assert Kind.WELCOME not in {
        o.kind for o in occasions(trains.leaving(), own, hohhot, trains.at(0), told={})
    }


def test_courtesy_by_the_clock_of_the_station(hohhot, muehlau, trains):
    found = station_occasions(hohhot.announcements, hohhot, trains.noon, timedelta(hours=1))
    assert [(o.kind, o.due) for o in found] == [
        (Kind.SAFETY, trains.at(0)),
        (Kind.SAFETY, trains.at(30)),
        (Kind.LOST_AND_FOUND, trains.at(15)),
    ]
    night = trains.noon + timedelta(hours=14)
    assert station_occasions(hohhot.announcements, hohhot, night, timedelta(hours=1)) == ()
    assert station_occasions(muehlau.announcements, muehlau, trains.noon, timedelta(1)) == ()


@pytest.mark.parametrize("day", [datetime(2025, 3, 30), datetime(2025, 10, 26)])  # noqa: DTZ001
def test_courtesy_on_a_day_when_the_clocks_change(hohhot, muehlau, day):
    own = altered(hohhot.announcements, zones=())
    start = day.replace(tzinfo=muehlau.zone_info).astimezone(UTC)
    found = station_occasions(own, muehlau, start, timedelta(days=1))
    local = [o.due.astimezone(muehlau.zone_info).time() for o in found if o.kind is Kind.SAFETY]
    assert (local[0], local[-1], len(local)) == (time(6), time(22), 33)
    assert len({o.key for o in found}) == len(found)


def test_several_delays_are_told_as_one(hohhot, words, trains):
    now = trains.at(130)
    runs = [trains.leaving("G2402", 300, late=20), trains.leaving("D6778", 310, late=70)]
    some = [delays(run, hohhot, now, [])[0] for run in runs]
    both = group(some)
    assert (both.members, both.run_id, both.zones) == (tuple(some), None, some[0].zones)
    assert both.told(now) == tuple(Told(o.key, o.mark, now) for o in some)
    assert group(some).key == both.key != group(some[:1]).key
    shown = say(both, words).shown
    assert shown["zh"] == (
        "旅客朋友们请注意，以下列车晚点。G2402次，由呼和浩特东开往清河，晚点约20分钟，"
        "预计开车时间17:20。D6778次，由呼和浩特东开往清河，晚点约1小时10分钟，"
        "预计开车时间18:20。给您带来不便，我们深表歉意。"
    )


def test_a_whole_real_day_can_be_said_in_every_language(hohhot, muehlau):
    for station in (hohhot, muehlau):
        words, counts = vocabulary_of(station), Counter()
        day = station.timetable.service_date
        start = datetime.combine(day, time(0), station.zone_info).astimezone(UTC)
        for run in planned_runs(station, day, start):
            for occasion in occasions(
                run, station.announcements, station, start - timedelta(hours=12), told={}
            ):
                saying = say(occasion, words)
                assert tuple(saying.shown) == station.languages
                assert all(part.segments for part in saying.parts)
                counts[occasion.kind] += 1
        assert counts[Kind.APPROACH] > 20


NATIONAL = Path(__file__).parents[4] / "shared/data/china-2016-highspeed/stop_times.csv.gz"
LARGE = ("上海虹桥", "广州南", "南京南", "武汉", "沈阳北", "重庆北", "合肥南", "长沙南")


@pytest.mark.skipif(not NATIONAL.exists(), reason="needs ../shared/data/china-2016-highspeed")
@pytest.mark.parametrize("name", LARGE)
def test_a_real_day_of_a_large_station_can_be_said(name, hohhot):
    """Another place's trains at this station's tracks: numbers, names and times are real."""
    source = source_of(NATIONAL, lambda _name, _lines: None)
    rows = plan_of(read_national(source, [name], Report()), Report())
    tracks = [t.id for t in hohhot.layouts[-1].tracks if t.platform]
    placed = tuple(altered(row, track=tracks[n % len(tracks)]) for n, row in enumerate(rows))
    day = datetime(2016, 3, 1, tzinfo=UTC).date()
    station = altered(hohhot, timetable=Timetable(day, placed))
    start = datetime.combine(day, time(0), station.zone_info).astimezone(UTC)
    runs, words, count = planned_runs(station, day, start), vocabulary_of(station), 0
    for run in runs:
        call = run.departure or run.arrival
        for occasion in occasions(
            run, station.announcements, station, start - timedelta(hours=12), told={}
        ):
            zh, en = say(occasion, words).parts
            train = run.departure_number or run.arrival_number
            assert f"{train}次" in zh.shown
            assert f"rain {train} " in en.shown
            assert not set("0123456789") & set(zh.segments[0].text)
            if occasion.kind is Kind.CHECK_IN_OPEN:
                assert call.planned.astimezone(station.zone_info).strftime("%H:%M") in zh.shown
            for segment in zh.segments:
                assert len(segment.reading.split()) == len(HAN.findall(segment.text))
            count += 1
    assert count > 2 * len(runs) > 200


@cache
def reference():
    """The station and its words; as arguments of a test they would be printed."""
    station = load_station(Path(__file__).parents[3] / "station_config/stations/hohhot_east")
    return station, vocabulary_of(station)


def after_noon(minutes):
    return datetime(2021, 1, 20, 4, tzinfo=UTC) + timedelta(minutes=minutes)


numbers = st.one_of(st.none(), st.sampled_from(["K274", "K274/K275", "1461", "ICE 652", "中1"]))
names = st.sampled_from(
    [
        Named("A", {"zh": "六安", "en": "Lu'an"}),
        Named("B", {"zh": "新站"}),
        Named("C", {"en": "Only English"}),
        Named("D", {}),
    ]
)
minutes = st.one_of(st.none(), st.integers(-300, 300))
instants = minutes.map(
    lambda m: (
        None
        if m is None
        else datetime(2021, 1, 20, 4, m % 60, tzinfo=UTC) + timedelta(hours=m // 60)
    )
)
calls = st.one_of(
    st.none(),
    st.builds(
        CallTime,
        planned=instants.filter(bool),
        estimated=instants,
        actual=instants,
        cancelled=st.booleans(),
    ),
)
labels = st.one_of(st.none(), st.sampled_from(["1", "2", "5", "9", "99", "1a"]))
gates = st.lists(st.sampled_from(["A1", "A2", "B5", "?"]), max_size=2).map(tuple)
texts = st.dictionaries(st.sampled_from(["zh", "en"]), st.text(max_size=12), max_size=2)
any_run = st.builds(
    Run,
    run_id=st.just("2021-01-20.k274"),
    service_date=st.just(datetime(2021, 1, 20, tzinfo=UTC).date()),
    arrival_number=numbers,
    departure_number=numbers,
    category=st.sampled_from(["K", "G", "OTHER", "?"]),
    role=st.sampled_from(Role),
    origin=names,
    destination=names,
    arrival=calls,
    departure=calls,
    punctuality=st.sampled_from(Punctuality),
    cancelled=st.booleans(),
    replaced_by=st.one_of(st.none(), st.builds(Replacement, number=numbers, texts=texts)),
    held=st.booleans(),
    platform=labels,
    platform_changed_from=labels,
    gates=gates,
    gates_changed_from=gates,
    waiting_room=st.one_of(st.none(), st.just(Named("room-1", {"zh": "第一候车室", "en": "1"}))),
    manual=st.sampled_from([(), ("check-in",), ("delay",)]),
    note=texts,
    timeline=st.builds(Timeline, **dict.fromkeys(Timeline.__struct_fields__, instants)),
)


@settings(deadline=None)
@given(run=any_run, minute=st.integers(-300, 300), lapsed=st.booleans())
def test_of_any_run_only_what_it_has_is_said(run, minute, lapsed):
    (hohhot, words), now, told = reference(), after_noon(minute), {}
    for _ in range(3):
        found = occasions(run, hohhot.announcements, hohhot, now, told=told, lapsed=lapsed)
        assert len({o.key for o in found}) == len(found)
        for occasion in found:
            assert now < occasion.latest
            assert occasion.zones
            facts = decode_facts(occasion.facts)
            known = {c.expected for c in (run.arrival, run.departure) if c is not None}
            assert {facts.departure, facts.arrival} <= known | {None}
            if run.held or lapsed:
                assert (facts.departure, facts.arrival, facts.delay) == (None, None, None)
            said = say(occasion, words)
            assert tuple(said.shown) == ("zh", "en")
            assert "{" not in "".join(said.shown.values())
        due = [o for o in found if o.due <= now and o.key not in told]
        told |= {each.key: each for o in due for each in o.told(now)}
        now += timedelta(minutes=17)


@settings(deadline=None)
@given(
    run=any_run,
    before=any_run,
    minute=st.integers(-300, 300),
    gap=st.integers(0, 40),
)
def test_what_is_told_does_not_become_another_by_being_told(run, before, minute, gap):
    """Else the scheduler would cut it off, or leave a zone untold that waits for it."""
    hohhot, now, told = reference()[0], after_noon(minute), {}
    own = hohhot.announcements
    for o in occasions(before, own, hohhot, now, told={}):
        told |= {each.key: each for each in o.told(now)} if o.due <= now else {}
    now += timedelta(minutes=gap)
    due = [o for o in occasions(run, own, hohhot, now, told=told) if o.due <= now]
    for occasion in due:
        after = told | {each.key: each for each in occasion.told(now)}
        again = {o.key: o for o in occasions(run, own, hohhot, now, told=after)}
        assert again[occasion.key].content == occasion.content


@settings(deadline=None)
@given(run=any_run, minute=st.integers(-300, 300))
def test_the_same_question_has_the_same_answer(run, minute):
    hohhot, now = reference()[0], after_noon(minute)
    first = occasions(run, hohhot.announcements, hohhot, now, told={})
    assert occasions(run, hohhot.announcements, hohhot, now, told={}) == first


def test_courtesy_that_no_zone_hears(hohhot, trains):
    zones = tuple(altered(zone, area=Area.PLATFORM) for zone in hohhot.announcements.zones)
    own = altered(hohhot.announcements, zones=zones)
    found = station_occasions(own, hohhot, trains.noon, timedelta(hours=1))
    assert {o.kind for o in found} == {Kind.SAFETY}
    rules = tuple(altered(r, every=None) for r in own.rules)
    assert station_occasions(altered(own, rules=rules), hohhot, trains.noon, timedelta(1)) == ()
