"""How words are read that a general reader gets wrong: names of places, most of all.

Law: pure; reads tables that it is given. A reading is tone-numbered pinyin, one syllable for each
character, for Chinese; a respelling for other languages. The longest word wins; of two sources the
one that comes first: what an operator corrected, the station's, what is shipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.mistakes import ConfigErrors, Findings
from station_config.table import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from station_config.mistakes import Mistake

COLUMNS = ("word", "reading")
SYLLABLE = re.compile(r"(?:[a-zü]{1,6}|v)[1-5]|r5")
HAN = re.compile(r"[\u3400-\u9fff〇]")


@dataclass(frozen=True)
class Lexicon:
    """Readings by word.

    Attributes:
        readings: by word.
        names: words that are read so only where they surely are names of places.
    """

    readings: Mapping[str, str]
    names: frozenset[str] = frozenset()

    def over(self, base: Lexicon) -> Lexicon:
        """Return both; of a word in both, this one's reading."""
        names = frozenset(base.names - self.readings.keys()) | self.names
        return Lexicon({**base.readings, **self.readings}, names)

    def split(self, text: str, *, name: bool = False) -> Iterator[tuple[str, str]]:
        """Yield `text` in parts with their readings, "" for what has none.

        Args:
            text: any text.
            name: it is the name of a place.
        """
        if not self.readings:
            yield text, ""
            return
        at = 0
        pattern = self._in_names if name else self._anywhere
        for found in pattern.finditer(text):
            if found.start() > at:
                yield text[at : found.start()], ""
            yield found[0], self.readings[found[0]]
            at = found.end()
        if at < len(text):
            yield text[at:], ""

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return _pattern(self.readings, self.names)

    @cached_property
    def _in_names(self) -> re.Pattern[str]:
        return _pattern(self.readings, frozenset())


_BEFORE_PLACE = "往到至由从在经自去、，"
_AFTER_PLACE = "站|方向|开往|开来|[东西南北]站"


def _pattern(words: Iterable[str], names: frozenset[str]) -> re.Pattern[str]:
    """Return what finds the longest of `words`; Latin ones only whole, `names` only as places."""
    return re.compile("|".join(_finding(w, names) for w in sorted(words, key=len, reverse=True)))


def _finding(word: str, names: frozenset[str]) -> str:
    plain = re.escape(word)
    if word in names:
        return f"(?<=[{_BEFORE_PLACE}]){plain}|{plain}(?={_AFTER_PLACE})"
    if HAN.search(word):
        return plain
    return rf"(?<!\w){plain}(?!\w)"


def lexicon_of(content: bytes, path: Path, language: str) -> Lexicon:
    """Return the lexicon in `content` (CSV: word, reading, and perhaps scope, note).

    Args:
        content: of the file.
        path: of the file, for people.
        language: tag; Chinese readings are checked syllable by syllable.

    Raises:
        ConfigErrors: with every mistake and its line.
    """
    findings = Findings(path)
    readings: dict[str, str] = {}
    names: set[str] = set()
    for row in table_of(content, findings, COLUMNS, ("scope", "note")):
        word, reading = row.cells["word"], row.cells["reading"]
        if not word or not reading:
            findings.error(row.line, "word and reading must both be there: fill them in")
        elif word in readings:
            findings.error(row.line, f"{word!r} stands twice: take one out")
        else:
            _check(findings, row.line, word, reading, language)
            readings[word] = reading
            if row.cells.get("scope") == "name":
                names.add(word)
    if findings.mistakes:
        raise ConfigErrors(path.parent, _sorted(findings.mistakes))
    return Lexicon(readings, frozenset(names))


def check_reading(word: str, reading: str, language: str) -> None:
    """Check a reading that a person typed.

    Raises:
        OperatorError: it cannot be one of `word`.
    """
    fault = _fault(word, reading, language)
    if fault:
        raise OperatorError(fault, where=word)


def _sorted(mistakes: Iterable[Mistake]) -> list[Mistake]:
    return sorted(mistakes)


def _check(findings: Findings, line: int, word: str, reading: str, language: str) -> None:
    fault = _fault(word, reading, language)
    if fault:
        findings.error(line, fault)


def _fault(word: str, reading: str, language: str) -> str:
    """Return what is wrong with `reading`, "" if nothing is."""
    if not word.strip() or not reading.strip():
        return "word and reading must both be there: fill them in"
    if not is_chinese(language):
        return ""
    syllables = reading.split()
    wrong = [s for s in syllables if not SYLLABLE.fullmatch(s)]
    if wrong:
        return f"{' '.join(wrong)!r} is no pinyin with a tone from 1 to 5: write lu4 an1"
    characters = len(HAN.findall(word))
    if characters != len(word) or characters != len(syllables):
        return f"{word!r} has {characters} Chinese characters, its reading {len(syllables)}"
    return ""


def is_chinese(language: str) -> bool:
    """Return whether `language` is read by pinyin."""
    return language.partition("-")[0] == "zh"
