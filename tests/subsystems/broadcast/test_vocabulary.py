"""All words of a station are there before the first is spoken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from protocol.errors import OperatorError
from station_config.announcements.reading import LanguageFile
from station_config.mistakes import ConfigErrors
from subsystems.broadcast.model import Kind, Occasion, Priority
from subsystems.broadcast.templates import LanguageWords
from subsystems.broadcast.vocabulary import (
    Corrections,
    _unsaid,
    corrected,
    decode_corrections,
    encode_corrections,
    shipped_lexicon,
    spoken_languages,
    vocabulary_of,
    with_corrections,
)
from subsystems.broadcast.wording import say

WORDS = Path(__file__).parents[3] / "subsystems" / "broadcast" / "words"


def with_file(station, directory, text, *, language="en", lexicon=False):
    (directory / "own").write_text(text, encoding="utf-8")
    file = (LanguageFile(language, "own"),)
    own = station.announcements
    own = replace(own, lexicons=file) if lexicon else replace(own, templates=file, lexicons=())
    return replace(station, directory=directory, announcements=own)


def told(station):
    with pytest.raises(ConfigErrors) as errors:
        vocabulary_of(station)
    return [(Path(m.file).name, m.line, m.message) for m in errors.value.mistakes]


@pytest.mark.parametrize("language", ["zh", "en", "de"])
def test_every_language_that_is_shipped_has_the_same_templates(language):
    words = msgspec.toml.decode((WORDS / f"{language}.toml").read_bytes(), type=LanguageWords)
    english = msgspec.toml.decode((WORDS / "en.toml").read_bytes(), type=LanguageWords)
    kinds = {(t.kind, t.variant) for t in english.say}
    assert {(t.kind, t.variant) for t in words.say} == kinds
    assert {g.kind for g in words.groups} == {g.kind for g in english.groups}


def test_chinese_words_are_of_gb_2312_that_speech_chips_read():
    text = (WORDS / "zh.toml").read_text(encoding="utf-8")
    assert [c for c in text if not c.encode("gb2312", "ignore")] == []


def test_the_shipped_lexicons_can_be_read():
    chinese = shipped_lexicon("zh")
    assert chinese.readings["六安"] == "lu4 an1"
    assert chinese.readings["会稽"] == "kuai4 ji1"
    assert len(chinese.readings) > 140
    assert shipped_lexicon("fr").readings == {}


def test_a_language_that_nobody_speaks(hohhot):
    own = replace(hohhot.announcements, languages=("zh", "fr"))
    found = told(replace(hohhot, announcements=own))
    assert found[0][0] == "fr.toml"
    assert "nothing is said in 'fr', only in de, en, zh" in found[0][2]


def test_a_language_of_one_rule_is_spoken_too(hohhot):
    first = replace(hohhot.announcements.rules[0], languages=("de",))
    own = replace(hohhot.announcements, rules=(first,))
    assert spoken_languages(replace(hohhot, announcements=own)) == ("zh", "en", "de")


def test_a_station_says_one_thing_in_its_own_words(hohhot, tmp_path):
    text = '[[say]]\nkind = "last-call"\nroles = ["ORIGIN"]\ntext = "Run for {train}."\n'
    words = vocabulary_of(with_file(hohhot, tmp_path, text))
    template = words.tongues["en"].templates[0]
    assert template.text == "Run for {train}."
    assert len(words.tongues["zh"].templates) < len(words.tongues["en"].templates) + 5


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('x = 1\n[[say]]\nkind = "delay"\ntext = "a"\n', 0, "unknown field `x`"),
        ('[[say]]\nkind = "unheard"\ntext = "a"\n', 0, "Invalid enum value 'unheard'"),
        ("[[say]\n", 1, "these words cannot be read"),
        (
            '\n[[say]]\nkind = "safety"\ntext = "a"\n[[say]]\nkind = "delay"\ntext = "{gates}"\n',
            5,
            "delay knows no {gates}",
        ),
        (
            '[[groups]]\nkind = "delay"\nintro = "a"\nitem = "{departure}"\n',
            1,
            "{departure} of delay may be unknown",
        ),
    ],
)
def test_words_of_a_station_with_a_mistake(hohhot, tmp_path, text, line, message):
    ((name, at, said),) = told(with_file(hohhot, tmp_path, text))
    assert (name, at) == ("own", line)
    assert message in said


def test_a_lexicon_of_a_station_with_a_mistake(hohhot, tmp_path):
    text = "word,reading\n六安,lu4\n"
    found = told(with_file(hohhot, tmp_path, text, language="zh", lexicon=True))
    assert found == [("own", 2, "'六安' has 2 Chinese characters, its reading 1")]


def test_a_file_that_is_not_there(hohhot, tmp_path):
    station = with_file(hohhot, tmp_path, "")
    (tmp_path / "own").unlink()
    assert told(station) == [("own", 0, "cannot read: No such file or directory")]


def test_a_prepared_text_that_is_missing_in_a_language(hohhot):
    first = replace(hohhot.announcements.prepared[0], texts={"zh": "有"})
    own = replace(hohhot.announcements, prepared=(first,))
    ((name, _, message),) = told(replace(hohhot, announcements=own))
    assert (name, message) == (
        "announcements.xml",
        "<emergency id='evacuation'> has no text in en: add it",
    )


def readings_of(text, words):
    at = NOWHEN
    occasion = Occasion(
        key="x",
        kind=Kind.MANUAL,
        priority=Priority.MANUAL,
        zones=(),
        languages=("zh", "en"),
        due=at,
        latest=at,
        text={"zh": text},
    )
    (part,) = say(occasion, words).parts
    return [segment.reading for segment in part.segments]


NOWHEN = datetime(2021, 1, 20, tzinfo=UTC)


def test_what_an_operator_corrects_goes_before_everything(hohhot, words):
    assert readings_of("开往六安站。", words) == ["kai1 wang3 lu4 an1 zhan4"]
    wrong = corrected(Corrections(), "zh", "六安", "liu4 an1")
    other = with_corrections(words, hohhot, wrong)
    assert readings_of("开往六安站。", other) == ["kai1 wang3 liu4 an1 zhan4"]
    back = corrected(wrong, "zh", "六安", "")
    assert back == Corrections()
    assert vocabulary_of(hohhot, wrong).tongues["zh"].speaker.lexicon.readings["六安"] == "liu4 an1"


def test_corrections_as_a_file():
    some = corrected(Corrections(), "zh", "都匀", "du1 yun2")
    some = corrected(some, "en", "Köln", "Kurln")
    assert decode_corrections(encode_corrections(some), "file") == some


@pytest.mark.parametrize(
    "data",
    [b"{", b'{"readings": {"zh": {"a": "b"}}}', b'{"readings": {"zh": {"\xe5\x85\xad": ""}}}'],
)
def test_a_file_of_corrections_that_cannot_be_used(data):
    with pytest.raises(OperatorError):
        decode_corrections(data, "file")


def test_a_correction_that_is_no_reading():
    with pytest.raises(OperatorError, match="no pinyin"):
        corrected(Corrections(), "zh", "六安", "lu an")


def test_a_kind_without_words_for_a_train_is_told(words):
    tongue = words.tongues["en"]
    some = tuple(t for t in tongue.templates if t.kind is not Kind.APPROACH or t.roles)
    mistakes = list(_unsaid(Kind.APPROACH, "en", replace(tongue, templates=some), ["G", "K"]))
    assert [m.message for m in mistakes] == [
        "no words for approach of INTERMEDIATE G: add a [[say]]"
    ]
    less = tuple(t for t in tongue.templates if t.variant != "sooner")
    mistakes = list(_unsaid(Kind.DELAY, "en", replace(tongue, templates=less), ["G"]))
    assert mistakes[0].message.startswith("no words for delay (sooner) of ORIGIN G")
    assert list(_unsaid(Kind.SAFETY, "en", tongue, ["G"])) == []
