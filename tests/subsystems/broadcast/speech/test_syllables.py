"""What espeak-ng reads: through its own phonemes, for every syllable that there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from subsystems.broadcast.speech.syllables import espeak_chinese, is_han, sayable

SCRIPT = """
import ctypes, json, os, sys
import espeakng_loader
os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_Initialize(2, 0, None, 0)
library.espeak_SetVoiceByName(b"cmn-latn-pinyin")
phonemes = library.espeak_TextToPhonemes
phonemes.restype = ctypes.c_char_p
def read(text):
    rest, found = ctypes.c_char_p(text.encode()), []
    while rest.value is not None:
        found.append((phonemes(ctypes.byref(rest), 1, 0) or b"").decode())
    return " ".join(found)
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
sys.stdout.flush()
os._exit(0)
"""
TONES = {"1": "55", "2": "35", "3": "214", "4": "51", "5": "11"}


def phonemes(texts):
    """Ask espeak-ng in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def syllables():
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415
    from pypinyin.contrib.tone_convert import to_tone3  # noqa: PLC0415

    return sorted(
        {
            to_tone3(each, v_to_u=True, neutral_tone_with_five=True)
            for code, readings in PINYIN_DICT.items()
            if 0x4E00 <= code < 0x9FA6
            for each in readings.split(",")
        }
    )


def test_every_syllable_is_read_as_chinese_with_its_tone(syllables):
    assert len(syllables) > 1400
    sent = [sayable(each) for each in syllables]
    for syllable, text, read in zip(syllables, sent, phonemes(sent), strict=True):
        assert "(en)" not in read, (syllable, text, read)
        assert TONES[syllable[-1]] in read, (syllable, text, read)


def test_without_us_it_would_spell_some_in_english(syllables):
    read = dict(zip(syllables, phonemes(syllables), strict=True))
    english = {each for each in syllables if "(en)" in read[each]}
    assert {"xiong2", "qiong2", "jiong3", "nü3", "lüe4"} <= english
    assert 15 < len(english) < 40


@pytest.mark.parametrize(
    ("text", "reading", "sent"),
    [
        ("六安站", "liu4 an1 zhan4", "liu4 an1 zhan4"),
        ("旅客们，请注意。", "lü3 ke4 men0 qing3 zhu4 yi4", "lv3 ke4 men5, qing3 zhu4 yi4."),
        ("去哪儿？", "qu4 nar3", "qu4 na3 er5 ?"),
        ("车次K，", "che1 ci4", "che1 ci4 K,"),
        ("英雄", "ying1 xiong2", "ying1 xong2"),
        ("没有读音", "", "没有读音"),
        ("，开始。", "kai1 shi3", "kai1 shi3."),
        ("多。。。", "duo1", "duo1."),
    ],
)
def test_punctuation_makes_pauses_between_the_readings(text, reading, sent):
    assert espeak_chinese(text, reading) == sent


def test_words_that_are_no_syllables_stay():
    assert [sayable(each) for each in ("G", "WiFi2x", "ma")] == ["G", "WiFi2x", "ma5"]


def test_what_a_chinese_character_is():
    assert all(map(is_han, "站㧟𠮷〇"))
    assert not any(map(is_han, "aZ1，。 ü"))
