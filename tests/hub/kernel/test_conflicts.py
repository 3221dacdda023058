"""What speaks against a command, case by case; commands are judged as the hub judges them."""

from dataclasses import replace

import msgspec
import pytest
from msgspec.structs import replace as changed

from hub.kernel.conclude import conclude
from hub.kernel.manual import standing_still, with_added
from hub.kernel.obey import obey_add, obey_clear, obey_mode, obey_set
from hub.kernel.objections import (
    SENTENCES,
    Answer,
    Code,
    decode_answer,
    encode_answer,
    objection,
)
from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartureAt,
    Field,
    InWaitingRoom,
    OnTrack,
    SetOverride,
    SetStationMode,
    StationMode,
    decode_command,
    encode_command,
)
from hub.kernel.rulebook import DEFAULT_ORDER
from protocol.runs import Role

RUN = "2021-01-20.k1"
WHO = {"command_id": "1", "who": "Li", "why": "x"}
OPEN, CLOSED = CheckIn(is_open=True), CheckIn(is_open=False)


@pytest.fixture
def stored(build):
    def made(facts=None, now="08:00", station=None):
        facts = facts or build.facts(plan=build.plan(), heard=True)
        return conclude(None, facts, station or build.station(), build.at(now)).stored

    return made


@pytest.fixture
def obey(build, stored):
    """The outcome of a word said at `now`."""

    def said(word, facts=None, now="08:30", station=None, others=(), before=None, **changes):
        station = station or build.station()
        command = SetOverride(**(WHO | {"run_id": RUN, "word": word} | changes))
        before = before or stored(facts, now, station)
        return obey_set(command, before, iter(others), station, build.at(now))

    return said


def refused(obeyed):
    assert (obeyed.facts is None) is bool(obeyed.refused)
    return [each.code for each in obeyed.refused]


def warned(obeyed):
    assert obeyed.refused == ()
    return [each.code for each in obeyed.warned]


# --- refused


def test_every_objection_has_a_sentence_in_both_languages():
    assert SENTENCES.keys() == set(Code)
    for code in Code:
        said = objection(code, "K1")
        assert said.zh.endswith("：K1")
        assert said.en.endswith(": K1")
        assert objection(code).en == SENTENCES[code][1]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (OnTrack("t9"), Code.UNKNOWN_TRACK),
        (AtPlatform("p9"), Code.UNKNOWN_PLATFORM),
        (InWaitingRoom("w9"), Code.UNKNOWN_ROOM),
        (ByGates(("g9",)), Code.UNKNOWN_GATE),
        (ByGates(()), Code.UNKNOWN_GATE),
        (ByGates(("g1", "g3")), Code.GATE_NOT_SERVING),
        (Delayed(1441), Code.TOO_FAR),
        (DelayUnknown({"zh": "等" * 25}), Code.TOO_LONG),
        (Delayed(45, {"zh": "雪" * 25}), Code.TOO_LONG),
    ],
)
def test_what_cannot_be_is_refused(obey, word, code):
    assert refused(obey(word)) == [code]


@pytest.mark.parametrize(
    "word",
    [
        OnTrack("t3"),
        AtPlatform("p2"),
        InWaitingRoom("w2"),
        ByGates(("g1",)),
        Delayed(-1440),
        Delayed(45, {"zh": "雪" * 24}),
        DelayUnknown({"zh": "等" * 24}),
        Cancelled(),
        OPEN,
        CLOSED,
    ],
)
def test_what_can_be_is_done(obey, word):
    assert refused(obey(word)) == []


def test_who_and_why_and_an_id_are_needed(obey):
    assert refused(obey(Delayed(5), who=" ")) == [Code.NO_REASON]
    assert refused(obey(Delayed(5), why="")) == [Code.NO_REASON]
    assert refused(obey(Delayed(5), command_id="")) == [Code.NO_REASON]


def test_a_station_without_the_rule_takes_no_word(build, obey):
    policies = replace(build.station().policies, rules=DEFAULT_ORDER[:-1])
    assert refused(obey(Delayed(5), station=build.station(policies=policies))) == [Code.NO_RULE]


