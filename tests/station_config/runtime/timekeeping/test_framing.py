"""Fixed frames out of a stream: any beginning, any split, any damage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import DeviceError
from station_config.runtime.timekeeping.framing import Framer


def parse(octets):
    if octets[-1] != sum(octets[:-1]) % 256:
        raise DeviceError("the sum is wrong")
    return octets[2:-1]


def frame(payload):
    body = b"AB" + payload
    return body + bytes((sum(body) % 256,))


def test_garbage_before_and_between_is_skipped_and_counted():
    framer = Framer(b"AB", 6, parse)
    found = framer.feed(b"xxA" + frame(b"123") + b"AAB" + frame(b"456"))
    assert [each.value for each in found] == [b"123", b"456"]
    assert framer.bad == 1
    assert framer.why == "the sum is wrong"
    assert framer.skipped == 6


def test_a_frame_that_begins_in_the_middle_of_a_bad_one_is_found():
    framer = Framer(b"AB", 6, parse)
    assert [each.value for each in framer.feed(b"ABx" + frame(b"123"))] == [b"123"]


def test_how_long_ago_it_began():
    framer = Framer(b"AB", 6, parse)
    assert framer.feed(frame(b"123")[:4]) == []
    assert framer.pending == 4
    assert framer.feed(frame(b"123")[4:] + b"AB")[0].since == 8
    assert framer.pending == 2


def test_the_parity_bit_is_no_part_of_it():
    framer = Framer(b"AB", 6, parse, mask=0x7F)
    assert framer.feed(bytes(each | 0x80 for each in frame(b"\x7f\1\2")))


@given(
    payloads=st.lists(st.binary(min_size=3, max_size=3), max_size=5),
    noise=st.binary(max_size=20).filter(lambda b: b"A" not in b),
    size=st.integers(1, 9),
)
def test_every_good_frame_is_found_however_it_comes(payloads, noise, size):
    stream = noise + b"".join(frame(p) + noise for p in payloads)
    framer = Framer(b"AB", 6, parse)
    found = [
        each.value
        for at in range(0, len(stream), size)
        for each in framer.feed(stream[at : at + size])
    ]
    assert found == payloads


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_nothing_makes_it_fail_or_grow(chunks):
    framer = Framer(b"AB", 6, parse)
    for chunk in chunks:
        framer.feed(chunk)
        assert framer.pending < 6
