from __future__ import annotations

from importlib import resources

import pytest

from protocol.errors import OperatorError
from subsystems.display.words import load_words, parse_words

FOLDER = resources.files("subsystems.display").joinpath("words")
LANGUAGES = sorted(f.name.removesuffix(".toml") for f in FOLDER.iterdir())
CHINESE = FOLDER.joinpath("zh.toml").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_language_is_complete(language):
    words = load_words([language])[language]
    assert words.word("delayed_by", minutes=17).count("17") == 1
    assert words.heading("waiting-room")


def test_a_language_without_words_is_the_operators_error_and_names_the_file_to_add():
    with pytest.raises(OperatorError, match=r"'xx'.*de, en.*zh.*add xx\.toml"):
        load_words(["zh", "xx"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("waiting = ", "waitin = ", "waitin"),
        ('waiting = "候车"', 'waiting = " "', "'waiting' is empty"),
        ("约{minutes}分", "约分", "'delayed_by' must have these places: minutes"),
        ('cancelled = "停运"', 'cancelled = "停运{minutes}"', "'cancelled' must have .*: none"),
        ('"星期日", ', "", "7 names"),
        ("{month}月", "{monthname}月", "12 names"),
        ("[columns]", "[columns", "where.toml"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_key_and_file(old, new, told):
    broken = CHINESE.decode().replace(old, new, 1)
    assert broken != CHINESE.decode()
    with pytest.raises(OperatorError, match=told) as caught:
        parse_words(broken.encode(), where="where.toml")
    assert caught.value.where == "where.toml"
