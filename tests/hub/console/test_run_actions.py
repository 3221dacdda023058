"""Commands from a console: done, previewed, refused when another was there first, taken back."""

import uuid

import pytest

pytestmark = pytest.mark.end_to_end


def order(run_id, field, **word):
    said = {"field": field, **word}
    return {
        "command": "set",
        "command_id": uuid.uuid4().hex,
        "why": "x",
        "run_id": run_id,
        "word": said,
    }


def words(row):
    return {each["word"]["field"]: each for each in row["words"]}


def undo(caller, *numbers):
    return caller.ask(
        "POST", "/undo", {"numbers": numbers, "command_id": uuid.uuid4().hex, "why": "mistake"}
    )


def test_rows_tell_what_a_train_table_needs(some_run):
    row = some_run()
    assert row["run"]["run_id"] == row["id"]
    assert row["passengers"] == "PLANNED" or row["passengers"]
    assert {"rev", "hand", "words", "train", "withdrawn"} <= row.keys()


def test_a_command_is_done_by_who_is_logged_in_and_recorded(console, some_run):
    caller, row = console("dispatcher"), some_run()
    status, answer = caller.say(row["id"], "delay", minutes=20, why="wind", seen=row)
    assert (status, answer["answer"]["accepted"]) == (200, True)
    now = caller.row(row["id"])
    assert words(now)["delay"]["who"] == caller.name
    assert now["hand"] == answer["hand"]
    assert now["run"]["control"] == "MANUAL"
    record = console("supervisor").get(f"/audit?subject={row['id']}&limit=1")[0]
    assert (record["who"], record["action"], record["outcome"]) == (
        caller.name,
        "run.command",
        "done",
    )
    body = record["body"]
    assert body["why"] == "wind"
    assert body["before"]["words"] == []
    assert [each["word"] for each in body["after"]["words"]] == [{"field": "delay", "minutes": 20}]
    assert record["address"] == "127.0.0.1"


def test_who_commands_cannot_be_said_by_the_page(console, some_run):
    caller, row = console("dispatcher"), some_run()
    said = order(row["id"], "delay", minutes=5) | {"who": "somebody.else"}
    status, answer = caller.ask("POST", "/command", said)
    assert (status, answer["code"]) == (400, "bad-request")


def test_a_preview_does_nothing(console, some_run):
    caller, row = console("dispatcher"), some_run()
    status, answer = caller.say(row["id"], "delay", minutes=30, path="/preview")
    assert (status, answer["answer"]["accepted"]) == (200, True)
    assert answer["answer"]["run"]["control"] == "MANUAL"
    assert caller.row(row["id"]) == row


def test_the_second_of_two_is_told_and_overwrites_nothing(console, some_run):
    first, second, row = console("dispatcher"), console("supervisor"), some_run()
    assert first.say(row["id"], "delay", minutes=20, why="wind", seen=row)[0] == 200
    status, answer = second.say(row["id"], "delay", minutes=5, seen=row)
    assert status == 409
    assert not answer["answer"]["accepted"]
    assert [each["code"] for each in answer["answer"]["refused"]] == ["overtaken"]
    (since,) = answer["overtaken"]
    assert (since["who"], since["body"]["why"]) == (first.name, "wind")
    now = second.row(row["id"])
    assert words(now)["delay"]["word"]["minutes"] == 20
    assert second.say(row["id"], "delay", minutes=5, seen=now)[0] == 200


def test_a_preview_tells_that_somebody_was_there_too(console, some_run):
    first, second, row = console("dispatcher"), console("supervisor"), some_run()
    first.say(row["id"], "delay", minutes=20, seen=row)
    assert second.say(row["id"], "delay", minutes=5, seen=row, path="/preview")[0] == 409


def test_the_same_command_again_is_done_once(console, some_run):
    caller, row = console("dispatcher"), some_run()
    said = order(row["id"], "delay", minutes=20) | {"seen_hand": row["hand"]}
    first = caller.post("/command", **said)
    again = caller.post("/command", **said)
    assert again["answer"] == first["answer"]
    assert again["hand"] == 0
    assert len(caller.get(f"/runs/{row['id']}/audit")) == 1


def test_a_refused_command_is_recorded(console, some_run):
    caller, row = console("dispatcher"), some_run()
    status, answer = caller.say(row["id"], "track", track="no-such-track")
    assert (status, answer["answer"]["accepted"]) == (200, False)
    (record,) = caller.get(f"/runs/{row['id']}/audit")
    assert (record["outcome"], record["body"]["refused"][0]["code"]) == ("refused", "unknown-track")