def test_what_would_have_expired_already_is_refused(build, obey):
    assert refused(obey(Delayed(5), until=build.at("08:30"))) == [Code.EXPIRED]
    assert refused(obey(Delayed(5), until=build.at("08:30:01"))) == []
    part = build.at("08:30").replace(microsecond=900_000)
    assert refused(obey(Delayed(5), until=part)) == [Code.EXPIRED], "whole seconds count"


def test_a_run_that_there_is_not(build, stored):
    command = SetOverride(**WHO, run_id=RUN, word=Delayed(5))
    station, now = build.station(), build.at("08:30")
    assert refused(obey_set(command, None, (), station, now)) == [Code.NO_RUN]
    gone = stored(build.facts(withdrawn=True))
    assert refused(obey_set(command, gone, (), station, now)) == [Code.NO_RUN]


def test_after_the_departure_was_reported_nothing_is_said(build, obey):
    log = build.log(actual_arrival=build.at("10:00"), actual_departure=build.at("10:20"))
    facts = build.facts(plan=build.plan(), log=log)
    for word in (Delayed(5), OnTrack("t3"), Cancelled(), DelayUnknown()):
        assert refused(obey(word, facts, now="10:21")) == [Code.LEFT]
    assert refused(obey(OPEN, facts, now="10:21")) == [Code.AFTER_DEPARTURE]
    assert refused(obey(CLOSED, facts, now="10:21")) == [Code.LEFT]


def test_check_in_is_not_opened_again_after_the_expected_departure(build, obey):
    assert refused(obey(OPEN, now="10:19")) == []
    assert refused(obey(OPEN, now="10:20")) == [Code.AFTER_DEPARTURE]
    late = build.facts(plan=build.plan(estimated_departure=build.at("10:40")))
    assert refused(obey(OPEN, late, now="10:20")) == []
    held = build.facts(plan=build.plan(delay_known=False), held_since=build.at("09:00"))
    assert refused(obey(OPEN, held, now="10:30")) == [], "nobody knows when it leaves"


@pytest.mark.parametrize(
    "changes",
    [
        {"role": Role.TERMINUS},
        {"role": Role.PASS},
        {"cancelled": True},
        {"departure_track": "t4"},
    ],
)
def test_where_there_is_no_check_in_none_is_opened(build, obey, changes):
    facts = build.facts(plan=build.plan(**changes), cancelled_since=build.at("08:00"))
    assert refused(obey(OPEN, facts)) == [Code.NO_CHECK_IN]


def test_check_in_of_a_train_without_a_platform_is_at_any_gate(build, obey):
    nowhere = build.facts(timetable=build.planned(track=None))
    assert refused(obey(OPEN, nowhere)) == []
    assert refused(obey(ByGates(("g3",)), nowhere)) == []


def test_times_of_events_that_there_are_not_or_that_have_happened(build, obey):
    origin = build.facts(plan=build.plan(role=Role.ORIGIN))
    assert refused(obey(ArrivalAt(build.at("10:10")), origin)) == [Code.NO_CALL]
    end = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert refused(obey(DepartureAt(build.at("10:10")), end)) == [Code.NO_CALL]
    came = build.facts(plan=build.plan(), log=build.log(actual_arrival=build.at("10:01")))
    assert refused(obey(ArrivalAt(build.at("10:10")), came, now="10:05")) == [Code.HAPPENED]


def test_times_out_of_order(build, obey):
    assert refused(obey(DepartureAt(build.at("09:59")))) == [Code.DISORDER]
    assert refused(obey(DepartureAt(build.at("10:00")))) == []
    first = obey(DepartureAt(build.at("10:30"))).facts
    assert refused(obey(ArrivalAt(build.at("10:31")), first)) == [Code.DISORDER]
    assert refused(obey(ArrivalAt(build.at("10:31")))) == [], "the departure follows"
    held = build.facts(plan=build.plan(delay_known=False), held_since=build.at("08:00"))
    assert refused(obey(DepartureAt(build.at("09:59")), held)) == []
    origin = build.facts(plan=build.plan(role=Role.ORIGIN))
    assert refused(obey(DepartureAt(build.at("09:00")), origin)) == []


