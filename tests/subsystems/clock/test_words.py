from __future__ import annotations

from importlib import resources

import pytest

from protocol.errors import OperatorError
from subsystems.clock.words import load_words, parse_words

FOLDER = resources.files("subsystems.clock").joinpath("words")
GERMAN = FOLDER.joinpath("de.toml").read_text("utf-8")


def test_every_shipped_language_is_complete():
    shipped = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    assert list(load_words(shipped)) == shipped
    assert {"de", "en", "zh"} <= set(shipped)


def test_a_language_without_words_is_the_operators_error_and_names_the_file_to_add():
    with pytest.raises(OperatorError, match=r"clocks.*'xx'.*de, en, zh.*add xx\.toml"):
        load_words(["zh", "xx"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title =", "tite =", "tite"),
        ('"Uhr"', '" "', "'title' is empty"),
        ('"Uhr"', '"Uhr {time}"', "'title' must have these places: none"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_key_and_file(old, new, told):
    with pytest.raises(OperatorError, match=told) as caught:
        parse_words(GERMAN.replace(old, new, 1).encode(), "where.toml")
    assert caught.value.where == "where.toml"
