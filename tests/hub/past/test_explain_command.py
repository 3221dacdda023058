"""Why a run is in its state: the answer names rows, rules, rejects and instants."""

import json

import pytest

from protocol.errors import OperatorError

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
