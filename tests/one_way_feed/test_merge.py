"""One table out of several lines: who leads, what is told, what is contradicted."""

from __future__ import annotations

import pytest

from one_way_feed.disagreement import LAG_S, Conflict
from one_way_feed.known import KnownTable
from one_way_feed.merge import TRANSIT_S, TWO_SENDERS_S, Merge, MergedLine, OneKey, Takeover
from one_way_feed.rows import RowDeleted, RowUpserted, TrafficLogRow, row_key
from one_way_feed.table import Table
from protocol.messages import SourceMode

LIVE, UNVERIFIED = SourceMode.LIVE, SourceMode.UNVERIFIED
STALE, DOWN = SourceMode.SOURCE_STALE, SourceMode.LINK_DOWN


def row(key, track="1"):
    return TrafficLogRow(key=key, track=track)


def rows(**tracks):
    return {("log", key): row(key, track) for key, track in tracks.items()}


class Sender:
    """A sender's table, and what the hub has of it over any number of cables."""

    def __init__(self, epoch, **tracks):
        self.table = Table(epoch)
        self.update(**tracks)

    def update(self, **tracks):
        self.changes = self.table.update(rows(**tracks))
        return self.changes


class Hub:
    """A merge, its lines, and what it has told."""

    def __init__(self, *links, epoch=100, **held):
        self.now = 1000.0
        self.held = rows(**held)
        seed = {key: (each, (0, 0)) for key, each in self.held.items()}
        self.lines = [
            MergedLine("abc"[number], link, KnownTable(seed)) for number, link in enumerate(links)
        ]
        self.merge = Merge(self.lines, self.held, epoch)
        self.told = []
        self.table = dict(self.held)
        self.news = []

    def hears(self, name, changes=(), mode=None, epoch=None):
        line = self.merge.lines[name]
        line.mode = mode or line.mode
        line.epoch = epoch or line.epoch
        line.known.merge(changes)
        out = self.merge.hear(line, line.known.drain(), self.now)
        for change in out:
            assert not self.told or change.revision > self.told[-1].revision
            self.told.append(change)
            if isinstance(change, RowUpserted):
                self.table[row_key(change.row)] = change.row
            else:
                del self.table[change.key]
        self.news += self.merge.news()
        assert self.table == self.merge.rows
        return out

    def confirms(self, name, sender, mode=LIVE):
        """The line's table becomes the sender's, whole, by a poll that ends now."""
        line = self.merge.lines[name]
        state = sender.table.state
        revision = (sender.table.epoch, state.revision)
        records = sender.table.records()
        line.known.merge(records)
        line.known.drop_all_but({row_key(each.row) for each in records}, revision)
        line.known.confirm(revision)
        line.whole_at = self.now
        return self.hears(name, mode=mode, epoch=sender.table.epoch)

    def after(self, seconds):
        self.now += seconds

    def tracks(self):
        return {key: each.track for (_, key), each in self.table.items()}

    def takeovers(self):
        return [(each.before, each.lead) for each in self.news if isinstance(each, Takeover)]

    def conflicts(self):
        return [each for each in self.news if isinstance(each, Conflict)]


def test_one_line_is_told_as_it_comes_with_revisions_of_the_hub():
    hub, sender = Hub(1, epoch=7, old="1"), Sender(50, x="1", y="2")
    told = hub.hears("a", sender.changes, UNVERIFIED)
    assert [change.revision for change in told] == [(7, 1), (7, 2)]
    assert hub.merge.lead == "a"
    assert hub.tracks() == {"old": "1", "x": "1", "y": "2"}
    (deleted,) = hub.confirms("a", sender)
    assert deleted == RowDeleted(("log", "old"), (7, 3))
    assert hub.hears("a", sender.update(x="1")) == [RowDeleted(("log", "y"), (7, 4))]


def test_two_cables_of_one_sender_the_greater_revision_counts():
    hub, sender = Hub(1, 1), Sender(50, x="1")
    first = sender.changes
    second = sender.update(x="2")
    third = sender.update(x="1")
    hub.hears("a", first, UNVERIFIED, 50)
    hub.hears("b", second, UNVERIFIED, 50)
    assert hub.tracks() == {"x": "2"}
    hub.hears("a", third)
    assert hub.tracks() == {"x": "1"}
    assert hub.hears("a", second) == []
    assert hub.hears("b", third) == []
    assert hub.hears("b", [RowDeleted(("log", "x"), (50, 4))])
    assert hub.tracks() == {}
    assert hub.hears("a", third) == []


