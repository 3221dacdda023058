"""Notices as a page is given them."""

from __future__ import annotations

from datetime import timedelta

from protocol.notices import Notice, NoticeKind
from protocol.times import to_unix
from subsystems.kit.notes import lasting, make_notes

TEXT = {"en": "Closed", "zh": "关闭"}


def notice(**more):
    return Notice(notice_id="n1", kind=NoticeKind.DISRUPTION, **({"text": TEXT} | more))


def test_texts_stand_in_the_pages_languages_and_order():
    (note,) = make_notes([notice(title={"en": "Works", "de": "Bau"})], ("zh", "en", "de"))
    assert list(note.text.items()) == [("zh", "关闭"), ("en", "Closed")]
    assert note.title == {"en": "Works"}
    (other,) = make_notes([notice()], ("de",))
    assert other.text == {"en": "Closed"}, "another language is better than none"


def test_begin_and_end_go_with_it(make):
    ends_at = make.T0 + timedelta(minutes=5)
    (note,) = make_notes([notice(begins_at=make.T0, ends_at=ends_at)], ("zh",))
    assert (note.start, note.end) == (to_unix(make.T0) * 1000, to_unix(ends_at) * 1000)
    assert lasting([note], ends_at - timedelta(milliseconds=1)) == (note,)
    assert lasting([note], ends_at) == ()
    ever = make_notes([notice()], ("zh",))
    assert lasting(ever, ends_at) == ever
