"""German and English numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsystems.broadcast.vocabulary import vocabulary_of


@pytest.fixture(scope="module")
def tongues(muehlau):
    return vocabulary_of(muehlau).tongues


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (0, "null", "zero"),
        (1, "eins", "one"),
        (12, "zwölf", "twelve"),
        (21, "einundzwanzig", "twenty one"),
        (30, "dreißig", "thirty"),
        (100, "einhundert", "one hundred"),
        (101, "einhunderteins", "one hundred one"),
        (652, "sechshundertzweiundfünfzig", "six hundred fifty two"),
        (1021, "eintausendeinundzwanzig", "one thousand twenty one"),
    ],
)
def test_cardinals(tongues, number, german, english):
    assert tongues["de"].speaker.grammar.cardinal(number) == german
    assert tongues["en"].speaker.grammar.cardinal(number) == english


@given(one=st.integers(0, 9999), other=st.integers(0, 9999))
def test_different_numbers_sound_different(tongues, one, other):
    for tongue in tongues.values():
        cardinal = tongue.speaker.grammar.cardinal
        assert (cardinal(one) == cardinal(other)) == (one == other)