def test_an_equal_row_of_a_later_revision_holds_against_a_lagging_cable():
    """The first cable missed what was between: for it the row has not changed."""
    hub, sender = Hub(1, 1), Sender(50, x="1")
    first, second, third = sender.changes, sender.update(x="2"), sender.update(x="1")
    hub.hears("a", first, LIVE, 50)
    assert hub.hears("a", third) == []
    assert hub.hears("b", second, UNVERIFIED, 50) == []
    assert hub.tracks() == {"x": "1"}


def test_a_cable_that_is_behind_the_other_changes_nothing_when_it_takes_over():
    hub, sender = Hub(1, 1), Sender(50, x="1")
    for name in ("a", "b"):
        hub.confirms(name, sender)
    hub.after(1)
    hub.hears("a", sender.update(x="2", new="1"))
    hub.after(4)
    assert hub.hears("a", mode=DOWN) == []
    assert hub.takeovers() == [("a", "b")]
    assert hub.tracks() == {"x": "2", "new": "1"}
    hub.hears("b", sender.update(x="3", new="1"))
    assert hub.tracks() == {"x": "3", "new": "1"}


def test_the_lead_stays_while_it_is_live_and_the_other_is_only_compared():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1")
    hub.confirms("a", one)
    hub.confirms("b", two)
    hub.after(1)
    assert hub.hears("b", two.update(x="2")) == []
    assert hub.hears("a", one.update(x="2"))
    assert hub.merge.lead == "a"
    assert hub.news == []


def test_another_takes_over_when_its_poll_is_later_than_the_leads_last_word():
    hub, one, two = Hub(1, 2), Sender(50, x="1", y="1"), Sender(70, x="1", y="1")
    hub.confirms("a", one)
    hub.confirms("b", two)
    hub.after(10)
    hub.hears("a", one.update(x="2", y="1", new="1"))
    hub.after(4)
    assert hub.hears("a", mode=DOWN) == []
    assert hub.tracks() == {"x": "2", "y": "1", "new": "1"}
    assert hub.takeovers() == []
    two.update(x="3", new="1")
    told = hub.confirms("b", two)
    assert {type(change) for change in told} == {RowDeleted, RowUpserted}
    assert hub.tracks() == {"x": "3", "new": "1"}
    assert hub.takeovers() == [("a", "b")]
    hub.after(1)
    hub.confirms("a", one)
    assert hub.merge.lead == "b"
    assert hub.tracks() == {"x": "3", "new": "1"}


def test_a_poll_that_ended_as_the_lead_spoke_is_not_later():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1")
    hub.confirms("a", one)
    hub.hears("a", one.update(x="2"))
    hub.after(TRANSIT_S)
    hub.confirms("b", two)
    assert hub.hears("a", mode=DOWN) == []
    assert hub.merge.lead == "a"
    hub.after(0.1)
    two.update(x="2")
    assert hub.confirms("b", two) == []
    assert hub.merge.lead == "b"


def test_a_stale_or_unverified_lead_gives_way_too():
    for mode in (STALE, UNVERIFIED):
        hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1")
        hub.confirms("a", one)
        hub.after(20)
        hub.confirms("b", two)
        hub.hears("a", mode=mode)
        assert hub.merge.lead == "b"
        (news,) = hub.news
        assert news == Takeover("a", mode, "b")


def test_with_no_line_live_an_unverified_one_leads_in_part_and_deletes_nothing():
    hub, one, two = Hub(1, 2), Sender(50, x="1", y="1"), Sender(70, x="1", y="1", z="1")
    hub.confirms("a", one)
    hub.after(5)
    hub.hears("b", two.changes[:1], UNVERIFIED, 70)
    hub.hears("a", mode=DOWN)
    assert (hub.merge.lead, hub.merge.in_part) == ("b", True)
    assert hub.tracks() == {"x": "1", "y": "1"}
    hub.hears("b", two.changes[2:])
    hub.hears("b", two.update(x="2"))
    assert hub.tracks() == {"x": "2", "y": "1", "z": "1"}
    hub.after(5)
    hub.confirms("b", two)
    assert hub.tracks() == {"x": "2"}
    assert hub.merge.in_part is False


def test_a_stale_line_does_not_follow_a_dead_one():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="0")
    hub.confirms("a", one)
    hub.confirms("b", two, STALE)
    hub.after(60)
    assert hub.hears("a", mode=DOWN) == []
    assert hub.merge.lead == "a"


