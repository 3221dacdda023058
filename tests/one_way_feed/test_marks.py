from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_way_feed.marks import Marks

CHARACTERS = st.lists(st.tuples(st.integers(0, 255), st.booleans()))


def as_marked(characters):
    """What n_tty puts into the queue, from (octet, damaged)."""
    read = b""
    for octet, damaged in characters:
        if damaged:
            read += bytes((0xFF, 0x00, octet))
        else:
            read += b"\xff\xff" if octet == 0xFF else bytes((octet,))
    return read


@given(CHARACTERS, st.data())
def test_what_came_over_the_line_is_given_however_it_is_cut(characters, data):
    read, marks, line = as_marked(characters), Marks(), b""
    while read:
        cut = data.draw(st.integers(1, len(read)))
        line += marks.feed(read[:cut])
        read = read[cut:]
    assert line == bytes(0 if damaged else octet for octet, damaged in characters)
    assert marks.damaged == sum(damaged for _, damaged in characters)


@pytest.mark.parametrize(
    ("read", "line", "damaged"),
    [
        (b"abc", b"abc", 0),
        (b"\xff\xff", b"\xff", 0),
        (b"\xff\x00\x00", b"\x00", 1),
        (b"\xff\x00\xffx", b"\x00x", 1),
        (b"\xffx", b"\xffx", 0),
        (b"\xff", b"", 0),
        (b"\xff\x00", b"", 0),
    ],
)
def test_marks_singly(read, line, damaged):
    marks = Marks()
    assert marks.feed(read) == line
    assert marks.damaged == damaged
