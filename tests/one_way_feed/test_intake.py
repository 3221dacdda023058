from __future__ import annotations

from random import Random

from one_way_feed.bodies import Heartbeat, SourceState
from one_way_feed.frame import FrameType, encode
from one_way_feed.intake import Intake
from one_way_feed.keys import KeyRing
from one_way_feed.memory import Memory
from one_way_feed.row_codec import SCHEMA, nothing, pack
from one_way_feed.rows import RowUpserted, TrafficLogRow
from one_way_feed.status import Counters
from simulators.bench.feed_link import recording


def take_all(intake, octets):
    return intake.feed(octets, 0.0, 1000.0)


def delta(signed, number, **changes):
    row = RowUpserted(TrafficLogRow(key=f"k{number}"), (signed.epoch, number))
    return signed.octets(FrameType.DELTA, pack([row], 200, number, nothing)[0], **changes)


def new(keys, mark=(0, 0), held=None, remember=lambda _mark: None):
    return Intake(keys, held or {}, mark, remember)


def test_every_frame_is_counted_once(keys, signed):
    intake = new(keys)
    one, two = delta(signed, 1), delta(signed, 2)
    forged = encode(signed.frame(FrameType.DELTA, b""), b"\x07" * 32)
    broken = signed.octets(FrameType.DELTA, b"\xff")
    taken = take_all(intake, one + one + two + one + b"noise\0" + forged + broken)
    assert [change.row.key for change in taken.changes] == ["k1", "k2"]
    assert taken.faults == ["body ends 3 octets early"]
    assert intake.counters == Counters(
        good=2, noise=1, forged=1, replayed=1, duplicate=1, rejected=1
    )


def test_100_000_replayed_foreign_and_old_frames_across_a_restart(keys, rows, tmp_path):
    """Recorded frames, frames of other keys and of older epochs: none is used."""
    memory = Memory(tmp_path / "mark")
    sent = [each.frame for each in recording(rows(30), 115200, 3.0)]
    recorded = [encode(frame, keys.key) for frame in sent]
    intake = new(keys, memory.mark, remember=memory.advance)
    assert take_all(intake, b"".join(recorded)).changes
    good = intake.counters.good
    # No orderly end: what survives is what stands in the file now.
    again = Memory(tmp_path / "mark")
    intake = new(keys, again.mark, remember=again.advance)
    foreign = KeyRing(1, 0, {0: b"\x09" * 32})
    random, octets, count = Random(1), [], 100_000
    old = [f.__class__(**{**f.__dict__, "epoch": 6, "sequence": 2**31}) for f in sent]
    for _ in range(count):
        frame = random.choice(sent)
        choice = random.randrange(3)
        if choice == 0:
            octets.append(random.choice(recorded))
        elif choice == 1:
            octets.append(encode(frame, foreign.key))
        else:
            octets.append(encode(random.choice(old), keys.key))
    taken = take_all(intake, b"".join(octets))
    counters = intake.counters
    assert taken.changes == []
    assert counters.good == 0 < good
    assert counters.forged + counters.replayed + counters.duplicate == count
    assert min(counters.forged, counters.replayed) > count // 4
    memory.close()
    again.close()


def test_an_epoch_before_that_of_the_rows_held_is_a_replay_even_without_a_memory(keys, signed):
    held = {("log", "k"): (TrafficLogRow(key="k"), (9, 4))}
    intake = new(keys, held=held)
    assert take_all(intake, delta(signed, 1)).changes == []
    assert intake.counters.replayed == 1


def test_a_mark_is_kept_before_the_frame_is_used(keys, signed):
    seen = []
    intake = new(keys, remember=lambda mark: seen.append((mark, len(intake.reassembly.known))))
    take_all(intake, delta(signed, 1) + delta(signed, 2))
    assert seen == [((5, 1), 0), ((5, 2), 1)]


def test_what_the_heartbeat_says_of_the_database_becomes_this_sides_time(keys, signed):
    intake = new(keys)
    beat = Heartbeat(SourceState.SLOW, 4000, 0, 50, 0, 0, 0, SCHEMA, 0, 0, 0).to_bytes()
    octets = signed.octets(FrameType.HEARTBEAT, beat, sent_at_ms=10_000)
    intake.feed(octets, 500.0, 12.0)
    assert intake.observed.poll_ok_at == 494.0
    assert intake.observed.stale_after_s == 15.0
    assert intake.observed.source == SourceState.SLOW
    assert intake.observed.frame_at == 500.0
    assert intake.observed.confirmed_at is None
    assert intake.clock_offset_s == 2.0


def test_new_keys_count_at_once(keys, signed):
    intake = new(keys)
    intake.use_keys(KeyRing(1, 0, {0: b"\x01" * 32}))
    take_all(intake, delta(signed, 1))
    assert intake.counters.forged == 1


def test_what_a_damaged_frame_changed_before_it_was_found_damaged_is_told(keys, signed):
    """A dictionary frees a waiting row, then a later block of the same read is refused."""
    intake = new(keys)
    row = RowUpserted(TrafficLogRow(key="k", track="3"), (5, 1))
    waiting = signed.octets(FrameType.DELTA, pack([row], 200, 1, lambda _text: 0)[0])
    entries = signed.octets(FrameType.DICTIONARY, b"\0\0\1\1" + b"3")
    refused = signed.octets(99, b"")
    taken = take_all(intake, waiting + entries + refused)
    assert taken.changes == [row]
    assert taken.faults == ["unknown type 99 of frame"]
