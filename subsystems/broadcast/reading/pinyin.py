"""Chinese text to tone-numbered pinyin, one syllable a character.

Law: pure, but for the dictionary that is opened once; the lexicon goes first, then pypinyin's
phrases. Tones are those of speech: 一 and 不 before another syllable, and the first of two third
tones, change (变调), in what pypinyin reads; a reading of the lexicon stands as it is.

pypinyin is imported when the first text is read, without its phrases in memory (`phrases`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from subsystems.broadcast.reading.lexicon import HAN
from subsystems.broadcast.reading.phrases import library

if TYPE_CHECKING:
    from subsystems.broadcast.reading.lexicon import Lexicon

_SPOKEN_OTHERWISE = {"r5": "er5"}
_ONE = "一"
_NUMERALS = frozenset("零一二三四五六七八九十")
_RUN = re.compile(f"{HAN.pattern}+")


def pinyin_of(text: str, lexicon: Lexicon, *, name: bool = False) -> str:
    """Return the reading of `text`, syllables apart; what is not Chinese has none.

    "" if it has a character that nobody here can read.

    Args:
        text: any text.
        lexicon: goes first.
        name: it is the name of a place.
    """
    syllables: list[str] = []
    for part, reading in lexicon.split(text, name=name):
        syllables += reading.split() if reading else general(part)
    return " ".join(syllables) if len(syllables) == len(HAN.findall(text)) else ""


def plain_pinyin(text: str, lexicon: Lexicon) -> str:
    """Return `text` in Latin letters, for a language that has no name of a place: ``Chasuqi``."""
    syllables = pinyin_of(text, lexicon, name=True).replace("v", "u").split()
    return "".join(s.rstrip("12345") for s in syllables).capitalize()


def general(text: str) -> list[str]:
    """Return how pypinyin alone reads the Chinese characters of `text`."""
    return [syllable for run in _RUN.findall(text) for syllable in _counted(run, _general(run))]


def _counted(text: str, syllables: tuple[str, ...]) -> tuple[str, ...]:
    """Beside another numeral, 一 keeps its tone: 十一点 is not *shí yì diǎn*."""
    if _ONE not in text or len(text) != len(syllables):
        return syllables
    around = zip(f" {text}", text, f"{text[1:]} ", syllables, strict=False)
    return tuple(
        "yi1" if here == _ONE and ({before, after} & _NUMERALS) else syllable
        for before, here, after, syllable in around
    )


@lru_cache(maxsize=4096)
def _general(text: str) -> tuple[str, ...]:
    said = library().read(text)
    return tuple(_SPOKEN_OTHERWISE.get(s, s) for s in said if s)
