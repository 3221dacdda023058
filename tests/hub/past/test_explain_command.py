"""Why a run is in its state: the answer names rows, rules, rejects and instants."""

import json
from dataclasses import replace
from datetime import time

import pytest

from hub.kernel.override import EndsHere, ReplacedBy, SetOverride
from hub.operations import Operations
from hub.past.explain_command import lines
from hub.past.text import Speech
from hub.past.why import why
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.runs import Role
from protocol.times import MINUTE
from station_config.model import Timetable, TimetableRow
from station_config.policies import TurnRound

RUN = "2021-01-20.k1"


@pytest.mark.parametrize("number", [RUN, "K1"])
def test_then(say, number):
    code, told = say("explain", number, "--at", "2021-01-20T10:03", "--json")
    assert code == 0
    why = json.loads(told)
    assert (why["run"]["run_id"], why["passengers"], why["rev"]) == (RUN, "CHECK_IN", 1)
    assert why["as_published"] is True
    assert [(each["source"], each["at"]) for each in why["said"]] == [
        ("timetable", None),
        ("plan", "2021-01-20T01:30:00Z"),
    ]
    assert [each["reason"] for each in why["disbelieved"]] == ["unknown-track"]
    rules = {each["rule"] for each in why["concluded"]}
    assert {"facts", "times", "place", "check_in", "windows", "finish"} <= rules
    reached = {each["name"]: each["reached"] for each in why["timeline"]}
    assert reached["check_in_opens_at"]
    assert not reached["departs_at"]


def test_before_dispatching_said_anything(say):
    why = json.loads(say("explain", RUN, "--at", "2021-01-20T09:29", "--json")[1])
    assert (why["rev"], why["disbelieved"]) == (None, [])
    assert [each["source"] for each in why["said"]] == ["timetable"]


def test_now(say):
    why = json.loads(say("explain", "2021-01-21.g2", "--json")[1])
    assert (why["passengers"], why["rev"]) == ("WAITING", None)
    with pytest.raises(OperatorError, match="no run"):
        say("explain", RUN)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("正在检票", "各方所报", "未知股道: t99", "规则 检票", "停止检票 (未到)", "正点")),
        ("en", ("check-in", "What was said", "no such track: t99", "rule check-in", "(ahead)")),
    ],
)
def test_people_read_it_in_their_language(say, language, words):
    _, told = say("explain", "K1", "--at", "2021-01-20T10:03", "--language", language)
    for word in words:
        assert word in told
    assert "2021-01-20 10:07" in told


def test_an_instant_before_the_journal(say):
    with pytest.raises(OperatorError, match="does not reach back"):
        say("explain", RUN, "--at", "2021-01-19T10:00")


@pytest.fixture
def fed(database_url, station, build):
    """G3 comes 45 minutes late and leaves as G4; K1 ends here by hand, a bus replaces it."""
    rows = (
        TimetableRow(
            "G3", None, "G", Role.TERMINUS, "South", "Here", time(12), None, "t3", stock="s"
        ),
        TimetableRow(
            None, "G4", "G", Role.ORIGIN, "Here", "South", None, time(12, 30), "t3", stock="s"
        ),
        station.timetable.rows[0],
    )
    policies = replace(station.policies, turn_rounds=(TurnRound(10 * MINUTE),))
    sharing = replace(station, timetable=Timetable(build.day, rows), policies=policies)
    operations = Operations(database_url, sharing)
    operations.open(build.at("08:00"))
    late = build.plan(
        "g3",
        role=Role.TERMINUS,
        arrival_number="G3",
        departure_number=None,
        planned_arrival=build.at("12:00"),
        planned_departure=None,
        estimated_arrival=build.at("12:45"),
    )
    operations.step(build.at("09:00"), [build.upsert(late)])
    who = {"who": "Li", "why": "x", "run_id": RUN}
    operations.command(build.at("09:10"), SetOverride(command_id="1", word=EndsHere(), **who))
    bus = ReplacedBy(texts={"en": "square", "zh": "广场"})
    operations.command(build.at("09:11"), SetOverride(command_id="2", word=bus, **who))
    operations.close()
    return lambda run_id, language: explained(database_url, sharing, run_id, language, build)


def explained(url, station, run_id, language, build):
    with reading(url) as reader:
        found = why(reader, run_id, station, build.at("09:30"))
    return "\n".join(lines(found, Speech(language, station.zone_info)))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Whose stock it leaves with:",
                "run 2021-01-20.g3; planned 2021-01-20 12:00; expected 2021-01-20 12:45",
                "because of plan/g3",
                "rule turn-round: departure planned 2021-01-20 12:30, estimated 2021-01-20 12:55",
                "what its feeder says, minimum turn-round",
            ),
        ),
        ("zh", ("车底:", "规则 车底折返: 出发 图定 2021-01-20 12:30", "最短折返时间")),
    ],
)
def test_whose_stock_it_leaves_with_is_told(fed, language, words):
    told = fed("2021-01-20.g4", language)
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("departure planned 2021-01-20 10:20, cancelled", "replaced by text", "square")),
        ("zh", ("出发 图定 2021-01-20 10:20, 停运", "改乘", "广场")),
    ],
)
def test_a_train_that_ends_here_is_told(fed, language, words):
    told = fed(RUN, language)
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "estimates not told yet:",
                "arrival: estimated 2021-01-20 10:11, told 2021-01-20 10:10; until",
                "rule steady: arrival planned 2021-01-20 10:00, estimated 2021-01-20 10:10, ±120 s",
            ),
        ),
        ("zh", ("暂未告知的预计:", "规则 预计不跳动: 到达", "误差")),
    ],
)
def test_an_estimate_that_is_not_told_yet(new_database, station, build, language, words):
    url = new_database()
    operations = Operations(url, station)
    operations.open(build.at("09:00"))
    for minute, late in (("09:20", "10:10"), ("09:29", "10:11")):
        row = build.plan(estimated_arrival=build.at(late))
        operations.step(build.at(minute), [build.upsert(row)])
    operations.close()
    told = explained(url, station, RUN, language, build)
    for word in words:
        assert word in told