def test_times_of_another_day(build, obey):
    far = build.at("10:21", build.day.replace(day=21))
    assert refused(obey(DepartureAt(far))) == [Code.TOO_FAR]


def test_all_that_speaks_against_a_word_is_said_at_once(build, obey):
    found = refused(obey(OnTrack("t9"), why="", until=build.at("08:00")))
    assert found == [Code.NO_REASON, Code.EXPIRED, Code.UNKNOWN_TRACK]


# --- warned


def other(build, stored, **changes):
    """Another train on track 1 at 10:10-10:15."""
    fields = {
        "arrival_number": "K8",
        "departure_number": "K8",
        "planned_arrival": build.at("10:10"),
        "planned_departure": build.at("10:15"),
    }
    facts = changed(
        build.facts(timetable=None, plan=build.plan("8", **(fields | changes))),
        run_id="2021-01-20.k8",
    )
    return stored(facts).run


def test_two_trains_on_one_track_at_overlapping_times(build, obey, stored):
    clash = other(build, stored)
    assert warned(obey(Delayed(-5), others=(clash,))) == [Code.EARLY, Code.TRACK_OCCUPIED]
    assert warned(obey(Delayed(15), others=(clash,))) == [Code.TRACK_OCCUPIED]
    assert warned(obey(Delayed(16), others=(clash,))) == []
    assert warned(obey(OnTrack("t3"), others=(clash,))) == []
    assert warned(obey(Delayed(5), others=(stored().run,))) == [], "not with itself"


@pytest.mark.parametrize(
    "changes",
    [
        {"cancelled": True},
        {"arrival_track": "t3", "departure_track": "t3"},
    ],
)
def test_a_train_that_is_not_there_occupies_nothing(build, obey, stored, changes):
    assert warned(obey(Delayed(5), others=(other(build, stored, **changes),))) == []


def test_a_train_without_a_track_or_a_time_occupies_nothing(build, obey, stored):
    clash = other(build, stored)
    nowhere = build.facts(timetable=build.planned(track=None))
    assert warned(obey(Delayed(5), nowhere, others=(clash,))) == []
    assert warned(obey(DelayUnknown(), others=(clash,))) == []
    never = changed(clash, arrival=None, departure=None)
    assert warned(obey(Delayed(5), others=(never,))) == []


def test_a_platform_shorter_than_the_train_if_the_length_is_known(build, obey):
    long = build.facts(timetable=build.planned(length_m=501))
    assert warned(obey(AtPlatform("p2"), long)) == [Code.TOO_SHORT]
    fits = build.facts(timetable=build.planned(length_m=500))
    assert warned(obey(AtPlatform("p2"), fits)) == []
    assert warned(obey(OnTrack("t2"), long)) == [], "there is no platform"
    assert warned(obey(AtPlatform("p2"), build.facts(timetable=None, plan=build.plan()))) == []


def test_a_word_older_than_the_feeds_newer_one(build, obey):
    first = obey(Delayed(20), now="08:30").facts
    assert warned(obey(OnTrack("t3"), first)) == []
    newer = changed(first, plan=build.plan(estimated_departure=build.at("10:45")))
    assert warned(obey(OnTrack("t3"), newer, command_id="2")) == [Code.NEWER]
    assert warned(obey(Delayed(25), newer, command_id="2")) == [], "said anew, it knows"
    old = msgspec.structs.replace(first.overrides[0], against="")
    assert warned(obey(OnTrack("t3"), changed(newer, overrides=(old,)), command_id="2")) == []


def test_a_person_who_looked_at_an_older_run_is_told(obey, stored):
    before = replace(stored(), rev=3)
    assert warned(obey(Delayed(5), before=before, seen_rev=2)) == [Code.SEEN_OLDER]
    assert warned(obey(Delayed(5), before=before, seen_rev=3)) == []


