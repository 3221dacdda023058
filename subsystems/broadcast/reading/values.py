"""A value in a language: as boards show it, and as it is said.

Law: pure. A `Piece` holds both; joined pieces make a sentence. Every value can be said in every
language: what has no name there is said by its letters or its pinyin, never left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.times import clock_text
from subsystems.broadcast.reading.lexicon import HAN, is_chinese
from subsystems.broadcast.reading.pinyin import pinyin_of, plain_pinyin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from protocol.runs import Named
    from protocol.times import Instant
    from station_config.announcements.reading import Numbers
    from subsystems.broadcast.reading.grammar import Grammar
    from subsystems.broadcast.reading.lexicon import Lexicon

_RUNS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]+")
_TRAIN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,3}) ?([0-9]{1,5})(?![0-9:])")
_TIME = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-3])[:：]([0-5][0-9])(?![0-9:])")
_NUMBER = re.compile(r"[0-9]+")
_BEFORE_MARK = re.compile(r" +(?=[,.;:!?])")
_IN_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_BLANKS = re.compile(r" {2,}")
_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])(?=\s)")
_LONGEST_CARDINAL = 3
_LABEL_CARDINAL = 2


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, with their marks and blanks."""
    return [each for each in _SENTENCE.split(text) if each]


def ends(text: str) -> bool:
    """Return whether a sentence ends with `text`."""
    return text.rstrip().endswith(("。", "！", "？", ".", "!", "?"))


