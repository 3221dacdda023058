"""Notices in real databases of both kinds: published, changed, withdrawn, ended, lived again."""

from datetime import timedelta

import msgspec
import pytest

from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.kernel.objections import Code
from hub.operations import Operations
from hub.past.replay import replay
from hub.store.reading import reading
from protocol.notices import Notice, NoticeKind
from protocol.times import minute_number

LI = {"who": "Li", "why": "12号命令"}
ENTITY = "notice/n1"
TEXT = {"zh": "东进站口关闭", "en": "East entrance closed"}


@pytest.fixture
def hub(database_url, station, build):
    operations = Operations(database_url, station)
    operations.open(build.at("08:00"))
    settle(operations)
    yield operations
    operations.close()


def settle(operations):
    operations.acknowledge([each.number for each in operations.pending(1000)])


def told(operations):
    live = {p.entity: p for p in operations.live()}
    return live.get(ENTITY)


def setting(number, ends_at, seen_rev=None, text=TEXT):
    notice = Notice(notice_id="n1", kind=NoticeKind.INFORMATION, text=text, ends_at=ends_at)
    return SetNotice(command_id=str(number), notice=notice, seen_rev=seen_rev, **LI)


def withdrawing(number):
    return WithdrawNotice(command_id=str(number), notice_id="n1", **LI)


def lived_again(url):
    with reading(url) as reader:
        return replay(reader.records(), reader.tables())


def test_a_notice_is_published_once_with_its_end(hub, build):
    ends_at = build.at("09:00")
    answer = hub.command(build.at("08:01"), setting(1, ends_at))
    assert answer.accepted
    assert answer.notice.text == TEXT
    (waiting,) = hub.pending(10)
    assert (waiting.entity, waiting.rev, waiting.valid_until) == (ENTITY, 1, ends_at)
    assert msgspec.json.decode(waiting.body, type=Notice).ends_at == ends_at
    assert hub.command(build.at("08:02"), setting(1, ends_at)) == answer
    assert told(hub).rev == 1


def test_it_is_changed_and_withdrawn_and_its_revision_only_grows(hub, build, database_url):
    hub.command(build.at("08:01"), setting(1, None))
    late = hub.command(build.at("08:02"), setting(2, None, seen_rev=7))
    assert [each.code for each in late.refused] == [Code.CHANGED_SINCE]
    hub.command(build.at("08:03"), setting(3, None, seen_rev=1, text={"zh": "开放"}))
    assert told(hub).rev == 2
    assert hub.command(build.at("08:04"), withdrawing(4)).notice is None
    assert told(hub) is None
    hub.command(build.at("08:05"), setting(5, None))
    assert told(hub).rev == 4
    assert lived_again(database_url).differences == []


def test_a_preview_does_nothing(hub, build):
    answer = hub.preview(build.at("08:01"), setting(1, build.at("09:00")))
    assert answer.accepted
    assert answer.notice.notice_id == "n1"
    assert told(hub) is None
    assert hub.in_force(build.at("08:01")).notices == ()


def test_it_goes_at_the_minute_in_which_it_ends(hub, build, database_url):
    hub.command(build.at("08:01"), setting(1, build.at("08:10")))
    settle(hub)
    for minutes in (9, 10):
        now = build.at("08:00") + timedelta(minutes=minutes)
        assert told(hub) is not None
        hub.step(now, (), minute_number(now))
    assert told(hub) is None
    assert [(p.entity, p.body) for p in hub.pending(10) if p.entity == ENTITY] == [(ENTITY, None)]
    assert lived_again(database_url).differences == []


def test_who_and_why_stand_beside_it_over_a_restart(hub, build, database_url, station):
    hub.command(build.at("08:01"), setting(1, build.at("08:30")))
    again = Operations(database_url, station)
    again.open(build.at("08:20"))
    (kept,) = again.in_force(build.at("08:20")).notices
    assert (kept.who, kept.why, kept.rev) == ("Li", "12号命令", 1)
    assert kept.since == build.at("08:01")
    again.close()
    later = Operations(database_url, station)
    later.open(build.at("08:31"))
    assert told(later) is None
    assert later.in_force(build.at("08:31")).notices == ()
    later.close()
    assert lived_again(database_url).differences == []


def test_a_new_day_begins_with_those_that_last(hub, build, database_url):
    hub.command(build.at("08:01"), setting(1, build.at("08:00") + timedelta(hours=17)))
    for hours in range(1, 19):
        now = build.at("08:00") + timedelta(hours=hours)
        hub.step(now, (), minute_number(now))
    assert told(hub) is None
    with reading(database_url) as reader:
        starts = reader.starts()
        stations = list(reader.records(0, starts[-1].number - 1, frozenset({"station"})))
        found = replay(iter([*stations, *reader.records(starts[-1].number)]), reader.tables())
    assert len(starts) == 2
    assert found.differences == []


def test_the_journal_says_who_changed_what(hub, build, database_url):
    hub.command(build.at("08:01"), setting(1, None))
    hub.command(build.at("08:02"), setting(2, None, seen_rev=1, text={"zh": "开放"}))
    with reading(database_url) as reader:
        said = [r for r in reader.of_subject(ENTITY) if r.kind == "manual"]
    last = msgspec.json.decode(said[-1].detail)
    assert (last["who"], last["why"]) == ("Li", "12号命令")
    assert (last["before"]["text"], last["after"]["text"]) == (TEXT, {"zh": "开放"})
