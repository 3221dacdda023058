"""Spelling: the library's, the station's own over it, and no memory for it."""

from __future__ import annotations

import pytest
from twisted.internet.process import reapAllProcesses

from protocol.errors import OperatorError, StationError
from subsystems.query.spelling import needs_spelling, read_lexicon, spelled


def test_phrases_are_known_not_only_characters(turning):
    found = []
    spelled(turning.reactor, ["重庆北", "Berlin", "蚌埠"]).addBoth(found.append)
    turning.until(lambda: reapAllProcesses() or found, 30)
    assert found[0] == {"重庆北": ("chong", "qing", "bei"), "蚌埠": ("beng", "bu")}


def test_nothing_to_spell_starts_nothing(turning):
    assert turning.result(spelled(turning.reactor, ["Berlin", "Zürich"])) == {}
    assert not needs_spelling("Zürich")


def test_names_that_cannot_be_spelled_are_an_error(turning):
    failed = []
    spelled(turning.reactor, ["包头"], python="/bin/false").addErrback(failed.append)
    turning.until(lambda: reapAllProcesses() or failed)
    assert failed[0].check(StationError)


def test_a_lexicon_is_read_and_its_mistakes_are_named(tmp_path):
    path = tmp_path / "lexicon.csv"
    assert read_lexicon(path) == {}
    path.write_text("text,spelling\n单县,Shan Xian\n", encoding="utf-8")
    assert read_lexicon(path) == {"单县": ("shan", "xian")}
    path.write_text("text,spelling\n单县,\n", encoding="utf-8")
    with pytest.raises(OperatorError, match=r"lexicon.csv:2"):
        read_lexicon(path)