def test_undo_says_again_what_was_said_before(console, some_run):
    caller, row = console("dispatcher"), some_run()
    caller.say(row["id"], "delay", minutes=20)
    _, second = caller.say(row["id"], "unknown", texts={"en": "wait"})
    assert set(words(caller.row(row["id"]))) == {"unknown"}
    status, answer = undo(caller, second["hand"])
    assert (status, answer["refused"]) == (200, 0), answer
    assert words(caller.row(row["id"]))["delay"]["word"]["minutes"] == 20
    record = caller.get(f"/runs/{row['id']}/audit")[0]
    assert (record["action"], record["body"]["undoes"]) == ("run.undo", second["hand"])


def test_undo_is_refused_when_somebody_has_changed_it_since(console, some_run):
    caller, other, row = console("dispatcher"), console("supervisor"), some_run()
    _, first = caller.say(row["id"], "delay", minutes=20)
    other.say(row["id"], "delay", minutes=40)
    status, answer = undo(caller, first["hand"])
    assert (status, answer["done"], answer["refused"]) == (200, 0, 1)
    assert words(caller.row(row["id"]))["delay"]["word"]["minutes"] == 40


def test_undoing_several_does_not_pass_over_what_somebody_did_between(console, some_run):
    caller, other, row = console("dispatcher"), console("supervisor"), some_run()
    _, first = caller.say(row["id"], "delay", minutes=10)
    other.say(row["id"], "delay", minutes=40)
    _, last = caller.say(row["id"], "delay", minutes=20)
    status, answer = undo(caller, first["hand"], last["hand"])
    assert (status, answer["done"], answer["refused"]) == (200, 2, 1), answer
    assert words(caller.row(row["id"]))["delay"]["word"]["minutes"] == 40


def test_a_batch_is_armed_counted_done_once_and_undone(console, some_run):
    caller, rows = console("dispatcher"), [some_run() for _ in range(3)]
    orders = [order(row["id"], "delay", minutes=20) for row in rows]
    armed = caller.post("/batch", orders=orders)
    assert (armed["count"], armed["refused"]) == (3, 0)
    assert not caller.row(rows[0]["id"])["words"]
    wrong = caller.ask("POST", f"/batch/{armed['token']}", {"count": 4})
    assert wrong[0] == 400
    armed = caller.post("/batch", orders=orders)
    done = caller.post(f"/batch/{armed['token']}", count=3)
    assert (done["done"], done["refused"]) == (3, 0)
    assert caller.ask("POST", f"/batch/{armed['token']}", {"count": 3})[0] == 404
    assert all(words(caller.row(row["id"]))["delay"] for row in rows)
    status, undone = undo(caller, *[each["hand"] for each in done["answers"]])
    assert (status, undone["done"]) == (200, 3)
    assert not any(caller.row(row["id"])["words"] for row in rows)


def test_of_a_batch_that_is_refused_in_part_nothing_is_done(console, some_run):
    caller, row = console("dispatcher"), some_run()
    orders = [order(row["id"], "delay", minutes=20), order("2021-01-20.none", "delay", minutes=2)]
    armed = caller.post("/batch", orders=orders)
    assert armed["refused"] == 1
    done = caller.post(f"/batch/{armed['token']}", count=2)
    assert (done["done"], done["refused"]) == (0, 1)
    assert not caller.row(row["id"])["words"]


def test_an_armed_batch_tells_what_would_become_of_all_of_it_and_keeps_nothing(console, some_run):
    caller, row, other = console("dispatcher"), some_run(), some_run()
    layout = caller.get("/station")
    free = [each["id"] for each in layout["tracks"] if each.get("platform")]
    track = next(each for each in free if each != row["run"]["track"])
    orders = [
        order(row["id"], "track", track=track) | {"seen_hand": row["hand"]},
        order(row["id"], "delay", minutes=20) | {"seen_hand": row["hand"]},
        order(other["id"], "delay", minutes=10) | {"seen_hand": other["hand"]},
    ]
    audit = caller.get(f"/runs/{row['id']}/audit")
    armed = caller.post("/batch", orders=orders)
    first, second, third = (each["answer"] for each in armed["answers"])
    assert armed["refused"] == 0, armed
    assert first["run"] == second["run"], "both tell of the run as it would be last"
    assert (first["run"]["track"], first["run"]["manual"]) == (track, second["run"]["manual"])
    assert third["run"]["run_id"] == other["id"]
    assert not any(each["hand"] for each in armed["answers"])
    assert [caller.row(each["id"]) for each in (row, other)] == [row, other]
    assert caller.get(f"/runs/{row['id']}/audit") == audit
    done = caller.post(f"/batch/{armed['token']}", count=3)
    assert done["done"] == 3
    assert done["answers"][1]["answer"]["run"] == second["run"]


