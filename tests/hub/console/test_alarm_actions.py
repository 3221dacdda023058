"""Alarms over the API: what is wrong appears by itself, persons' deeds hold and are recorded."""

import time

import pytest

pytestmark = pytest.mark.end_to_end

PATIENCE_S = 30


@pytest.fixture
def alarm(console):
    """An alarm: this hub has no broker that answers."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for each in console("viewer").get("/alarms")["alarms"]:
            if each["condition"]["key"] == "hub/broker":
                return each
        time.sleep(0.1)
    raise AssertionError(console("viewer").get("/alarms"))


def of(answer, key):
    return next(each for each in answer["alarms"] if each["condition"]["key"] == key)


def test_it_is_acknowledged_put_aside_and_taken_back(console, alarm):
    key = alarm["condition"]["key"]
    dispatcher = console("dispatcher")
    status, answer = dispatcher.ask(
        "POST", "/alarms/shelve", {"key": key, "minutes": 5, "why": "x"}
    )
    assert status == 400, "what must be dealt with now is acknowledged first"
    assert "acknowledge" in answer["error"]
    known = of(dispatcher.post("/alarms/acknowledge", keys=[key]), key)
    assert known["state"] == "acknowledged"
    assert known["acknowledged_by"] == dispatcher.name
    aside = of(dispatcher.post("/alarms/shelve", key=key, minutes=5, why="broker is moved"), key)
    assert aside["shelf"]["why"] == "broker is moved"
    back = of(console("maintainer").post("/alarms/unshelve", key=key), key)
    assert "shelf" not in back
    records = console("supervisor").get("/audit?limit=40")
    ours = [(r["action"], r["outcome"]) for r in records if r["action"].startswith("alarm.")]
    assert ours[:4] == [
        ("alarm.unshelve", "done"),
        ("alarm.shelve", "done"),
        ("alarm.acknowledge", "done"),
        ("alarm.shelve", "refused"),
    ]


def test_one_that_is_not_there_is_refused(console):
    status, answer = console("dispatcher").ask("POST", "/alarms/acknowledge", {"keys": ["nothing"]})
    assert (status, answer["where"]) == (400, "nothing")
