"""Notices by the command line against a real hub, in a process of its own."""

import argparse
import json
from datetime import timedelta

import pytest

from hub.kernel.notice import KeptNotice
from hub.notice_client import Writer
from hub.notice_command import NOTICE
from protocol.errors import OperatorError
from protocol.notices import Notice, NoticeKind
from station_config.load import load_station
from station_config.runtime.command import main
from tests.hub.real_hub import HOHHOT, MORNING, RealHub

WHY = ("--why", "施工", "--who", "Li")
BOTH = ("--text", "zh=东进站口关闭", "--text", "en=East entrance closed")


@pytest.fixture(scope="module")
def hub(tmp_path_factory, module_database_url):
    hub = RealHub(tmp_path_factory.mktemp("hub"), module_database_url)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def say(hub, capsys):
    """Types a command line; returns exit code and what it printed."""

    def typed(*words, name="notice"):
        code = main([name, *words, "--deployment", str(hub.file)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return typed


@pytest.fixture(scope="module")
def station():
    return load_station(HOHHOT)


def write(station, *words, held=(), now=MORNING):
    parser = argparse.ArgumentParser()
    NOTICE.configure(parser)
    kept = {each.notice.notice_id: each for each in held}
    return Writer(station, now, kept).command(parser.parse_args(words))


def kept(**changes):
    notice = Notice(notice_id="n1", kind=NoticeKind.DISRUPTION, text={"zh": "关闭"}, **changes)
    return KeptNotice(notice=notice, rev=4, who="Li", why="x", since=MORNING, changed_at=MORNING)


def test_a_notice_is_published_listed_changed_withdrawn_and_remembered(say):
    code, text = say("publish", *BOTH, "--notice", "n1", "--for", "60", *WHY)
    assert code == 0
    assert "已执行 done: n1" in text
    code, text = say("list")
    assert "n1  正在告知 told now" in text
    assert "Li: 施工" in text
    assert "en  East entrance closed" in text
    assert say("change", "n1", "--kind", "disruption", "--why", "延长")[0] == 0
    code, text = say("list", "--json")
    (listed,) = json.loads(text)
    assert (listed["rev"], listed["notice"]["kind"]) == (2, "DISRUPTION")
    assert listed["notice"]["text"]["en"] == "East entrance closed"
    assert say("withdraw", "n1", "--why", "恢复")[0] == 0
    assert "没有通告" in say("list")[1]
    code, text = say("--notice", "n1", "--language", "zh", name="history")
    assert code == 0
    assert text.count("人工") >= 6  # three commands, and what each of them changed
    assert "已删除" in text


def test_what_is_refused_exits_with_1_and_says_why_in_both_languages(say):
    code, text = say("publish", "--text", "en=Closed", "--zone", "moon", *WHY)
    assert code == 1
    assert "缺少本站第一语言的文字：zh" in text
    assert "no such zone, waiting room or board: moon" in text
    assert say("withdraw", "n-none", *WHY)[0] == 1
    assert say("change", "n-none", *WHY)[0] != 0


def test_a_preview_changes_nothing(say):
    code, text = say("publish", *BOTH, "--preview", *WHY)
    assert code == 0
    assert "预览 preview" in text
    assert "no end and stays until it is withdrawn" in text
    assert "没有通告" in say("list")[1]


def test_times_are_local_and_the_next_ones(station):
    said = write(station, "publish", *BOTH, "--from", "20:00", "--until", "06:00", *WHY)
    assert said.notice.begins_at == MORNING.replace(hour=12, minute=0)
    assert said.notice.ends_at == MORNING.replace(hour=22, minute=0)
    late = write(station, "publish", *BOTH, "--from", "20:00", "--for", "30", *WHY)
    assert late.notice.ends_at - late.notice.begins_at == timedelta(minutes=30)
    days = write(station, "publish", *BOTH, "--until", "2021-02-01T08:00", *WHY)
    assert days.notice.ends_at == MORNING.replace(month=2, day=1, hour=0, minute=0)
    with pytest.raises(OperatorError, match="is no time"):
        write(station, "publish", *BOTH, "--until", "2021-02-01T8", *WHY)


def test_whom_it_is_for_and_what_it_is_about(station):
    said = write(
        station,
        *("publish", *BOTH, "--title", "zh=通知", "--kind", "emergency", "--spoken"),
        *("--zone", "room-1", "--zone", "exit", "--device-kind", "display", "--run", "K274", *WHY),
    )
    notice = said.notice
    assert notice.kind is NoticeKind.EMERGENCY
    assert (notice.zones, notice.kinds) == (("room-1", "exit"), ("display",))
    assert (notice.run_ids, notice.spoken) == (("2021-01-20.k274",), True)
    assert (notice.title, notice.begins_at, notice.ends_at) == ({"zh": "通知"}, None, None)


def test_a_change_keeps_what_is_not_named(station):
    ends_at = MORNING + timedelta(hours=1)
    said = write(station, "change", "n1", "--text", "en=Closed", *WHY, held=[kept(ends_at=ends_at)])
    assert (said.seen_rev, said.notice.kind) == (4, NoticeKind.DISRUPTION)
    assert said.notice.text == {"zh": "关闭", "en": "Closed"}
    assert said.notice.ends_at == ends_at
    ever = write(station, "change", "n1", "--until-withdrawn", *WHY, held=[kept(ends_at=ends_at)])
    assert ever.notice.ends_at is None
    with pytest.raises(OperatorError, match="no notice 'n2'"):
        write(station, "change", "n2", *WHY)


def test_the_same_command_again_names_the_same_notice(station):
    first, again = (write(station, "publish", *BOTH, "--id", "c7", *WHY) for _ in range(2))
    assert first == again
    assert first.notice.notice_id.startswith("n-")
