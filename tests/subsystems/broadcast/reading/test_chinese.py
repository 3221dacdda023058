"""Chinese numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.announcements.reading import One
from subsystems.broadcast.vocabulary import vocabulary_of


@pytest.fixture(scope="module")
def grammar(hohhot):
    return vocabulary_of(hohhot).tongues["zh"].speaker.grammar


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1101, "一千一百零一"),
        (9999, "九千九百九十九"),
    ],
)
def test_cardinals(grammar, number, said):
    assert grammar.cardinal(number) == said


def test_the_digit_one_as_the_station_wants_it(grammar):
    assert grammar.digits("101", One.YAO) == "幺零幺"
    assert grammar.digits("101", One.YI) == "一零一"


@given(one=st.integers(0, 9999), other=st.integers(0, 9999))
def test_different_numbers_sound_different(grammar, one, other):
    assert (grammar.cardinal(one) == grammar.cardinal(other)) == (one == other)
