"""Days lived again: whatever happened, the journal brings it back, octet for octet."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import create_engine, update

from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.kernel.override import (
    ArrivedAt,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DepartedAt,
    EndsHere,
    OnTrack,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
)
from hub.past.journal_file import JournalFile, write_journal
from hub.past.replay import replay
from hub.store import tables
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.notices import Notice, NoticeKind
from protocol.times import MINUTE, minute_number
from tests.hub.test_operations_histories import Histories, live


class Lives(Histories):
    """A hub's life, with clocks set back; at its end it is lived again, whole and from its last
    snapshot on."""

    @rule(minutes=st.sampled_from([3, 30, 600, 3000]))
    def the_clock_is_set_back(self, minutes):
        self.now -= minutes * MINUTE
        self.operations.rebase(self.now, minute_number(self.now))

    @rule(acknowledged=st.integers(0, 20))
    def the_broker_acknowledges(self, acknowledged):
        self.operations.acknowledge([p.number for p in self.operations.pending(acknowledged)])

    @rule(
        word=st.sampled_from(
            [Delayed(minutes=12), OnTrack(track="t4"), CheckIn(is_open=True), Cancelled()]
        ),
        until=st.sampled_from([None, 3, 45]),
    )
    def a_person_says_a_word(self, word, until):
        until = None if until is None else self.now + until * MINUTE
        self.said(SetOverride, run_id="2021-01-20.k1", word=word, until=until)

    @rule(
        word=st.sampled_from(
            [EndsHere(), StartsHere(), EndsHere(cancelled=False), ReplacedBy(number="Z9")]
        )
    )
    def a_person_says_what_it_does_here(self, word):
        self.said(SetOverride, run_id="2021-01-20.k1", word=word)

    @rule(word=st.sampled_from([ArrivedAt, DepartedAt]), ago=st.sampled_from([0, 5, 40]))
    def a_person_reports_what_happened(self, word, ago):
        self.said(SetOverride, run_id="2021-01-20.k1", word=word(self.now - ago * MINUTE))

    @rule(manual=st.booleans(), until=st.sampled_from([None, 10]))
    def a_person_takes_the_station_over(self, manual, until):
        until = self.now + until * MINUTE if until and manual else None
        self.said(SetStationMode, manual=manual, until=until)

    @rule(ends=st.sampled_from([None, 4, 90]), seen_rev=st.sampled_from([None, 1, 2]))
    def a_person_sets_a_notice(self, ends, seen_rev):
        until = None if ends is None else self.now + ends * MINUTE
        text = {"zh": "东进站口关闭", "en": "East entrance closed"}
        notice = Notice(notice_id="n", kind=NoticeKind.DISRUPTION, text=text, ends_at=until)
        self.said(SetNotice, notice=notice, seen_rev=seen_rev)

    @rule()
    def a_person_withdraws_the_notice(self):
        self.said(WithdrawNotice, notice_id="n")

    @rule()
    def a_person_gives_back(self):
        self.said(ClearOverride, run_id="2021-01-20.k1")

    def said(self, kind, **what):
        self.commands = getattr(self, "commands", 0) + 1
        command = kind(command_id=str(self.commands), who="Li", why="test", **what)
        self.operations.command(self.now, command)
        assert self.operations.command(self.now, command).command_id == str(self.commands)

    def one_revision_is_one_body(self):
        """Tested elsewhere."""

    def all_that_is_held_follows_from_the_facts(self):
        """Tested elsewhere."""

    def teardown(self):
        try:
            with reading(self.url) as reader:
                starts = [start.number for start in reader.starts()]
                for first in {starts[0], starts[-1]}:
                    stations = reader.records(0, first - 1, frozenset({"station"}))
                    records = [*stations, *reader.records(first)]
                    found = replay(iter(records), reader.tables())
                    assert found.differences == []
        finally:
            super().teardown()


@pytest.fixture(autouse=True, scope="module")
def _parts(build, station):
    timetable = replace(station.timetable, rows=station.timetable.rows[:2])
    Histories.build, Histories.station = build, replace(station, timetable=timetable)


def test_whatever_happened_it_is_lived_again(quick_database):
    live(Lives, quick_database, examples=8, steps=20)


def test_a_day_is_lived_again_octet_for_octet(lived):
    with reading(lived) as reader:
        found = replay(reader.records(), reader.tables())
        held = reader.tables()
    assert found.differences == []
    assert found.inputs == 3
    assert found.steps > 20
    assert found.outcomes > 30
    assert {r["run_id"]: r["state"] for r in found.tables["run"]} == {
        r["run_id"]: r["state"] for r in held["run"]
    }


def test_a_file_is_as_good_as_the_database(lived, tmp_path):
    with reading(lived) as reader:
        last = reader.starts()[-1].number
        write_journal(reader, 0, tmp_path / "all.jsonl.gz")
        write_journal(reader, last, tmp_path / "last.jsonl.gz")
    for name, inputs in (("all", 3), ("last", 0)):
        journal = JournalFile(tmp_path / f"{name}.jsonl.gz")
        found = replay(journal.records(), journal.tables)
        assert found.differences == []
        assert found.inputs == inputs
        assert found.tables["run"]
        assert journal.tables["run"]


def test_what_differs_is_told(lived_apart):
    engine = create_engine(lived_apart)
    with engine.begin() as connection:
        connection.execute(update(tables.run).values(train="PASSING"))
        connection.execute(
            update(tables.journal)
            .where(tables.journal.c.kind == "phase", tables.journal.c.detail == b"GONE/DEPARTED")
            .values(detail=b"SHOWN/DEPARTED")
        )
    engine.dispose()
    with reading(lived_apart) as reader:
        found = replay(reader.records(), reader.tables(), at_most=3)
    assert len(found.differences) == 3
    assert found.differing > 3
    first = found.differences[0]
    assert first.what.startswith("phase/2021-01-20.")
    assert (first.was[-14:], first.now[-13:]) == ("SHOWN/DEPARTED", "GONE/DEPARTED")


def test_another_station_is_another_day(lived, station):
    other = replace(station, windows=replace(station.windows, shown=timedelta(minutes=5)))
    with reading(lived) as reader:
        assert replay(reader.records(), reader.tables(), station=other).differing


def test_a_journal_that_does_not_suffice(lived, tmp_path):
    with reading(lived) as reader:
        marks = list(reader.records(0, None, frozenset({"station", "open", "step"})))
        plain = list(reader.records(0, None, frozenset({"open", "snapshot"})))
    with pytest.raises(OperatorError, match="does not begin with a snapshot"):
        replay(iter(marks), {})
    with pytest.raises(OperatorError, match="give --station"):
        replay(iter(plain), {})
    cut = tmp_path / "cut.jsonl.gz"
    with reading(lived) as reader:
        write_journal(reader, 0, cut)
    cut.write_bytes(cut.read_bytes()[:-200])
    with pytest.raises(OperatorError, match=r"cut\.jsonl\.gz: is no whole journal"):
        list(JournalFile(cut).records())


def test_the_command_replays_a_database_and_a_file(say, tmp_path):
    code, told = say("replay")
    assert (code, told[-32:]) == (0, "compared: the same, octet for octet\n"[-32:])
    out = tmp_path / "day.jsonl.gz"
    assert say("journal", "export", "--out", str(out))[0] == 0
    code, told = say("replay", str(out), "--json", database=False)
    assert code == 0
    assert json.loads(told)["inputs"] == 3
    code, told = say("replay", "--from", "2021-01-21")
    assert (code, " 0 inputs " in told) == (0, True)
    with pytest.raises(OperatorError, match="begins on 2021-01-20"):
        say("replay", "--from", "2021-01-19")


def test_the_command_lists_what_differs(say, lived_apart):
    engine = create_engine(lived_apart)
    with engine.begin() as connection:
        connection.execute(update(tables.run).values(rev=77))
    engine.dispose()
    code, told = say("replay", "--differences", "1", "--database", lived_apart, database=False)
    assert code == 1
    assert "table run" in told
    assert "differ\n" in told
