"""The kiosk's words: whole in every language, with their places."""

from __future__ import annotations

from importlib import resources

import pytest

from protocol.errors import OperatorError
from subsystems.kit.words import page_words, parse_page_words
from subsystems.query.words import PLACES, Words, load_words


def test_all_languages_are_whole_and_have_other_words():
    tables = load_words(["zh", "en", "de"])
    words = page_words(tables)
    assert all(set(texts) == {"zh", "en", "de"} for texts in words.values())
    assert len({tuple(texts.items()) for texts in words.values()}) > 60


def test_a_language_without_words_is_told():
    with pytest.raises(OperatorError, match="kiosks"):
        load_words(["xx"])


@pytest.mark.parametrize(
    ("old", "new"),
    [("{minutes}", ""), ("home =", "house ="), ('back = "Back"', 'back = ""'), ("{label}", "{x}")],
)
def test_a_mistake_is_told(old, new):
    text = resources.files("subsystems.query").joinpath("words/en.toml").read_text()
    assert old in text
    with pytest.raises(OperatorError):
        parse_page_words(text.replace(old, new, 1).encode(), "en.toml", Words, PLACES)
