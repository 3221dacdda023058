from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_way_feed.octets import BodyError, Reader, text_of, varint, zigzag


@given(st.integers(0, 2**63))
def test_varint_comes_back(value):
    reader = Reader(varint(value))
    assert reader.varint() == value
    reader.end()


@given(st.integers(-(2**62), 2**62))
def test_zigzag_comes_back(value):
    assert Reader(zigzag(value)).zigzag() == value


def test_small_numbers_are_short():
    assert [len(zigzag(value)) for value in (0, -64, 63, 64, -65)] == [1, 1, 1, 2, 2]


def test_reading_beyond_the_end_says_so():
    with pytest.raises(BodyError, match="ends 2 octets early"):
        Reader(b"ab").uint(4)


def test_an_endless_integer_is_refused():
    with pytest.raises(BodyError, match="longer"):
        Reader(b"\xff" * 20).varint()


def test_padding_is_no_content_but_anything_else_is():
    Reader(b"\0\0").end()
    with pytest.raises(BodyError, match="2 octets too many"):
        Reader(b"\0\1").end()


def test_text_must_be_utf8():
    assert text_of("站".encode()) == "站"
    with pytest.raises(BodyError, match="UTF-8"):
        text_of(b"\xff")