def test_what_two_confirmed_tables_contradict_is_told_once_and_its_end_too():
    hub, one, two = Hub(1, 2), Sender(50, x="1", y="1"), Sender(70, x="1", y="1")
    hub.confirms("a", one)
    hub.confirms("b", two)
    two.update(x="9", y="1")
    began = hub.now
    for _ in range(8):
        hub.after(1)
        hub.confirms("a", one)
        hub.confirms("b", two)
    (conflict,) = hub.conflicts()
    assert (conflict.line, conflict.key) == ("b", ("log", "x"))
    assert (conflict.ours, conflict.theirs) == (row("x", "1"), row("x", "9"))
    assert conflict.since == began + 1
    assert hub.merge.disagreements.seen == {"b": 1}
    assert hub.tracks() == {"x": "1", "y": "1"}
    two.update(x="1", y="1")
    hub.confirms("b", two)
    assert [each.holds for each in hub.conflicts()] == [True, False]
    assert hub.merge.disagreements.conflicts == []


def test_a_line_that_only_lags_contradicts_nobody():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1")
    hub.confirms("a", one)
    hub.confirms("b", two)
    for number in range(2, 30):
        hub.hears("a", one.update(x=str(number)))
        hub.confirms("a", one)
        hub.after(LAG_S - 1)
        hub.hears("b", two.update(x=str(number)))
        hub.confirms("b", two)
    assert hub.conflicts() == []


def test_a_line_that_changes_its_lie_all_the_time_is_found_all_the_same():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1")
    hub.confirms("a", one)
    for number in range(10):
        hub.after(1)
        two.update(x=f"lie {number}")
        hub.confirms("b", two)
        hub.confirms("a", one)
    assert len(hub.conflicts()) == 1


def test_a_row_that_only_one_line_has_is_a_contradiction():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="1", ghost="1")
    hub.confirms("a", one)
    for _ in range(8):
        hub.after(1)
        hub.confirms("b", two)
        hub.confirms("a", one)
    (conflict,) = hub.conflicts()
    assert (conflict.key, conflict.ours) == (("log", "ghost"), None)


def test_a_conflict_goes_on_when_the_other_side_leads():
    hub, one, two = Hub(1, 2), Sender(50, x="1"), Sender(70, x="9")
    hub.confirms("a", one)
    for _ in range(8):
        hub.after(1)
        hub.confirms("b", two)
        hub.confirms("a", one)
    hub.after(5)
    hub.confirms("b", two)
    hub.hears("a", mode=DOWN)
    assert hub.tracks() == {"x": "9"}
    (conflict,) = hub.merge.disagreements.conflicts
    assert (conflict.line, conflict.ours, conflict.theirs) == ("a", row("x", "9"), row("x", "1"))
    assert len(hub.conflicts()) == 1


def test_two_senders_with_one_key_are_told_apart_and_each_is_heard():
    hub, one, two = Hub(1, 1), Sender(50, x="1"), Sender(70, x="1")
    hub.confirms("a", one)
    hub.confirms("b", two)
    hub.after(TWO_SENDERS_S + 1)
    hub.confirms("b", two)
    hub.confirms("a", one)
    assert [each for each in hub.news if isinstance(each, OneKey)] == [OneKey(1, ("a", "b"), True)]
    one.update(x="2")
    hub.confirms("a", one)
    assert hub.merge.cables == [hub.merge.lead]
    hub.after(5)
    two.update(x="3")
    hub.confirms("b", two)
    one.update(x="3")
    hub.after(5)
    hub.confirms("b", two, DOWN)
    hub.confirms("a", one)
    assert hub.tracks() == {"x": "3"}
    one.update(x="4")
    hub.confirms("a", one)
    assert hub.tracks() == {"x": "4"}


def test_a_sender_that_restarts_is_not_two_senders():
    hub, sender = Hub(1, 1), Sender(50, x="1")
    for name in ("a", "b"):
        hub.confirms(name, sender)
    again = Sender(60, x="2")
    hub.confirms("a", again)
    hub.after(1)
    hub.confirms("b", again)
    hub.after(TWO_SENDERS_S * 2)
    hub.confirms("a", again)
    hub.confirms("b", again)
    assert hub.news == []
    assert hub.tracks() == {"x": "2"}


@pytest.mark.parametrize("count", [1, 2])
def test_without_any_row_nobody_leads(count):
    hub = Hub(*range(count))
    hub.hears("a", mode=LIVE)
    assert hub.merge.lead is None
    assert hub.merge.cables == []


def test_what_a_cable_has_confirmed_outweighs_an_older_word_of_the_other():
    """The second cable told what was between, and was cut: the first never saw it."""
    hub, sender = Hub(1, 1), Sender(50, x="1")
    hub.hears("a", sender.changes, LIVE, 50)
    between = sender.update(x="2")
    sender.update(x="1")
    hub.hears("b", between, UNVERIFIED, 50)
    assert hub.tracks() == {"x": "2"}
    line = hub.merge.lines["a"]
    state = sender.table.state
    assert line.known.matches(state.rows, state.digest)
    line.known.confirm((50, state.revision))
    hub.hears("a")
    assert hub.tracks() == {"x": "1"}
