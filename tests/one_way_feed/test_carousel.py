from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from one_way_feed.bodies import Heartbeat, SourceState
from one_way_feed.carousel import Carousel, SourceReport
from one_way_feed.frame import FrameType
from one_way_feed.row_reader import unpack
from one_way_feed.rows import RowDeleted
from one_way_feed.snapshot import TableTooLong
from one_way_feed.table import Table
from one_way_feed.timing import timing_of


@pytest.fixture
def link(rows):
    table = Table(5)
    carousel = Carousel(table, timing_of(115200))
    wanted = rows(10)
    carousel.changed(table.update(wanted), 0.0)
    return carousel, table, wanted


def run(carousel, start, seconds, step=0.02):
    """Return what goes out, with the moment, when a frame takes `step` seconds."""
    out, count = [], round(seconds / step)
    for number in range(count):
        now = start + number * step
        out.append((now, carousel.next(now)))
    return out


def kinds(sent):
    return [outgoing.kind for _, outgoing in sent]


def changed_row(link, now, **values):
    carousel, table, wanted = link
    key = ("plan", "20210120-003")
    wanted[key] = replace(wanted[key], **values)
    carousel.changed(table.update(wanted), now)
    return key


def test_before_the_first_poll_there_is_a_heartbeat_and_nothing_else():
    carousel = Carousel(Table(5), timing_of(115200))
    first = carousel.next(0.0)
    assert first.kind is FrameType.HEARTBEAT
    beat = Heartbeat.from_bytes(first.body)
    assert (beat.state, beat.revision) == (SourceState.NEVER_POLLED, 0)
    assert carousel.next(0.5) is None
    assert carousel.next_heartbeat == 1.0
    assert carousel.next(1.0).kind is FrameType.HEARTBEAT


def test_a_first_table_goes_out_as_a_snapshot_not_three_times_over(link):
    sent = run(link[0], 0.0, 1.0)
    assert kinds(sent)[:3] == [FrameType.HEARTBEAT, FrameType.MANIFEST, FrameType.SNAPSHOT]
    assert FrameType.DELTA not in kinds(sent)
    told = [key for _, outgoing in sent for key in outgoing.keys]
    assert sorted(told) == sorted(link[2])


def test_the_heartbeat_comes_every_second_whatever_else_is_to_be_said(link):
    sent = run(link[0], 0.0, 5.0)
    beats = [now for now, outgoing in sent if outgoing.kind is FrameType.HEARTBEAT]
    assert len(beats) == 5
    assert all(b - a < 1.05 for a, b in pairwise(beats))


def test_a_changed_row_goes_first_and_again_after_half_a_second_and_two(link):
    run(link[0], 0.0, 1.0)
    key = changed_row(link, 1.02, cancelled=True)
    assert link[0].urgent
    link[0].next(1.02)
    sent = run(link[0], 1.04, 4.0)
    deltas = [(now, outgoing) for now, outgoing in sent if outgoing.kind is FrameType.DELTA]
    assert [round(now - 1.04, 1) for now, _ in deltas] == [0.0, 0.5, 2.0]
    assert [outgoing.keys for _, outgoing in deltas] == [(key,), (), ()]
    assert len({outgoing.body for _, outgoing in deltas}) == 1
    assert not link[0].urgent


def test_a_row_that_changes_again_replaces_its_older_self(link):
    run(link[0], 0.0, 2.0)
    changed_row(link, 2.02, cancelled=True)
    run(link[0], 2.02, 0.1)
    changed_row(link, 2.2, cancelled=False)
    sent = run(link[0], 2.2, 3.0)
    revisions = {
        change.revision
        for _, outgoing in sent
        if outgoing.kind is FrameType.DELTA
        for change in unpack(outgoing.body, 5, link[0]._dictionary.entries)
    }
    assert revisions == {(5, 22)}


def test_a_deleted_row_is_a_tombstone(link):
    carousel, table, wanted = link
    run(carousel, 0.0, 2.0)
    del wanted["log", "20210120-003"]
    carousel.changed(table.update(wanted), 2.02)
    delta = next(o for _, o in run(carousel, 2.02, 0.1) if o.kind is FrameType.DELTA)
    assert unpack(delta.body, 5, []) == [RowDeleted(("log", "20210120-003"), (5, 21))]


def test_a_new_text_is_written_out_until_the_dictionary_with_it_has_gone_round(link):
    run(link[0], 0.0, 2.0)
    changed_row(link, 2.02, destination="深圳北")
    sent = run(link[0], 2.02, 3.0)
    assert kinds(sent).count(FrameType.DICTIONARY) == 3
    first = next(o for _, o in sent if o.kind is FrameType.DELTA)
    assert "深圳北".encode() in first.body
    changed_row(link, 6.0, cancelled=True)
    later = next(o for _, o in run(link[0], 6.0, 1.0) if o.kind is FrameType.DELTA)
    assert "深圳北".encode() not in later.body


def test_a_change_of_most_of_the_table_is_a_new_snapshot(link, rows):
    carousel, table, _ = link
    run(carousel, 0.0, 2.0)
    others = {k: replace(r, key="x" + r.key) for k, r in rows(60).items()}
    others = {(kind, "x" + key): row for (kind, key), row in others.items()}
    carousel.changed(table.update(others), 2.0)
    assert carousel.generation.manifest.generation == 2
    sent = run(carousel, 2.0, 2.0)
    gone = [
        change
        for _, outgoing in sent
        if outgoing.kind is FrameType.DELTA
        for change in unpack(outgoing.body, 5, carousel._dictionary.entries)
    ]
    assert all(isinstance(change, RowDeleted) for change in gone)
    assert len({change.key for change in gone}) == 20


def test_a_snapshot_stays_until_it_has_gone_round_and_then_follows_the_table(link):
    carousel, table, _ = link
    changed_row(link, 0.0, cancelled=True)
    assert carousel.generation.manifest.revision < table.state.revision
    run(carousel, 0.0, 3.0)
    assert carousel.generation.manifest.revision == table.state.revision
    generation = carousel.generation.manifest.generation
    run(carousel, 3.0, 3.0)
    assert carousel.generation.manifest.generation == generation


def test_a_new_state_of_the_source_is_said_at_once(link):
    carousel = link[0]
    run(carousel, 0.0, 0.5)
    carousel.report = SourceReport(state=SourceState.UNREACHABLE, poll_ok_at_ms=77, received=3)
    carousel.heartbeat_soon()
    beat = Heartbeat.from_bytes(carousel.next(0.6).body)
    assert (beat.state, beat.poll_ok_at_ms, beat.received) == (SourceState.UNREACHABLE, 77, 3)


def test_a_table_too_long_for_a_snapshot_still_goes_out_as_deltas(link, monkeypatch):
    carousel = link[0]
    run(carousel, 0.0, 0.5)

    def too_long(*_arguments):
        raise TableTooLong("9 rows are more")

    monkeypatch.setattr("one_way_feed.carousel.Generation", too_long)
    changed_row(link, 0.6, cancelled=True)
    sent = run(carousel, 0.6, 5.0)
    assert FrameType.DELTA in kinds(sent)
    assert carousel.generation.manifest.generation == 1
    assert carousel.fault == "9 rows are more"