def test_times_that_a_person_may_not_mean(build, obey):
    assert warned(obey(Delayed(-5))) == [Code.EARLY]
    assert warned(obey(DepartureAt(build.at("10:19")))) == [Code.EARLY]
    assert warned(obey(DepartureAt(build.at("10:00")))) == [Code.EARLY, Code.DWELL]
    assert warned(obey(ArrivalAt(build.at("10:01")), now="10:05")) == [Code.PAST]
    assert warned(obey(Delayed(5), now="10:26")) == [Code.PAST]
    origin = build.facts(plan=build.plan(role=Role.TERMINUS))
    assert warned(obey(Delayed(5), origin, now="10:06")) == [Code.PAST]
    came = build.facts(plan=build.plan(), log=build.log(actual_arrival=build.at("10:01")))
    assert warned(obey(Delayed(25), came, now="10:05")) == []


def test_what_is_so_already(obey):
    assert warned(obey(OPEN, now="10:00")) == [Code.ALREADY]
    assert warned(obey(CLOSED, now="10:00")) == []
    assert warned(obey(CLOSED, now="10:16")) == [Code.ALREADY]
    assert warned(obey(OPEN, now="10:16")) == []
    assert warned(obey(Cancelled(cancelled=False))) == [Code.ALREADY]


def test_gates_by_hand_that_do_not_lead_to_a_platform_by_hand(obey):
    gates = obey(ByGates(("g2",))).facts
    assert warned(obey(AtPlatform("p2"), gates)) == [Code.GATES_FOLLOW]
    assert warned(obey(AtPlatform("p1"), gates)) == []
    assert warned(obey(OnTrack("t2"), gates)) == [Code.GATES_FOLLOW]


# --- taking back, the station, added trains


def test_there_must_be_something_to_take_back(build, obey, stored):
    facts = obey(Delayed(5)).facts

    def cleared(facts, **changes):
        command = ClearOverride(**(WHO | {"run_id": RUN} | changes))
        return obey_clear(command, stored(facts), build.station(), build.at("08:40"))

    assert refused(cleared(facts)) == []
    assert refused(cleared(facts, field=Field.DELAY)) == []
    assert refused(cleared(facts, field=Field.TRACK)) == [Code.NOTHING]
    assert refused(cleared(facts, field=Field.ADDED)) == [Code.NOTHING]
    assert refused(cleared(facts, why="")) == [Code.NO_REASON]
    added = with_added(build.facts(timetable=None), build.planned())
    assert refused(cleared(added, field=Field.ADDED)) == []
    assert refused(cleared(added)) == [Code.NOTHING]
    station, now = build.station(), build.at("08:40")
    nobody = obey_clear(ClearOverride(**WHO, run_id=RUN), None, station, now)
    assert refused(nobody) == [Code.NO_RUN]


def test_the_mode_of_the_station(build):
    station, now = build.station(), build.at("08:00")
    on, off = SetStationMode(**WHO, manual=True), SetStationMode(**WHO, manual=False)
    obeyed, mode = obey_mode(on, None, station, now)
    assert obeyed.refused == obeyed.warned == ()
    assert mode == StationMode(id="1", who="Li", why="x", since=now)
    later, longer = obey_mode(
        msgspec.structs.replace(on, command_id="2", until=build.at("09:00")),
        mode,
        station,
        build.at("08:10"),
    )
    assert [each.code for each in later.warned] == [Code.ALREADY]
    assert (longer.since, longer.until) == (now, build.at("09:00"))
    assert obey_mode(off, mode, station, now)[1] is None
    late = msgspec.structs.replace(on, until=now)
    assert [e.code for e in obey_mode(late, None, station, now)[0].refused] == [Code.EXPIRED]
    nothing, still = obey_mode(off, None, station, now)
    assert ([each.code for each in nothing.refused], still) == ([Code.NOTHING], None)


@pytest.fixture
def add(build):
    def added(before=None, others=(), now="08:00", other=None, **changes):
        fields = {
            "arrival_number": "L7",
            "departure_number": "L7",
            "role": Role.INTERMEDIATE,
            "origin": "East",
            "destination": "West",
            "arrival": build.at("09:30"),
            "departure": build.at("09:40"),
            "track": "t3",
        }
        command = AddRun(**(WHO | fields | changes))
        return obey_add(command, before, iter(others), build.station(), build.at(now), other)

    return added


