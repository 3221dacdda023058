"""Names that a person should hear once."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import pytest

from protocol.runs import Named
from subsystems.broadcast.reading.doubts import doubtful, is_doubtful, is_readable, unread
from subsystems.broadcast.reading.lexicon import Lexicon
from subsystems.broadcast.vocabulary import vocabulary_of

NOTHING = Lexicon({})
DATA = Path(__file__).parents[5] / "shared/data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")


def test_a_name_of_characters_with_several_readings_is_in_doubt():
    assert is_doubtful("兴和北", NOTHING)
    assert not is_doubtful("兴和北", Lexicon({"兴和北": "xing1 he2 bei3"}))
    assert not is_doubtful("重庆北", NOTHING)
    assert not is_doubtful("ABC", NOTHING)


def test_the_names_of_a_station(hohhot, muehlau, words):
    found = dict(doubtful(hohhot, words))
    assert found["清河"] == "qing1 he2"
    assert "呼和浩特" not in found
    assert list(doubtful(muehlau, words.__class__({}))) == []


def test_a_name_that_cannot_be_read_is_told(hohhot, words):
    assert list(unread(hohhot, words)) == []
    chinese, english = (words.tongues[tag].speaker for tag in ("zh", "en"))
    for name in ("Hamm(Westf)", "x", "A1 北", "Köln/Bonn", "Dún Laoghaire", "Ål"):
        assert is_readable(chinese.name(Named("", {"zh": name})), "zh"), name
        assert is_readable(english.name(Named("", {"en": name})), "en"), name
    for name in ("country_code", "Hamm(Westf", "★", ""):
        assert not is_readable(chinese.name(Named("", {"zh": name})), "zh"), name
        assert not is_readable(english.name(Named("", {"en": name})), "en"), name


def recorded_names():
    """Yield names as they stand in what other railways recorded, with their language."""
    with (DATA / "china-stations-2025" / "stations.csv").open(encoding="utf-8") as file:
        yield from (("zh", row["name"]) for row in csv.DictReader(file) if row["name"])
    for path in (DATA / "germany-iris").rglob("*"):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for names in re.findall(r'(?:ppth|cpth|station)="{1,2}([^" ][^"]*)', text):
            yield from (("de", html.unescape(name)) for name in names.split("|") if name.strip())


@needs_data
def test_every_recorded_name_can_be_read_in_every_language(hohhot, muehlau):
    tongues = {**vocabulary_of(hohhot).tongues, **vocabulary_of(muehlau).tongues}
    named = [Named("", {language: name}) for language, name in set(recorded_names())]
    assert len(named) > 3600
    wrong = {
        (language, each.name(language))
        for language, tongue in tongues.items()
        for each in named
        if not is_readable(tongue.speaker.name(each), language)
    }
    assert wrong == {("zh", "country_code"), ("en", "country_code"), ("de", "country_code")}
