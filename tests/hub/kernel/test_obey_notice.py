"""What becomes of a command about a notice: refusals, warnings, and what is kept."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.kernel.notice import SetNotice, WithdrawNotice, decode_kept, encode_kept
from hub.kernel.obey_notice import LONGEST_TEXT, LONGEST_TITLE, half_characters, obey_notice
from hub.kernel.objections import SENTENCES, Code
from hub.kernel.override import decode_command, encode_command
from protocol.notices import Notice, NoticeKind
from station_config.model import AnnouncementZone

LI = {"command_id": "1", "who": "Li", "why": "12号命令"}
NOTICE = Notice(
    notice_id="n1", kind=NoticeKind.DISRUPTION, text={"zh": "东进站口关闭", "en": "Closed"}
)


@pytest.fixture(scope="module")
def station(build):
    return build.station(announcement_zones=(AnnouncementZone("hall", {"en": "Hall"}),))


@pytest.fixture
def now(build):
    return build.at("09:00:30")


@pytest.fixture
def obey(station, now):
    def ask(command, held=None, rev=0):
        return obey_notice(command, held, station, now, rev=rev)

    return ask


def said(seen_rev=None, person=LI, **changes):
    return SetNotice(**person, notice=replace(NOTICE, **changes), seen_rev=seen_rev)


def codes(objections):
    return [each.code for each in objections]


def test_a_notice_is_kept_with_who_and_why(obey, now):
    obeyed = obey(said(ends_at=now + timedelta(hours=1)))
    assert obeyed.refused == obeyed.warned == ()
    kept = obeyed.kept
    assert (kept.rev, kept.who, kept.why, kept.since) == (1, "Li", "12号命令", now)
    assert decode_kept(encode_kept(kept)) == kept


def test_every_command_comes_back_from_its_octets():
    for command in (said(), said(seen_rev=3), WithdrawNotice(**LI, notice_id="n1")):
        assert decode_command(encode_command(command)) == command


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": {"en": "Closed"}}, Code.NO_TEXT),
        ({"text": {"zh": " \n", "en": "Closed"}}, Code.NO_TEXT),
        ({"text": {"zh": "长" * (LONGEST_TEXT // 2 + 1)}}, Code.NOTICE_TOO_LONG),
        ({"title": {"zh": "题", "en": "x" * (LONGEST_TITLE + 1)}}, Code.NOTICE_TOO_LONG),
        ({"zones": ("nowhere",)}, Code.UNKNOWN_ZONE),
        ({"notice_id": "N 1"}, Code.BAD_ID),
        ({"kinds": ("a board",)}, Code.BAD_ID),
        ({"run_ids": ("K 274",)}, Code.BAD_ID),
    ],
)
def test_what_cannot_be_told_is_refused(obey, changes, code):
    obeyed = obey(said(**changes))
    assert codes(obeyed.refused) == [code]
    assert obeyed.kept is None


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(10, 10, Code.ENDS_FIRST), (10, 5, Code.ENDS_FIRST), (None, 0, Code.EXPIRED)],
)
def test_times_that_tell_it_never_are_refused(obey, now, begins, ends, code):
    begins_at = None if begins is None else now + timedelta(minutes=begins)
    obeyed = obey(said(begins_at=begins_at, ends_at=now + timedelta(minutes=ends)))
    assert codes(obeyed.refused) == [code]


def test_nobody_and_no_reason_are_refused(obey):
    assert codes(obey(said(person=LI | {"why": " "})).refused) == [Code.NO_REASON]
    withdraw = WithdrawNotice(**(LI | {"who": ""}), notice_id="n1")
    assert codes(obey(withdraw).refused) == [Code.NO_REASON, Code.NO_NOTICE]


def test_places_of_the_station_are_zones(obey):
    assert not obey(said(zones=("hall", "w1"))).refused


def test_what_another_person_changed_is_not_overwritten(obey, now):
    held = obey(said()).kept
    assert codes(obey(said(), held, 1).refused) == [Code.NOTICE_EXISTS]
    assert codes(obey(said(seen_rev=1)).refused) == [Code.NO_NOTICE]
    refused = obey(said(seen_rev=2), held, 1).refused
    assert codes(refused) == [Code.CHANGED_SINCE]
    assert "Li" in refused[0].zh
    changed = obey(said(seen_rev=1, text={"zh": "开放"}), held, 1)
    assert changed.kept.rev == 2
    assert changed.kept.since == now


def test_a_withdrawn_notice_is_kept_no_more(obey):
    held = obey(said()).kept
    obeyed = obey(WithdrawNotice(**LI, notice_id="n1"), held, 1)
    assert (obeyed.refused, obeyed.kept) == ((), None)


def test_a_person_is_warned(obey, now):
    ends_at = now + timedelta(hours=1)
    held = obey(said(ends_at=ends_at)).kept
    again = obey(said(seen_rev=1, ends_at=ends_at), held, 1)
    assert codes(again.warned) == [Code.ALREADY]
    obeyed = obey(said(text={"zh": "东进站口关闭"}))
    assert codes(obeyed.warned) == [Code.LANGUAGE_MISSING, Code.NO_END]


def test_what_is_kept_is_what_was_judged(obey, now):
    ends_at = now + timedelta(minutes=5, microseconds=7)
    notice = obey(said(text={"zh": " 东\n口  关 ", "en": " "}, ends_at=ends_at)).kept.notice
    assert notice.text == {"zh": "东 口 关"}
    assert notice.ends_at == now + timedelta(minutes=5)


def test_widths_are_half_characters():
    assert half_characters("A1 检票口") == 9


def test_every_code_has_its_sentence_in_both_languages():
    assert all(all(SENTENCES[code]) for code in Code)