def test_a_train_that_nobody_told_of(add):
    obeyed = add(length_m=501)
    assert refused(obeyed) == []
    assert warned(obeyed) == [Code.TOO_SHORT]
    assert (obeyed.facts.run_id, obeyed.run.category) == ("2021-01-20.l7", "OTHER")
    assert refused(add(role=Role.ORIGIN, arrival=None, arrival_number=None)) == []
    assert refused(add(role=Role.TERMINUS, departure=None, departure_number=None)) == []
    assert refused(add(track=None)) == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"arrival_number": None, "departure_number": None}, [Code.NO_NUMBER]),
        ({"arrival": None}, [Code.MISSING_TIME]),
        ({"departure": None}, [Code.MISSING_TIME]),
        ({"arrival": None, "departure": None}, [Code.MISSING_TIME]),
        ({"track": "t9"}, [Code.UNKNOWN_TRACK]),
        ({"now": "09:40"}, [Code.LEFT]),
        ({"why": ""}, [Code.NO_REASON]),
    ],
)
def test_a_train_that_cannot_be_added(add, changes, codes):
    assert refused(add(**changes)) == codes


def test_an_added_trains_times(build, add):
    assert refused(add(departure=build.at("09:29"))) == [Code.DISORDER]
    far = build.day.replace(day=23)
    times = {"arrival": build.at("09:30", far), "departure": build.at("09:40", far)}
    assert refused(add(**times)) == [Code.TOO_FAR]


def test_a_train_that_there_is_is_not_added_again(build, add, stored):
    there = stored(changed(add().facts, heard=True))
    assert refused(add(there)) == [Code.EXISTS]
    gone = stored(changed(add().facts, withdrawn=True))
    assert refused(add(gone)) == []
    stranger = standing_still(build.facts(timetable=None, plan=build.plan(), heard=True), None)
    assert refused(add(stored(stranger))) == [], "the feed's alone, in a manual station"


def test_an_added_train_may_leave_with_anothers_stock(build, add, stored):
    comes = build.facts(
        timetable=build.planned(
            arrival_number="G3", departure_number=None, role=Role.TERMINUS, departure=None
        ),
        plan=build.plan("g3", role=Role.TERMINUS, estimated_arrival=build.at("10:20")),
        heard=True,
    )
    feeder = stored(changed(comes, run_id="2021-01-20.g3"))
    starts = {"role": Role.ORIGIN, "arrival": None, "arrival_number": None}
    obeyed = add(other=feeder, stock_of="2021-01-20.g3", **starts)
    assert (refused(obeyed), obeyed.run.feeder) == ([], "2021-01-20.g3")
    assert obeyed.run.departure.expected >= build.at("10:20")
    assert set(obeyed.run.manual) == {"added", "stock"}
    assert refused(add(stock_of="2021-01-20.g3", **starts)) == [Code.NO_OTHER]
    assert refused(add(other=feeder, stock_of="2021-01-20.g3")) == [Code.STARTS_ELSEWHERE]
    assert refused(add(other=stored(build.facts()), stock_of=RUN, **starts)) == [
        Code.ENDS_ELSEWHERE
    ]


# --- on the wire


def test_commands_and_answers_come_back_as_they_were(build, obey, add):
    commands = (
        SetOverride(**WHO, run_id=RUN, word=ArrivalAt(build.at("10:01")), until=build.at("11:00")),
        ClearOverride(**WHO, run_id=RUN, field=Field.ADDED),
        SetStationMode(**WHO, manual=False),
        AddRun(**WHO, role=Role.ORIGIN, origin="a", destination="b", departure=build.at("10:00")),
        AddRun(**WHO, role=Role.ORIGIN, origin="a", destination="b", stock_of=RUN),
    )
    for command in commands:
        assert decode_command(encode_command(command)) == command
    for obeyed in (obey(Delayed(-5)), obey(OnTrack("t9")), add()):
        answer = Answer(
            command_id="1",
            accepted=not obeyed.refused,
            refused=obeyed.refused,
            warned=obeyed.warned,
            run=obeyed.run,
        )
        assert decode_answer(encode_answer(answer)) == answer
