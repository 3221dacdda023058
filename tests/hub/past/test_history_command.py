"""What was told at an instant, asked of a database that a hub has written."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from hub.operations import Operations
from hub.past.text import Speech
from hub.past.told import at_gate_of, shown_at
from hub.store.reading import reading
from protocol.errors import DeviceError, OperatorError

RUN = "2021-01-20.k1"


def ids(told):
    return [each["run"]["run_id"] for each in json.loads(told)["runs"]]


def test_what_a_gate_showed(say):
    _, told = say("history", "--gate", "A2", "--at", "2021-01-20T10:10", "--json")
    (shown,) = json.loads(told)["runs"]
    assert shown["run"]["run_id"] == RUN
    assert shown["passengers"] == "CHECK_IN"
    assert shown["run"]["arrival"]["estimated"] == "2021-01-20T02:07:00Z"
    assert (shown["entity"], shown["cause"]) == (f"run/{RUN}", "plan/k1")
    assert ids(say("history", "--gate", "A2", "--at", "2021-01-20T09:20", "--json")[1]) == []
    assert ids(say("history", "--gate", "g3", "--at", "2021-01-20T10:45", "--json")[1]) == [
        "2021-01-20.g2"
    ]


def test_the_instant_decides_what_had_been_said(say):
    before = json.loads(say("history", "--at", "2021-01-20T09:29", "--json")[1])["runs"]
    (k1,) = (each for each in before if each["run"]["run_id"] == RUN)
    assert (k1["entity"], "estimated" in k1["run"]["arrival"]) == ("plan/2021-01-20", False)
    after = json.loads(say("history", "--at", "2021-01-20T09:30", "--json")[1])["runs"]
    (k1,) = (each for each in after if each["run"]["run_id"] == RUN)
    assert (k1["entity"], k1["rev"]) == (f"run/{RUN}", 1)


def test_what_a_platform_had_and_the_day_after_a_restart(say):
    told = say("history", "--platform", "1", "--at", "2021-01-20T10:00", "--json")[1]
    assert ids(told) == [RUN]
    told = say("history", "--platform", "p1", "--at", "2021-01-21T09:45:30+08:00", "--json")[1]
    assert ids(told) == ["2021-01-21.k1"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("正在检票", "接近", "检票口 A1 A2")),
        ("en", ("check-in", "approaching", "gates A1 A2")),
    ],
)
def test_people_read_it_in_their_language(say, language, words):
    code, told = say("history", "--gate", "A1", "--at", "2021-01-20T10:03", "--language", language)
    assert code == 0
    for word in words:
        assert word in told
    assert "2021-01-20 10:07" in told, "times are local"
    told = say("history", "--gate", "A1", "--at", "2021-01-20T09:20", "--language", language)[1]
    assert told.strip().endswith(("列车。", "there."))


def test_the_story_of_a_run(say):
    _, told = say("history", "--run", RUN, "--json")
    story = json.loads(told)["runs"][RUN]
    kinds = [each["kind"] for each in story]
    assert kinds.index("input") < kinds.index("output")
    assert [each["subject"] for each in story if each["kind"] == "reject"] == ["plan/k1"]
    outputs = [each for each in story if each["kind"] == "output"]
    assert [each["rev"] for each in outputs] == [1, 2, 3]
    assert outputs[0]["body"]["run_id"] == RUN
    assert outputs[-1]["body"] is None
    assert [each["at"] for each in story] == sorted(each["at"] for each in story)
    _, told = say("history", "--run", "K1", "--language", "en")
    assert f"{RUN}\n" in told
    assert "\n2021-01-21.k1\n" in told
    assert "departure actual 2021-01-20 10:25" in told
    assert "phase  check-in / expected" in told


def test_questions_that_have_no_answer(say):
    for arguments, why in (
        (("--gate", "Z9", "--at", "2021-01-20T10:00"), "gates: A1, A2, B3"),
        (("--platform", "9", "--at", "2021-01-20T10:00"), "platforms: 1, 2, 3"),
        (("--board", "b", "--at", "2021-01-20T10:00"), "no board"),
        (("--at", "yesterday"), "no time"),
        (("--at", "2021-01-19T10:00"), "begins at 2021-01-20T01:00:00"),
        (("--run", "nothing"), "no run 'nothing'"),
        ((), "--at TIME"),
    ):
        with pytest.raises(OperatorError, match=why):
            say("history", *arguments)
    with pytest.raises(OperatorError, match="which database"):
        say("history", "--at", "10:00", database=False)


def test_the_database_is_only_read(lived, tmp_path):
    with reading(lived) as reader, pytest.raises(Exception, match=r"(?i)read-?only"):
        reader._connection.execute(text("DELETE FROM journal"))
    with pytest.raises(DeviceError, match="cannot read"), reading(f"sqlite:///{tmp_path}/none.db"):
        pass
    assert not (tmp_path / "none.db").exists()
    create_engine(f"sqlite:///{tmp_path}/empty.db").connect().close()
    with (
        pytest.raises(OperatorError, match="no hub has ever opened"),
        reading(f"sqlite:///{tmp_path}/empty.db"),
    ):
        pass


def test_it_is_read_beside_a_hub_that_goes_on_writing(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("09:00"))
    with reading(database_url) as reader:
        before = list(reader.records())
        operations.step(build.at("09:30"), [build.upsert(build.plan())])
        assert list(reader.records()) == before, "one question is of one moment"
    with reading(database_url) as reader:
        assert len(list(reader.records())) > len(before)
    operations.close()


def test_a_board_is_asked_for_by_its_kind(station, build):
    from hub.past.told import on_board  # noqa: PLC0415
    from station_config.model import Board, BoardKind  # noqa: PLC0415

    board = Board("hall", BoardKind.DEPARTURES, {}, (), 8, ("zh",), waiting_room="w2")
    wanted = on_board(replace(station, boards=(board,)), "hall", build.at("10:00"))
    assert callable(wanted)


def test_a_gate_that_lost_a_train_told_where_it_went(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("09:00"))
    operations.step(build.at("09:30"), [build.upsert(build.plan())])
    moved = build.plan(arrival_track="t3", departure_track="t3")
    operations.step(build.at("10:05"), [build.upsert(moved)])
    operations.close()
    at = build.at("10:10")
    with reading(database_url) as reader:
        lost, new = (shown_at(reader, at, at_gate_of(station, gate, at)) for gate in ("A2", "B3"))
    assert [each.run.run_id for each in lost] == [each.run.run_id for each in new] == [RUN]
    told = Speech("en", station.zone_info).shown(lost[0])
    assert "platform 2  gates A1 B3  platform before 1  gates before A1 A2" in told
    assert "站台 2  检票口 A1 B3  原站台 1  原检票口 A1 A2" in Speech(
        "zh", station.zone_info
    ).shown(lost[0])
