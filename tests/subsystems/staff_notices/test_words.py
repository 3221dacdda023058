"""Every word in every language."""

from __future__ import annotations

from importlib import resources

import pytest

from protocol.errors import OperatorError
from subsystems.kit.words import page_words, parse_page_words
from subsystems.staff_notices.words import PLACES, Words, load_words


def test_all_languages_have_all_words():
    tables = load_words(["zh", "en", "de"])
    assert set(page_words(tables)) == set(Words.__struct_fields__) - {"line"}
    assert all(set(each) == {"zh", "en", "de"} for each in page_words(tables).values())


def test_a_word_without_the_place_for_its_value_is_refused():
    data = resources.files("subsystems.staff_notices").joinpath("words/en.toml").read_bytes()
    with pytest.raises(OperatorError, match="'late_by' must have these places: minutes"):
        parse_page_words(data.replace(b"{minutes} min late", b"late"), "en.toml", Words, PLACES)