def test_trains_of_a_batch_that_would_stand_in_each_others_way_are_told(console, some_run):
    caller = console("dispatcher")
    rows = [some_run(role="INTERMEDIATE") for _ in range(2)]
    track = rows[0]["run"]["track"]
    at = rows[0]["run"]["departure"]["planned"]
    orders = [
        order(rows[0]["id"], "departure", at=at),
        order(rows[1]["id"], "track", track=track),
        order(rows[1]["id"], "arrival", at=rows[0]["run"]["arrival"]["planned"]),
        order(rows[1]["id"], "departure", at=at),
    ]
    armed = caller.post("/batch", orders=orders)
    warned = [e["code"] for a in armed["answers"] for e in a["answer"].get("warned", [])]
    assert "track-occupied" in warned, armed


def test_a_batch_is_for_who_armed_it(console, some_run):
    caller, row = console("dispatcher"), some_run()
    armed = caller.post("/batch", orders=[order(row["id"], "delay", minutes=20)])
    other = console("supervisor")
    assert other.ask("POST", f"/batch/{armed['token']}", {"count": 1})[0] == 404


def test_why_is_told(console, some_run):
    caller, row = console("viewer"), some_run()
    why = caller.get(f"/runs/{row['id']}")
    assert why["run"]["run_id"] == row["id"]
    assert why["concluded"]
    assert why["said"][0]["source"] == "timetable"
    assert caller.ask("GET", "/runs/2021-01-20.none")[0] == 404


def test_station_manual_and_auto_and_undo(console):
    caller = console("supervisor")
    said = {"command": "mode", "command_id": uuid.uuid4().hex, "why": "wind", "manual": True}
    on = caller.post("/mode", **said)
    assert on["answer"]["accepted"]
    assert caller.get("/state")["mode"]["who"] == caller.name
    status, answer = undo(caller, on["hand"])
    assert (status, answer["done"]) == (200, 1)
    assert caller.get("/state")["mode"] is None


def test_a_notice_is_published_changed_and_the_change_undone(console):
    caller = console("dispatcher")
    notice = {
        "notice_id": f"n-{uuid.uuid4().hex[:6]}",
        "kind": "INFORMATION",
        "text": {"zh": "请走西口", "en": "West"},
    }
    said = {"command": "notice", "why": "x"}
    first = caller.post("/notices", command_id=uuid.uuid4().hex, notice=notice, **said)
    assert first["answer"]["accepted"], first
    other = notice | {"text": {"zh": "请走东口", "en": "East"}}
    second = caller.post("/notices", command_id=uuid.uuid4().hex, notice=other, seen_rev=1, **said)
    assert second["answer"]["accepted"], second
    assert undo(caller, second["hand"])[1]["done"] == 1
    (held,) = [
        each
        for each in caller.get("/notices")["notices"]
        if each["notice"]["notice_id"] == notice["notice_id"]
    ]
    assert held["notice"]["text"]["en"] == "West"


def test_others_are_told_who_edits_a_run(console, some_run):
    row = some_run()
    first, second = console("dispatcher"), console("supervisor")
    assert first.post("/editing", run_id=row["id"]) or True
    told = second.ask("POST", "/editing", {"run_id": row["id"]})[1]
    assert [first.name, row["id"]] in [[e["who"], e["run_id"]] for e in told]
    second.ask("POST", "/editing", {"run_id": None})
    left = first.ask("POST", "/editing", {"run_id": None})[1]
    assert row["id"] not in [each["run_id"] for each in left]


@pytest.mark.parametrize(
    "word",
    [
        {"field": "delay", "minutes": 10**15},
        {"field": "delay", "minutes": -(10**15)},
        {"field": "departure", "at": "9999-12-31T23:59:59Z"},
        {"field": "arrival", "at": "0001-01-01T00:00:00Z"},
        {"field": "unknown", "texts": {"zh": "x" * 100_000}},
        {"field": "gates", "gates": ["x" * 1000]},
        {"field": "stock", "run_id": "x" * 3000},
        {"field": "track", "track": "a\0b"},
        {"field": "nonsense"},
    ],
)
def test_nothing_that_is_said_is_an_error_of_ours(console, some_run, word):
    caller, row = console("dispatcher"), some_run()
    said = order(row["id"], "delay", minutes=1) | {"word": word}
    for path in ("/preview", "/command"):
        status, answer = caller.ask("POST", path, said)
        assert status in {200, 400}, answer
        assert status == 400 or not answer["answer"]["accepted"], answer
