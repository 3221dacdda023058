"""Emergencies over the API: two steps, taken back whole, recorded; drills reach nobody."""

import pytest

pytestmark = pytest.mark.end_to_end


def arm(caller, *, why="smoke in the hall", **wanted):
    return caller.ask("POST", "/scenarios/arm", {"wanted": wanted, "why": why})


@pytest.fixture
def begun(console):
    """Begin a scenario; whatever is left of it is ended."""
    dispatcher = console("dispatcher")

    def begin(**wanted):
        status, armed = arm(dispatcher, **wanted)
        assert status == 200, armed
        status, done = dispatcher.ask(
            "POST", "/scenarios/begin", {"token": armed["token"], "count": armed["count"]}
        )
        assert status == 200, done
        return armed, done

    yield begin
    for each in dispatcher.get("/scenarios")["running"]:
        dispatcher.post("/scenarios/end", id=each["id"], why="end of the test")


def notices(console):
    listed = console("viewer").get("/notices")["notices"]
    return [each["notice"]["notice_id"] for each in listed]


def test_a_scenario_is_told_and_taken_back(console, begun):
    armed, done = begun(scenario="evacuation", zones=["room-1"], minutes=30)
    assert armed["count"] == done["done"] == 1
    assert done["refused"] == 0
    (running,) = console("viewer").get("/scenarios")["running"]
    assert running["notice_id"] in notices(console)
    ended = console("supervisor").post(
        "/scenarios/end", id=running["id"], why="false alarm", say="all-clear"
    )
    assert ended["refused"] == 0
    assert ended["running"] == []
    assert running["notice_id"] not in notices(console)
    assert f"{running['notice_id']}.over" in notices(console)


def test_a_drill_reaches_nobody_and_is_recorded(console, begun):
    before = notices(console)
    armed, done = begun(scenario="fire", manual=True, drill=True)
    assert armed["count"] == done["done"] == 0
    assert notices(console) == before
    assert console("viewer").get("/state")["mode"] is None
    assert console("viewer").get("/scenarios")["running"][0]["wanted"]["drill"]
    record = console("supervisor").get("/audit?limit=1")[0]
    assert (record["action"], record["body"]["drill"]) == ("scenario.begin", True)


def test_a_blocked_track_holds_its_trains_and_lets_them_go(console, begun):
    now = console("viewer").get("/station")["now"]
    rows = console("viewer").get("/runs")["rows"]
    coming = [r for r in rows if r["run"].get("departure", {}).get("planned", "") > now]
    row = min(coming, key=lambda each: each["run"]["departure"]["planned"])
    track = row["run"]["track"]
    armed, done = begun(scenario="track-blocked", tracks=[track], minutes=720)
    held = armed["running"]["held"]
    assert row["id"] in held
    assert done["done"] == armed["count"] == 1 + len(held)
    assert console("viewer").row(row["id"])["run"]["held"]
    console("dispatcher").post("/scenarios/end", id=armed["running"]["id"], why="track is free")
    assert not console("viewer").row(row["id"])["run"].get("held", False)


@pytest.mark.usefixtures("begun")
def test_an_armed_one_is_begun_once_by_who_armed_it_and_with_its_count(console):
    dispatcher, supervisor = console("dispatcher"), console("supervisor")
    _, armed = arm(dispatcher, scenario="medical")
    given = {"token": armed["token"], "count": armed["count"]}
    assert supervisor.ask("POST", "/scenarios/begin", given)[0] == 404
    assert dispatcher.ask("POST", "/scenarios/begin", given)[0] == 200
    assert dispatcher.ask("POST", "/scenarios/begin", given)[0] == 404
    _, armed = arm(dispatcher, scenario="medical")
    wrong = {"token": armed["token"], "count": armed["count"] + 1}
    assert dispatcher.ask("POST", "/scenarios/begin", wrong)[0] == 404


def test_what_is_not_there_is_told(console):
    status, answer = arm(console("dispatcher"), scenario="flood")
    assert status == 400
    assert "evacuation" in answer["error"]
    ending = {"id": "nobody", "why": "x"}
    assert console("dispatcher").ask("POST", "/scenarios/end", ending)[0] == 404
