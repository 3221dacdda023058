"""Which names of a station are read by the dictionary alone, and might be read otherwise.

Law: pure. For a person who listens: nothing is decided by it. A Chinese name is in doubt if one of
its characters has several readings and no lexicon has the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from subsystems.broadcast.reading.lexicon import HAN, is_chinese
from subsystems.broadcast.reading.phrases import library
from subsystems.broadcast.reading.pinyin import pinyin_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from station_config.model import Station
    from subsystems.broadcast.reading.lexicon import Lexicon
    from subsystems.broadcast.reading.values import Piece
    from subsystems.broadcast.wording import Vocabulary


def doubtful(station: Station, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield names of places that a person should hear once, with the reading they have now."""
    for language, tongue in vocabulary.tongues.items():
        if is_chinese(language):
            names = {place.name(language) for place in station.places.values()}
            for name in sorted(names):
                if is_doubtful(name, tongue.speaker.lexicon):
                    yield name, pinyin_of(name, tongue.speaker.lexicon, name=True)


def unread(station: Station, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield languages with names of places that they have no reading for."""
    for language, tongue in vocabulary.tongues.items():
        for place in station.places.values():
            if not is_readable(tongue.speaker.name(place), language):
                yield language, place.name(language)


def is_readable(name: Piece, language: str) -> bool:
    """Return whether a name is said in words of the language, or at least in letters.

    Chinese: every character has its syllable, and Latin words, which its voice reads as English
    does, have letters and blanks only. Others: letters of an alphabet, apostrophes, hyphens.
    """
    if not name.said or (is_chinese(language) and HAN.search(name.said) and not name.reading):
        return False
    rest = HAN.sub("", name.said) if is_chinese(language) else name.reading or name.said
    return _LETTERS.fullmatch(rest) is not None


def is_doubtful(name: str, lexicon: Lexicon) -> bool:
    """Return whether `name` has a character of several readings that no lexicon decides."""
    undecided = [part for part, reading in lexicon.split(name, name=True) if not reading]
    return any(
        len(part) > 1
        and not _in_dictionary(part)
        and any(library().several(character) for character in part)
        for part in undecided
    )


def _in_dictionary(part: str) -> bool:
    """A phrase, or one with a point of the compass behind it."""
    phrases = library()
    return phrases.has(part) or (part[-1] in _COMPASS and phrases.has(part[:-1]))


_COMPASS = "东西南北"
_LETTERS = re.compile(r"(?:[^\W\d_]|[ '’,.·-])*")
