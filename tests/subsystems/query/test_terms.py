"""What finds a train: any spelling that people type, and nothing that they did not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsystems.query.terms import folded, number_terms, spelling_terms


@pytest.mark.parametrize(
    ("typed", "same"),
    [("Ｇ２４０４", "g2404"), ("g 2404", "G2404"), ("Zürich", "zurich"), ("Xi'an", "XIAN")],
)
def test_what_is_typed_differently_is_compared_alike(typed, same):
    assert folded(typed) == folded(same)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


def test_numbers_are_found_whole_and_by_their_digits():
    assert list(number_terms(["G2404", None, "K89"])) == ["g2404", "2404", "k89", "89"]
    assert list(number_terms(["2464"])) == ["2464"]


def test_spellings_in_full_by_initials_and_in_between():
    terms = list(spelling_terms(["hu", "he", "hao", "te"]))
    assert {"huhehaote", "hhht", "huhht", "huhehaot"} <= set(terms)
    assert {"lvliang", "luliang", "ll"} <= set(spelling_terms(["lv", "liang"]))
