from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_way_feed.bodies import Heartbeat, Manifest, Symbol, pack_entries
from one_way_feed.frame import (
    MAX_BODY,
    MAX_CHUNK,
    Chunks,
    Deframer,
    Fault,
    Frame,
    FrameType,
    encode,
    parse,
    seal,
    unseal,
)
from one_way_feed.keys import KeyRing
from one_way_feed.row_codec import nothing, pack
from one_way_feed.rows import RowDeleted

KEYS = KeyRing(1, 0, {0: bytes(range(32)), 1: bytes(32)})

frames = st.builds(
    Frame,
    kind=st.sampled_from(FrameType),
    link=st.just(1),
    key_id=st.just(0),
    epoch=st.integers(0, 2**32 - 1),
    sequence=st.integers(0, 2**32 - 1),
    sent_at_ms=st.integers(0, 2**48 - 1),
    body=st.binary(max_size=MAX_BODY),
    layout=st.integers(0, 15),
)


@given(frames)
def test_a_frame_comes_back(frame):
    octets = encode(frame, KEYS.key)
    assert octets[0] == octets[-1] == 0
    assert 0 not in octets[1:-1]
    assert len(octets) == len(frame.body) + 33
    assert Deframer(KEYS).feed(octets) == [frame]


@given(frames, st.lists(st.integers(1, 20), max_size=40))
def test_the_line_may_hand_over_octets_in_any_pieces(frame, cuts):
    octets = encode(frame, KEYS.key) * 3
    deframer, found = Deframer(KEYS), []
    for cut in cuts:
        found += deframer.feed(octets[:cut])
        octets = octets[cut:]
    found += deframer.feed(octets)
    assert found == [frame] * 3


def short_bodies():
    delta, _ = pack([RowDeleted(("plan", "K1"), (5, 3))], MAX_BODY, 3, nothing)
    return {
        FrameType.HEARTBEAT: Heartbeat(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).to_bytes(),
        FrameType.MANIFEST: Manifest(1, 2, 3, 4, 5, 1, 7).to_bytes(),
        FrameType.SNAPSHOT: Symbol(1, 0, 1, 3, 0, b"\x02row").to_bytes(),
        FrameType.PARITY: Symbol(1, 0, 1, 3, 0, b"\x99parity").to_bytes(),
        FrameType.DELTA: delta,
        FrameType.DICTIONARY: pack_entries(0, ["包头"], MAX_BODY)[0],
    }


@pytest.mark.parametrize("kind", FrameType)
def test_no_one_or_two_flipped_bits_pass_the_crc(kind, signed):
    """Exhaustive, the tag not looked at: 0 of about 100,000 to 400,000 damaged frames."""
    octets = signed.octets(kind, short_bodies()[kind])
    whole = int.from_bytes(octets)
    bits = [1 << bit for bit in range(8 * len(octets))]
    flips = [*bits, *(a | b for a, b in combinations(bits, 2))]
    accepted = 0
    for flip in flips:
        damaged = (whole ^ flip).to_bytes(len(octets))
        # What follows on the line begins with a delimiter.
        for chunk in Chunks().feed(damaged + b"\0"):
            accepted += unseal(chunk) is not None
    assert accepted == 0


def test_a_longer_frame_too(signed):
    octets = signed.octets(FrameType.DELTA, bytes(range(229)))
    whole = int.from_bytes(octets)
    for bit in range(8 * len(octets)):
        damaged = (whole ^ 1 << bit).to_bytes(len(octets))
        assert not any(unseal(chunk) for chunk in Chunks().feed(damaged + b"\0"))


@given(st.binary(max_size=1000))
def test_the_first_intact_frame_after_noise_is_accepted(noise):
    frame = Frame(FrameType.DELTA, 1, 0, 5, 1, 0, b"body", 1)
    found = Deframer(KEYS).feed(noise + encode(frame, KEYS.key))
    assert found[-1] == frame
    assert set(found[:-1]) <= {Fault.NOISE}


def test_endless_noise_takes_no_memory_and_is_no_silence():
    """A wrong rate may read as octets without any zero: it is counted all the same."""
    chunks, found = Chunks(), []
    for _ in range(1000):
        found += chunks.feed(b"x" * 1000)
    assert len(found) == 1_000_000 // (MAX_CHUNK + 1)
    assert not any(unseal(chunk) for chunk in found)
    assert len(chunks._rest) <= MAX_CHUNK
    assert [unseal(chunk) for chunk in chunks.feed(b"\0")] == [None]


def test_a_line_that_is_stuck_at_zero_is_silence():
    assert Deframer(KEYS).feed(bytes(5000)) == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, b"\x11" * 32),
        ({"link": 2}, KEYS.key),
        ({"key_id": 3}, KEYS.key),
        ({"key_id": 1}, KEYS.key),
    ],
    ids=["another key", "another link", "unknown key id", "the other key's id"],
)
def test_a_good_crc_with_a_wrong_tag_is_a_forgery_not_noise(signed, changes, key):
    octets = encode(signed.frame(FrameType.DELTA, b"body", **changes), key)
    assert Deframer(KEYS).feed(octets) == [Fault.FORGED]


def test_both_live_keys_are_accepted(signed):
    old = encode(signed.frame(FrameType.DELTA, b"a"), KEYS.keys[0])
    new = encode(signed.frame(FrameType.DELTA, b"b", key_id=1), KEYS.keys[1])
    assert [frame.body for frame in Deframer(KEYS).feed(old + new)] == [b"a", b"b"]


def test_the_tag_covers_header_and_body(signed):
    octets = signed.octets(FrameType.DELTA, b"body")
    inner = unseal(octets[1:-1])
    assert parse(inner).body == b"body"
    deframer = Deframer(KEYS)

    for at in range(len(inner)):
        forged = inner[:at] + bytes((inner[at] ^ 0x10,)) + inner[at + 1 :]
        assert deframer.feed(seal(forged)) == [Fault.FORGED], at


def test_too_long_a_body_is_refused(signed):
    with pytest.raises(ValueError, match="255"):
        signed.octets(FrameType.DELTA, bytes(MAX_BODY + 1))
