"""The duty officer's command line against a real hub, in a process of its own."""

import argparse
import json
import os
from datetime import UTC, datetime

import msgspec
import pytest

from hub.kernel.override import (
    CheckIn,
    Delayed,
    DepartedAt,
    EndsHere,
    ReplacedBy,
    SetOverride,
    StartsHere,
    StockOf,
)
from hub.manual_client import Speaker
from hub.manual_command import MANUAL
from protocol.errors import OperatorError
from protocol.runs import Role
from station_config.load import load_station
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    dump_deployment,
    load_deployment,
)
from tests.hub.real_hub import HOHHOT, MORNING, RealHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory, module_database_url):
    hub = RealHub(tmp_path_factory.mktemp("hub"), module_database_url)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def say(hub, capsys):
    """Types a command line; returns exit code and what it printed."""

    def typed(*words):
        code = main(["manual", *words, "--deployment", str(hub.file)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return typed


@pytest.fixture(scope="module")
def station():
    return load_station(HOHHOT)


@pytest.fixture(scope="module")
def number(station):
    """A train that stops here around noon."""
    rows = station.timetable.rows_on(MORNING.date())
    stops = (row for row in rows if row.role is Role.INTERMEDIATE and row.departure.hour == 12)
    return next(stops).departure_number


def test_a_delay_is_told_listed_and_taken_back(say, number):
    code, text = say("delay", number, "20", "--why", "电话通知", "--who", "Li")
    assert code == 0
    assert "已执行 done" in text
    assert "MANUAL" in text
    code, text = say("list")
    assert code == 0
    assert f"2021-01-20.{number.lower()}  delay +20 min" in text
    assert "Li: 电话通知" in text
    assert say("clear", number, "--why", "恢复")[0] == 0
    assert "nothing is set by hand" in say("list")[1]


def test_what_is_refused_exits_with_1_and_says_why_in_both_languages(say, number):
    code, text = say("platform", number, "99", "--why", "x")
    assert code == 1
    assert "未知站台：99" in text
    assert "no such platform: 99" in text
    code, text = say("delay", number, "20")
    assert code == 1
    assert "必须写明操作人和原因" in text


def test_a_preview_changes_nothing(say, number):
    code, text = say("unknown", number, "--text", "zh=等候通知", "--why", "x", "--preview")
    assert code == 0
    assert "预览 preview" in text
    assert "→ ?" in text
    assert "nothing is set by hand" in say("list")[1]


def test_the_whole_station_and_back(say):
    assert say("station", "manual", "--why", "大面积晚点", "--for", "90")[0] == 0
    assert "人工 MANUAL 08:3" in say("list")[1]
    assert say("station", "auto", "--why", "恢复")[0] == 0
    assert "自动 AUTO" in say("list")[1]


def test_an_added_train_warns_of_others_on_its_track(say):
    words = ("add", "L77", "--from", "包头", "--to", "北京", "--track", "5", "--why", "临客")
    code, text = say(*words, "--arrival", "09:02", "--departure", "09:12", "--json")
    answer = json.loads(text)
    assert (code, answer["run_id"]) == (0, "2021-01-20.l77")
    assert answer["run"]["platform"] == "2"


def test_a_command_survives_the_hubs_death_and_is_done_once(hub, say, number):
    words = ("delay", number, "35", "--why", "x", "--who", "Li", "--id", "once")
    first = say(*words, "--json")
    hub.kill()
    code, text = say(*words)
    assert code == 1
    assert "does not answer" in text
    assert "--id once" in text
    hub.start()
    assert say(*words, "--json") == first
    assert say("list")[1].count("delay +35 min") == 1
    assert say("clear", number, "--why", "x")[0] == 0


def test_only_who_knows_the_token_commands(hub):
    body = b'{"command":"mode","command_id":"9","who":"x","why":"y","manual":true}'
    kind = {"Content-Type": "application/json"}
    assert hub.post("command", body, **kind)[0] == 403
    assert hub.post("command", body, **kind, Authorization="Bearer x")[0] == 403
    token = {"Authorization": f"Bearer {hub.token}"}
    assert hub.post("command", body, **token)[0] == 400, "a form of a foreign page"
    status, text = hub.post("command", b'{"command":"fly"}', **kind, **token)
    assert status == 400
    assert b"not a command" in text
    assert hub.post("command", b" " * 70_000, **kind, **token)[0] == 400
    assert hub.post("manual", b"", **kind, **token)[0] == 405
    assert oct((hub.deployment.broker.secrets / "command-token").stat().st_mode)[-3:] == "600"


def test_a_hub_that_tells_no_port_is_said(tmp_path, hub, capsys):
    silent = msgspec.structs.replace(
        hub.deployment, hub=msgspec.structs.replace(hub.deployment.hub, port=None)
    )
    dump_deployment(silent, tmp_path / "d.toml")
    assert main(["manual", "list", "--deployment", str(tmp_path / "d.toml")]) == 1
    assert "set hub.port" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("", "empty"), ("é", "text")])
def test_a_token_that_cannot_be_used_is_said(tmp_path, hub, capsys, content, why):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    if content is not None:
        (secrets / "command-token").write_text(content)
    broker = msgspec.structs.replace(hub.deployment.broker, secrets=secrets)
    dump_deployment(msgspec.structs.replace(hub.deployment, broker=broker), tmp_path / "d.toml")
    assert load_deployment(tmp_path / "d.toml").broker.secrets == secrets
    assert main(["manual", "list", "--deployment", str(tmp_path / "d.toml")]) == 1
    assert why in capsys.readouterr().err


