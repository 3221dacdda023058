from datetime import UTC, datetime

import msgspec
import pytest

from hub.audit.record import Actor, Entry, Outcome, Source, to_record
from hub.audit.undo import undoing
from hub.kernel.notice import KeptNotice, SetNotice, WithdrawNotice
from hub.kernel.override import (
    AddRun,
    ClearOverride,
    Delayed,
    DelayUnknown,
    Field,
    OnTrack,
    Override,
    SetOverride,
    SetStationMode,
    StationMode,
    encode_command,
)
from protocol.errors import OperatorError
from protocol.notices import Notice, NoticeKind
from protocol.runs import Role

NOW = datetime(2021, 1, 20, 8, tzinfo=UTC)
SAID = {"who": "li", "why": "x"}
RUN = "2021-01-20.k1"


def override(word, until=None):
    return Override(id="o", run_id=RUN, word=word, since=NOW, until=until, **SAID)


def recorded(command, before, *, outcome=Outcome.DONE, subject=RUN):
    entry = Entry(
        actor=Actor(who="li", source=Source.CONSOLE),
        action="run.command",
        subject=subject,
        outcome=outcome,
        body={"command": msgspec.Raw(encode_command(command)), "before": before},
    )
    return to_record(entry, previous="", number=7, at=1, wall=1)


def undo(command, before, **more):
    return undoing(recorded(command, before, **more), command_id="u", who="ma", why="mistake")


def set_word(word):
    return SetOverride(command_id="c", run_id=RUN, word=word, **SAID)


def test_a_first_word_is_taken_back():
    (only,) = undo(set_word(Delayed(20)), {"words": [override(OnTrack("t1"))]})
    assert isinstance(only, ClearOverride)
    assert (only.run_id, only.field, only.who, only.why) == (RUN, Field.DELAY, "ma", "mistake")


def test_a_word_that_took_anothers_place_gives_it_back():
    until = datetime(2021, 1, 20, 9, tzinfo=UTC)
    before = {"words": [override(DelayUnknown({"en": "wait"}), until), override(OnTrack("t1"))]}
    first, second = undo(set_word(Delayed(20)), before)
    assert first.field is Field.DELAY
    assert (second.word, second.until) == (DelayUnknown({"en": "wait"}), until)
    assert (first.command_id, second.command_id) == ("u", "u.1")


def test_words_that_were_cleared_are_said_again():
    words = [override(Delayed(20)), override(OnTrack("t1"))]
    cleared = ClearOverride(command_id="c", run_id=RUN, **SAID)
    assert [each.word for each in undo(cleared, {"words": words})] == [Delayed(20), OnTrack("t1")]
    one = ClearOverride(command_id="c", run_id=RUN, field=Field.TRACK, **SAID)
    assert [each.word for each in undo(one, {"words": words})] == [OnTrack("t1")]


def test_an_added_train_goes():
    added = AddRun(command_id="c", role=Role.PASS, origin="a", destination="b", arrival=NOW, **SAID)
    (only,) = undo(added, {})
    assert (only.run_id, only.field) == (RUN, Field.ADDED)


def test_the_stations_mode_returns():
    (off,) = undo(SetStationMode(command_id="c", manual=True, **SAID), {"mode": None})
    assert not off.manual
    mode = StationMode(id="m", since=NOW, until=None, **SAID)
    (on,) = undo(SetStationMode(command_id="c", manual=False, **SAID), {"mode": mode})
    assert on.manual


def test_a_notice_is_as_it_was():
    notice = Notice(notice_id="n-1", kind=NoticeKind.INFORMATION, text={"en": "new"})
    (gone,) = undo(SetNotice(command_id="c", notice=notice, **SAID), {"notice": None})
    assert isinstance(gone, WithdrawNotice)
    old = msgspec.structs.replace(notice, text={"en": "old"})
    kept = KeptNotice(notice=old, rev=3, since=NOW, changed_at=NOW, **SAID)
    (back,) = undo(SetNotice(command_id="c", notice=notice, seen_rev=3, **SAID), {"notice": kept})
    assert (back.notice, back.seen_rev) == (old, 4)
    (again,) = undo(WithdrawNotice(command_id="c", notice_id="n-1", **SAID), {"notice": kept})
    assert (again.notice, again.seen_rev) == (old, None)


def test_what_changed_nothing_or_was_no_command_cannot_be_undone():
    with pytest.raises(OperatorError, match="changed nothing"):
        undo(set_word(Delayed(2)), {}, outcome=Outcome.REFUSED)
    entry = Entry(
        actor=Actor(who="li", source=Source.CONSOLE), action="session.login", outcome=Outcome.DONE
    )
    record = to_record(entry, previous="", number=1, at=1, wall=1)
    with pytest.raises(OperatorError, match="only commands"):
        undoing(record, command_id="u", who="ma", why="x")
