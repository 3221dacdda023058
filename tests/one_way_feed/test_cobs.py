from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_way_feed.cobs import MAX_PLAIN, stuff, unstuff


@given(st.binary(max_size=MAX_PLAIN))
def test_what_is_stuffed_comes_back_one_octet_shorter(plain):
    stuffed = stuff(plain)
    assert 0 not in stuffed
    assert len(stuffed) == len(plain) + 1
    assert unstuff(stuffed) == plain


@given(st.binary(min_size=1, max_size=255).filter(lambda octets: 0 not in octets))
def test_only_what_stuff_makes_is_accepted(stuffed):
    plain = unstuff(stuffed)
    if plain is not None:
        assert stuff(plain) == stuffed


def test_the_example_of_the_docstring():
    assert stuff(bytes.fromhex("11220033")) == bytes.fromhex("0311220233")


@pytest.mark.parametrize("octets", [b"", b"\x05abc", b"\x02", b"\x00", b"\x03a\x00", bytes(300)])
def test_what_is_not_stuffed_is_refused(octets):
    assert unstuff(octets) is None


def test_too_long():
    with pytest.raises(ValueError, match="255"):
        stuff(b"x" * 255)
