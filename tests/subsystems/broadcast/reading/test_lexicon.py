"""Readings of words that a general reader gets wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_config.mistakes import ConfigErrors
from subsystems.broadcast.reading.lexicon import Lexicon, check_reading, is_chinese, lexicon_of

FILE = Path("lexicon.csv")


def test_the_longest_word_is_found_first():
    lexicon = Lexicon({"六安": "lu4 an1", "六安西": "lu4 an1 xi1", "西": "x"})
    assert list(lexicon.split("到六安西站")) == [("到", ""), ("六安西", "lu4 an1 xi1"), ("站", "")]
    assert list(Lexicon({}).split("六安")) == [("六安", "")]


def test_latin_words_are_found_whole():
    lexicon = Lexicon({"Hbf": "Hauptbahnhof"})
    assert list(lexicon.split("Hbfs Hbf")) == [("Hbfs ", ""), ("Hbf", "Hauptbahnhof")]


def test_a_name_is_read_as_one_only_where_it_is_one():
    content = "word,reading,scope,note\n望都,wang4 du1,name,\n".encode()
    lexicon = lexicon_of(content, FILE, "zh")
    assert list(lexicon.split("希望都能")) == [("希望都能", "")]
    assert list(lexicon.split("开往望都")) == [("开往", ""), ("望都", "wang4 du1")]
    assert list(lexicon.split("望都站")) == [("望都", "wang4 du1"), ("站", "")]
    assert list(lexicon.split("望都", name=True)) == [("望都", "wang4 du1")]
    everywhere = Lexicon({"望都": "wang4 dou1"}).over(lexicon)
    assert list(everywhere.split("希望都能"))[1] == ("望都", "wang4 dou1")


def test_what_comes_first_goes_before():
    base = Lexicon({"a": "1", "b": "2"})
    assert Lexicon({"b": "3"}).over(base).readings == {"a": "1", "b": "3"}


def test_every_mistake_of_a_file_with_its_line():
    content = "word,reading\n六安,lu4 an1\n都匀,du yun\n六安,lu4 an1\n,x\nA1,ei1 yi1\n".encode()
    with pytest.raises(ConfigErrors) as errors:
        lexicon_of(content, FILE, "zh")
    assert [(m.line, m.message) for m in errors.value.mistakes] == [
        (3, "'du yun' is no pinyin with a tone from 1 to 5: write lu4 an1"),
        (4, "'六安' stands twice: take one out"),
        (5, "word and reading must both be there: fill them in"),
        (6, "'A1' has 0 Chinese characters, its reading 2"),
    ]


def test_a_word_twice():
    with pytest.raises(ConfigErrors, match="stands twice"):
        lexicon_of("word,reading\nKöln,a\nKöln,b\n".encode(), FILE, "en")


def test_readings_of_other_languages_are_any_text():
    check_reading("Köln", "Kurln", "en")
    assert is_chinese("zh-Hant")
    assert not is_chinese("en")
