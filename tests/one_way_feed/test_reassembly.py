"""Frames of a real carousel through a line that loses some, pure and in simulated time."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from one_way_feed.bodies import Heartbeat, Manifest, Symbol
from one_way_feed.carousel import Carousel
from one_way_feed.frame import Frame, FrameType
from one_way_feed.octets import BodyError
from one_way_feed.reassembly import Reassembly, SchemaMismatch
from one_way_feed.row_codec import LAYOUT_VERSION, SCHEMA, nothing, pack
from one_way_feed.rows import RowDeleted, RowUpserted, TrafficLogRow
from one_way_feed.table import Table
from one_way_feed.timing import timing_of
from simulators.bench.feed_link import Loss, join, recording


class Line:
    """A sender in simulated time; `run` gives the frames of so many seconds."""

    def __init__(self, epoch: int = 5) -> None:
        self.table = Table(epoch)
        self.carousel = Carousel(self.table, timing_of(115200))
        self.now = 0.0
        self.sequence = 0

    def poll(self, rows) -> None:
        self.carousel.changed(self.table.update(rows), self.now)

    def run(self, seconds: float):
        end = self.now + seconds
        while self.now < end:
            outgoing = self.carousel.next(self.now)
            self.now += 0.02
            if outgoing is not None:
                self.sequence += 1
                yield self.frame(outgoing.kind, outgoing.body)

    def frame(self, kind: int, body: bytes, layout: int = LAYOUT_VERSION) -> Frame:
        return Frame(kind, 1, 0, self.table.epoch, self.sequence, 0, body, layout)


def feed(reassembly, frames):
    for frame in frames:
        reassembly.accept(frame)
    return reassembly.known.drain()


def held(line):
    return {
        ("plan" if hasattr(r.row, "role") else "log", r.row.key): (r.row, r.revision)
        for r in line.table.records()
    }


def test_a_late_joiner_gets_the_whole_table_and_knows_it(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(40))
    list(line.run(0.5))
    changes = feed(joined, line.run(3.0))
    assert joined.known.rows == rows(40)
    assert joined.known.verified == (5, 80)
    assert all(isinstance(change, RowUpserted) for change in changes)
    assert len(changes) == 80


def test_a_change_comes_through_once_though_it_is_sent_three_times(rows):
    line, joined, wanted = Line(), Reassembly({}), rows(10)
    line.poll(wanted)
    feed(joined, line.run(2.0))
    key = ("plan", "20210120-004")
    wanted[key] = replace(wanted[key], cancelled=True)
    del wanted["log", "20210120-002"]
    line.poll(wanted)
    assert feed(joined, line.run(5.0)) == [
        RowDeleted(("log", "20210120-002"), (5, 21)),
        RowUpserted(wanted[key], (5, 22)),
    ]
    assert joined.known.verified == (5, 22)


def test_silence_deletes_nothing(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(10))
    feed(joined, line.run(2.0))
    other = Line(epoch=6)
    assert feed(joined, other.run(5.0)) == []
    assert joined.known.rows == rows(10)
    assert joined.heartbeat.revision == 0


def test_what_the_hub_held_is_confirmed_by_one_heartbeat(rows):
    line = Line()
    line.poll(rows(40))
    list(line.run(3.0))
    joined = Reassembly(held(line))
    beat = next(frame for frame in line.run(2.0) if frame.kind == FrameType.HEARTBEAT)
    assert feed(joined, [beat]) == []
    assert joined.known.verified == (5, 80)


def test_rows_that_went_while_the_hub_was_down_are_deleted_by_the_verified_table(rows):
    line = Line()
    line.poll(rows(40))
    before = held(line)
    line.poll(rows(38))
    list(line.run(8.0))
    joined = Reassembly(before)
    changes = feed(joined, line.run(3.0))
    assert {change.key for change in changes} == rows(40).keys() - rows(38).keys()
    assert all(isinstance(change, RowDeleted) for change in changes)
    assert joined.known.rows == rows(38)


def test_after_a_restart_of_the_sender_only_what_differs_is_told(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(10))
    feed(joined, line.run(2.0))
    wanted = rows(9)
    key = ("plan", "20210120-004")
    wanted[key] = replace(wanted[key], cancelled=True)
    again = Line(epoch=6)
    again.poll(wanted)
    changes = feed(joined, again.run(3.0))
    assert RowUpserted(wanted[key], changes[0].revision) in changes
    assert {c.key for c in changes[1:]} == {("plan", "20210120-009"), ("log", "20210120-009")}
    assert joined.known.rows == wanted


def test_an_older_copy_changes_nothing_and_does_not_bring_a_deleted_row_back(rows):
    line, joined, wanted = Line(), Reassembly({}), rows(10)
    line.poll(wanted)
    old = list(line.run(2.0))
    feed(joined, old)
    del wanted["log", "20210120-002"]
    line.poll(wanted)
    feed(joined, line.run(0.1))
    assert feed(joined, old) == []
    assert joined.known.rows == wanted


def test_the_code_gives_lost_symbols_back(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(40))
    frames = list(line.run(4.0))
    kept = [f for f in frames if f.kind != FrameType.SNAPSHOT or f.body[7] % 2]
    feed(joined, kept)
    assert joined.known.rows == rows(40)
    assert joined.restored > 3


def test_rows_wait_for_the_dictionary(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(20))
    frames = list(line.run(1.0))
    symbols = [frame for frame in frames if frame.kind == FrameType.SNAPSHOT]
    symbols = symbols[: symbols[0].body[6]]
    assert feed(joined, symbols[1:]) == []
    assert len(feed(joined, symbols[:1])) == 40


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_a_table_is_verified_though_frames_are_lost_in_bursts_of_five(rows, share):
    sent = recording(rows(40), 115200, 20.0)
    times = [join(sent, share, 5, Random(seed)) for seed in range(40)]
    assert None not in times
    assert max(times) < {0.1: 1.5, 0.2: 2.3, 0.4: 6.0}[share]


def test_a_link_that_loses_changes_always_ends_at_the_table_of_the_sender(rows):
    for seed in range(5):
        random = Random(seed)
        line, joined, loss = Line(), Reassembly({}), Loss(0.2, 5, random)
        wanted = rows(30)
        for _ in range(60):
            key = random.choice(list(wanted))
            if random.random() < 0.2:
                del wanted[key]
            elif key[0] == "log":
                wanted[key] = replace(wanted[key], track=str(random.randrange(9)))
            line.poll(wanted)
            feed(joined, (frame for frame in line.run(0.3) if not loss.lost()))
        feed(joined, (frame for frame in line.run(8.0) if not loss.lost()))
        assert joined.known.rows == wanted
        assert joined.known.verified == (5, line.table.state.revision)


def test_two_receivers_of_one_line_hold_the_same_digest(rows):
    line, one, other = Line(), Reassembly({}), Reassembly({})
    line.poll(rows(30))
    loss = Loss(0.2, 5, Random(3))
    for frame in line.run(6.0):
        one.accept(frame)
        if not loss.lost():
            other.accept(frame)
    assert one.known.digest == other.known.digest == line.table.state.digest


def test_a_lie_under_one_revision_is_counted_and_changes_nothing():
    joined, line = Reassembly({}), Line()
    for track in ("3", "4"):
        change = RowUpserted(TrafficLogRow(key="k", track=track), (5, 1))
        joined.accept(line.frame(FrameType.DELTA, pack([change], 200, 1, nothing)[0]))
    assert joined.known.rows["log", "k"].track == "3"
    assert joined.known.conflicts == 1


def test_a_snapshot_that_is_not_its_manifests_deletes_nothing(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(10))
    held_before = {("log", "old"): (TrafficLogRow(key="old"), (4, 1))}
    joined = Reassembly(held_before)
    wrong = []
    for frame in line.run(2.0):
        if frame.kind == FrameType.MANIFEST:
            manifest = Manifest.from_bytes(frame.body)
            lying = Manifest(
                manifest.generation, manifest.revision, 20, 1, SCHEMA, 1, manifest.entries
            )
            frame = line.frame(FrameType.MANIFEST, lying.to_bytes())  # noqa: PLW2901
        if frame.kind == FrameType.HEARTBEAT:
            continue
        try:
            joined.accept(frame)
        except BodyError as error:
            wrong.append(error.message)
    assert "another digest" in wrong[0]
    assert ("log", "old") in joined.known.rows
    assert joined.known.verified == (0, 0)
    feed(joined, line.run(3.0))
    assert joined.known.rows == rows(10)


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        (99, b"", "unknown type 99"),
        (FrameType.HEARTBEAT, b"short", "early"),
        (FrameType.SNAPSHOT, Symbol(1, 1, 1, 3, 0, b"x").to_bytes(), "cannot stand"),
        (FrameType.SNAPSHOT, Symbol(1, 0, 1, 3, 3, b"x").to_bytes(), "cannot stand"),
        (FrameType.PARITY, Symbol(1, 0, 99, 3, 0, b"x").to_bytes(), "cannot stand"),
        (FrameType.PARITY, Symbol(1, 0, 1, 0, 0, b"x").to_bytes(), "cannot stand"),
        (FrameType.SNAPSHOT, Symbol(1, 0, 1, 3, 0, b"\x09x").to_bytes(), "unknown kind 9"),
        (FrameType.DELTA, b"\xff" * 20, "."),
        (FrameType.DICTIONARY, b"\xff\xff\x01\x01a", "beyond the dictionary"),
    ],
)
def test_an_authentic_frame_that_means_nothing_is_refused(kind, body, why):
    joined = Reassembly({})
    with pytest.raises(BodyError, match=why):
        joined.accept(Line().frame(kind, body))
    assert joined.known.rows == {}


def test_symbols_that_contradict_each_other_are_refused():
    joined, line = Reassembly({}), Line()
    joined.accept(line.frame(FrameType.PARITY, Symbol(1, 0, 1, 3, 0, b"xx").to_bytes()))
    with pytest.raises(BodyError, match="3 symbols, not 4"):
        joined.accept(line.frame(FrameType.PARITY, Symbol(1, 0, 1, 4, 1, b"xx").to_bytes()))
    manifest = Manifest(1, 1, 1, 1, SCHEMA, 1, 0).to_bytes()
    joined.accept(line.frame(FrameType.MANIFEST, manifest))
    joined.accept(line.frame(FrameType.PARITY, Symbol(1, 0, 1, 3, 1, b"xx").to_bytes()))
    with pytest.raises(BodyError, match="differ in length"):
        joined.accept(line.frame(FrameType.PARITY, Symbol(1, 0, 1, 3, 2, b"xxx").to_bytes()))


def test_rows_of_another_layout_are_not_read():
    joined, line = Reassembly({}), Line()
    with pytest.raises(SchemaMismatch, match="layout 2"):
        joined.accept(line.frame(FrameType.DELTA, b"", layout=2))
    beat = Heartbeat(0, 1, 1, 20, 1, 0, 0, SCHEMA ^ 1, 0, 0, 0).to_bytes()
    with pytest.raises(SchemaMismatch, match="laid out"):
        joined.accept(line.frame(FrameType.HEARTBEAT, beat))
    assert joined.known.verified == (0, 0)


def test_an_older_generation_is_not_looked_at(rows):
    line, joined = Line(), Reassembly({})
    line.poll(rows(10))
    old = [f for f in line.run(1.0) if f.kind == FrameType.SNAPSHOT]
    joined.accept(line.frame(FrameType.PARITY, Symbol(9, 0, 1, 3, 0, b"x").to_bytes()))
    assert feed(joined, old) == []
    assert joined.generation == 9