# --- words


def parsed(*words):
    parser = argparse.ArgumentParser()
    MANUAL.configure(parser)
    return parser.parse_args(words)


def command(station, *words, now=MORNING):
    return Speaker(station, now).command(parsed(*words, "--why", "x"))


def test_local_times_are_the_near_ones(station):
    def departs(text, now):
        return command(station, "departure", "K1", text, now=now).word.at

    assert departs("12:00", MORNING) == MORNING.replace(hour=4, minute=0)
    assert departs("02:00", MORNING) == MORNING.replace(hour=18, minute=0), "the night to come"
    past_midnight = datetime(2021, 1, 19, 16, 10, tzinfo=UTC)
    assert departs("23:58", past_midnight) == past_midnight.replace(hour=15, minute=58)
    until = command(station, "delay", "K1", "5", "--until", "08:29").until
    assert until == MORNING.replace(day=21, minute=29), "an end is never past"


def test_numbers_are_todays_runs_by_the_stations_calendar(station):
    late = datetime(2021, 1, 19, 16, 10, tzinfo=UTC)
    assert command(station, "cancel", "K274", now=late).run_id == "2021-01-20.k274"
    found = command(station, "cancel", "K274", "--day", "2021-01-21")
    assert found.run_id == "2021-01-21.k274"
    assert command(station, "cancel", "2021-01-22.k274").run_id == "2021-01-22.k274"


def test_words_mean_what_they_say(station):
    said = command(station, "delay", "K1", "5", "--for", "30")
    assert isinstance(said, SetOverride)
    assert said.word == Delayed(5)
    why = command(station, "delay", "K1", "45", "--text", "zh=大雪", "--text", "en=Snow").word
    assert why == Delayed(45, {"zh": "大雪", "en": "Snow"})
    assert command(station, "arrival", "K1", "12:00", "--text", "zh=大雪").word.texts == {
        "zh": "大雪"
    }
    assert said.until == MORNING.replace(hour=1, minute=0)
    assert command(station, "check-in", "K1", "open").word == CheckIn(is_open=True)
    assert command(station, "gates", "K1", "A1", "zz").word.gates == ("a1", "zz")
    assert command(station, "room", "K1", "第一候车室").word.waiting_room == "room-1"
    assert command(station, "track", "K1", "III").word.track == "3"
    assert command(station, "arrival", "K1", "09:00").word.at == MORNING.replace(hour=1, minute=0)
    assert not command(station, "reinstate", "K1").word.cancelled
    assert command(station, "clear", "K1", "room").field.value == "waiting-room"
    assert command(station, "clear", "K1", "arrived").field.value == "actual-arrival"
    assert command(station, "ends-here", "K1").word == EndsHere()
    assert command(station, "starts-here", "K1", "--no").word == StartsHere(cancelled=False)
    assert command(station, "stock", "K1", "none").word == StockOf()
    assert command(station, "stock", "K1", "K2").word == StockOf("2021-01-20.k2")
    assert command(station, "stock", "K1", "2021-01-19.k2").word == StockOf("2021-01-19.k2")
    bus = command(station, "replaced-by", "K1", "bus", "--text", "en=square")
    assert bus.word == ReplacedBy(texts={"en": "square"})
    assert command(station, "replaced-by", "K1", "Z9").word == ReplacedBy(number="Z9")
    assert command(station, "replaced-by", "K1", "2021-01-20.z9").word.run_id == "2021-01-20.z9"


def test_what_has_happened_is_past_or_a_slip(station):
    def came(text):
        return command(station, "arrived", "K1", text).word.at

    assert came("08:20") == MORNING.replace(minute=20)
    assert came("11:00") == MORNING.replace(day=19, hour=3, minute=0), "yesterday"
    assert came("09:00") == MORNING.replace(hour=1, minute=0), "which the hub refuses"
    assert command(station, "departed", "K1", "08:20").word == DepartedAt(came("08:20"))
    assert command(station, "clear", "K1").field is None


def test_an_added_trains_role_follows_from_its_times(station):
    def made(*times):
        return command(station, "add", "L7", "--from", "a", "--to", "b", *times)

    assert made("--departure", "09:00").role is Role.ORIGIN
    assert made("--arrival", "09:00").role is Role.TERMINUS
    night = made("--arrival", "23:55", "--departure", "00:05")
    assert (night.departure - night.arrival).total_seconds() == 600
    assert made("--arrival", "09:00", "--departure", "09:00", "--role", "PASS").role is Role.PASS


def test_an_added_train_leaves_with_the_stock_of_a_train_of_its_day(station):
    def made(*words):
        return command(station, "add", "L8", "--from", "a", "--to", "b", *words).stock_of

    assert made("--departure", "09:00") is None
    assert made("--departure", "09:00", "--stock-of", "G3") == "2021-01-20.g3"
    assert made("--departure", "09:00", "--stock-of", "2021-01-19.g3") == "2021-01-19.g3"


@pytest.mark.parametrize(
    "words",
    [
        ("departure", "K1", "9 Uhr"),
        ("cancel", "K1", "--day", "morgen"),
        ("cancel", "2021-13-40.k1"),
        ("clear", "K1", "colour"),
        ("unknown", "K1", "--text", "等候"),
    ],
)
def test_what_cannot_be_understood_is_said(station, words):
    with pytest.raises(OperatorError):
        command(station, *words)


def test_the_account_is_the_person_unless_named(station, monkeypatch):
    monkeypatch.setitem(os.environ, "LOGNAME", "duty")
    assert command(station, "cancel", "K1").who == "duty"
