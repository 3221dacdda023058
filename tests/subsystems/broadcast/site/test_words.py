"""The pages' words: every key in every language, and every key that a page asks for."""

import re
from importlib import resources

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.model import Kind
from subsystems.broadcast.records import Why
from subsystems.broadcast.site.words import _compare, load_page_words

WEB = resources.files("subsystems.broadcast").joinpath("web")


def test_every_language_has_the_same_words():
    words = load_page_words()
    assert list(words) == ["zh", "en", "de"]
    assert words["zh"].keys() == words["de"].keys()


def test_every_word_that_a_page_asks_for_is_there():
    asked = set()
    for file in WEB.iterdir():
        text = file.read_text(encoding="utf-8") if file.name.endswith((".js", ".html")) else ""
        asked |= set(re.findall(r'data-word="(\w+)"', text)) | set(
            re.findall(r'\bt\("(\w+)"', text)
        )
    assert asked - load_page_words()["en"].keys() == set()


def test_every_kind_and_every_reason_to_wait_has_a_name():
    words = load_page_words()["zh"]
    assert {f"kind_{kind.replace('-', '_')}" for kind in Kind} <= words.keys()
    assert {f"why_{why.replace('-', '_')}" for why in Why} <= words.keys()


@pytest.mark.parametrize("other", [{"b": "x"}, {"a": ""}, {"a": "no place"}])
def test_a_table_that_differs_is_refused(other):
    with pytest.raises(OperatorError, match=r"xx\.toml"):
        _compare({"a": "{n} places"}, other, where="xx.toml")