def _spoken_name(text: str) -> str:
    """Return a name without marks that voices spell or swallow: ``Hamm(Westf)``, ``Köln/Bonn``."""
    apart = _IN_BRACKETS.sub(r", \1, ", text).replace("/", " ")
    return _BLANKS.sub(" ", _BEFORE_MARK.sub("", apart)).strip(", ")


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence.

    Attributes:
        shown: as boards show it.
        said: in words of the language, digits and letters expanded.
        reading: of `said`: pinyin, or a respelling; "" as anybody reads it.
        ends: a sentence ends with it.
    """

    shown: str
    said: str
    reading: str = ""
    ends: bool = False


@dataclass(frozen=True)
class Speaker:
    """How one language says values.

    Attributes:
        language: tag.
        zone: of the station, for times.
        grammar: of its numbers.
        letters: how single letters are said.
        train_letters: how the letters before a train number are.
        lexicon: readings of words.
        numbers: by category of train, how its number is read; "" for all others.
        joiner: between parts of a number, e.g. 、 or " and ".
        listed: between several, ``(before the last, before the others)``.
        chinese: readings of Chinese names, for those that have no other name.
    """

    language: str
    zone: ZoneInfo
    grammar: Grammar
    letters: Mapping[str, str]
    train_letters: Mapping[str, str]
    lexicon: Lexicon
    numbers: Mapping[str, Numbers]
    joiner: str
    listed: tuple[str, str]
    chinese: Lexicon

    def words(self, text: str) -> list[Piece]:
        """Return words of the language without values in them, a piece a sentence."""
        return [Piece(each, each, self._reading(each), ends(each)) for each in sentences(text)]

    def free(self, text: str) -> list[Piece]:
        """Return what a person wrote: times, train numbers and numbers in it are read as such."""
        return [self._free(each) for each in sentences(text)]

    def train(self, number: str, category: str) -> Piece:
        """Return a train number, which may be several: ``K274/K275``."""
        parts = [part.strip() for part in number.split("/") if part.strip()]
        said = self.joiner.join(self._number(part, category) for part in parts)
        return Piece(number, said, self._reading(said))

    def label(self, label: str) -> Piece:
        """Return what stands on a platform or a gate: ``3``, ``1a``, ``B12``."""
        said = self._spell(label, _LABEL_CARDINAL)
        return Piece(label, said, self._reading(said))

    def labels(self, labels: tuple[str, ...]) -> Piece:
        """Return several of them."""
        said = [self._spell(label, _LABEL_CARDINAL) for label in labels]
        return Piece(self._list(list(labels)), spoken := self._list(said), self._reading(spoken))

    def name(self, named: Named) -> Piece:
        """Return a name; one of another script is said by its letters."""
        text = named.name(self.language)
        if is_chinese(self.language) or not HAN.search(text):
            said = self._expanded(_spoken_name(text)).strip()
            return Piece(text, said, self._reading(said, name=True))
        latin = plain_pinyin(text, self.chinese)
        return Piece(latin, latin)

    def clock(self, at: Instant) -> Piece:
        """Return a time of day."""
        local = at.astimezone(self.zone)
        said = self.grammar.clock(local.hour, local.minute)
        return Piece(clock_text(at, self.zone), said, self._reading(said))

    def duration(self, minutes: int) -> Piece:
        """Return a number of minutes."""
        said = self.grammar.duration(minutes)
        return Piece(self.grammar.duration_shown(minutes), said, self._reading(said))

    def _free(self, text: str) -> Piece:
        said = self._expanded(text)
        return Piece(text, said, self._reading(said), ends(text))

    def _expanded(self, text: str) -> str:
        """Return `text` with its times and numbers in words."""
        said = _TIME.sub(self._clock_in_text, text)
        said = _TRAIN.sub(lambda found: self._pad(self._number(found[1] + found[2], "")), said)
        said = _NUMBER.sub(lambda found: self._pad(self._plain_number(found[0])), said)
        return _BEFORE_MARK.sub("", _BLANKS.sub(" ", said))

    def _clock_in_text(self, found: re.Match[str]) -> str:
        return self._pad(self.grammar.clock(int(found[1]), int(found[2])))

    def _reading(self, said: str, *, name: bool = False) -> str:
        """Chinese: all of it in pinyin. Others: a respelling if a word of the lexicon is in it."""
        if is_chinese(self.language):
            return pinyin_of(said, self.lexicon, name=name)
        parts = list(self.lexicon.split(said, name=name))
        if not any(reading for _, reading in parts):
            return ""
        return "".join(reading or part for part, reading in parts)

    def _number(self, number: str, category: str) -> str:
        """Letters as the station reads them, then digits by its policy for `category`."""
        policy = self.numbers.get(category) or self.numbers[""]
        said = []
        for run in _RUNS.findall(number):
            if run in self.train_letters:
                said.append(self.train_letters[run])
            elif run.isascii() and run.isalpha():
                said.append(self._letters(run))
            elif run.isascii() and run.isdigit():
                cardinal = len(run) <= policy.cardinal_digits and not run.startswith("0")
                one = policy.one
                said.append(
                    self.grammar.cardinal(int(run)) if cardinal else self.grammar.digits(run, one)
                )
            else:
                said.append(run.strip())
        return self._joined(said)

    def _spell(self, label: str, cardinal_digits: int) -> str:
        said = []
        for run in _RUNS.findall(label):
            if run.isascii() and run.isdigit():
                small = len(run) <= cardinal_digits and not run.startswith("0")
                said.append(
                    self.grammar.cardinal(int(run))
                    if small
                    else self.grammar.digits(run, self.numbers[""].one)
                )
            elif run.isascii() and run.isalpha() and len(run) <= _LABEL_CARDINAL:
                said.append(self._letters(run))
            else:
                said.append(run.strip())
        return self._joined(said)

    def _plain_number(self, digits: str) -> str:
        small = len(digits) <= _LONGEST_CARDINAL and (digits == "0" or not digits.startswith("0"))
        if small:
            return self.grammar.cardinal(int(digits))
        return self.grammar.digits(digits, self.numbers[""].one)

    def _letters(self, letters: str) -> str:
        return self._joined([self.letters.get(letter.upper(), letter) for letter in letters])

    def _joined(self, parts: list[str]) -> str:
        return ("" if is_chinese(self.language) else " ").join(part for part in parts if part)

    def _pad(self, said: str) -> str:
        return said if is_chinese(self.language) else f" {said} "

    def _list(self, some: list[str]) -> str:
        last, other = self.listed
        return last.join([other.join(some[:-1]), some[-1]] if len(some) > 1 else some)
