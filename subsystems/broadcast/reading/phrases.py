"""pypinyin without its phrases in memory: those that a text may have are looked up in its file.

Law: knows how pypinyin keeps its phrases, and nothing else; a text is read as if all were loaded.
They would take 44 MB of a process that lives for years and reads a few hundred phrases. The file is
mapped, not read: its pages can be given back.

    text ─▶ its pairs of characters ─▶ index ─▶ phrases that begin so ─▶ load_phrases_dict
"""

from __future__ import annotations

import json
import mmap
import os
import re
from array import array
from bisect import bisect_left
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import StationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WITHOUT = "PYPINYIN_NO_PHRASES"
"""Environment variable that pypinyin looks at while it is imported."""
_ENTRY = re.compile(rb'^"([^"]+)": \[', re.MULTILINE)
_END = b"\n]\n]"
_OFFSET_BITS = 32


class PhrasesError(StationError):
    """pypinyin keeps its phrases otherwise than we know."""


class PhraseFile:
    """pypinyin's ``phrases_dict.json``, in which single phrases are found.

    Args:
        path: of the file.

    Raises:
        PhrasesError: it is not there, or not as it should be.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise PhrasesError(f"cannot be read: {error}", where=str(path)) from error
        self._index = array("Q", sorted(self._keys()))
        if not self._index:
            raise PhrasesError("has no phrase in it", where=str(path))

    def __len__(self) -> int:
        return len(self._index)

    def beginning_with(self, pair: str) -> dict[str, list[list[str]]]:
        """Return the phrases that begin with two characters, as pypinyin takes them."""
        found: dict[str, list[list[str]]] = {}
        wanted = _number(pair)
        at = bisect_left(self._index, wanted << _OFFSET_BITS)
        while at < len(self._index) and self._index[at] >> _OFFSET_BITS == wanted:
            found |= self._phrase(self._index[at] & ((1 << _OFFSET_BITS) - 1))
            at += 1
        return found

    def _keys(self) -> Iterator[int]:
        """Yield for each phrase a number of its first two characters and its place."""
        for found in _ENTRY.finditer(self._text):
            phrase = found[1].decode()
            yield _number(phrase[:2]) << _OFFSET_BITS | found.start()

    def _phrase(self, start: int) -> dict[str, list[list[str]]]:
        end = self._text.find(_END, start) + len(_END)
        phrase: dict[str, list[list[str]]] = json.loads(b"{" + self._text[start:end] + b"}")
        return phrase


def _number(pair: str) -> int:
    """Return a number for a pair of characters of the plane that nearly all phrases are of."""
    first, second = (ord(c) & 0xFFFF for c in pair.ljust(2, "\0"))
    return first << 16 | second


class PhrasesAsNeeded:
    """pypinyin, with the phrases that were needed so far.

    Args:
        phrases: the file.
        library: the module pypinyin, imported without phrases.
    """

    def __init__(self, phrases: PhraseFile, library: Any) -> None:  # noqa: ANN401 - a module
        self._phrases = phrases
        self._library = library
        self._loaded: set[str] = set()

    def read(self, text: str) -> list[str]:
        """Return the tone-numbered syllables of Chinese characters, as they are spoken."""
        self.load(text)
        syllables: list[str] = self._library.lazy_pinyin(
            text,
            style=self._library.Style.TONE3,
            errors="ignore",
            neutral_tone_with_five=True,
            tone_sandhi=True,
        )
        return syllables

    def has(self, text: str) -> bool:
        """Return whether `text` is a phrase."""
        return len(text) > 1 and text in self._phrases.beginning_with(text[:2])

    def several(self, character: str) -> bool:
        """Return whether a character has several readings."""
        style = self._library.Style.TONE3
        return len(self._library.pinyin(character, style=style, heteronym=True)[0]) > 1

    def load(self, text: str) -> None:
        """Have the library know every phrase that `text` may have."""
        pairs = {a + b for a, b in pairwise(text)} - self._loaded
        found: dict[str, list[list[str]]] = {}
        for pair in sorted(pairs):
            found |= self._phrases.beginning_with(pair)
        if found:
            self._library.load_phrases_dict(found)
        self._loaded |= pairs


@cache
def library() -> PhrasesAsNeeded:
    """Return pypinyin; imported when it is asked for, for it takes 13 MB.

    Raises:
        PhrasesError: its phrases are not where we know them.
    """
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise PhrasesError("is not installed", where="pypinyin")
    phrases = PhraseFile(Path(spec.origin).parent / "phrases_dict.json")
    before = os.environ.get(_WITHOUT)
    os.environ[_WITHOUT] = "yes"
    try:
        import pypinyin  # noqa: PLC0415 - as said
    finally:
        if before is None:
            del os.environ[_WITHOUT]
        else:
            os.environ[_WITHOUT] = before
    return PhrasesAsNeeded(phrases, pypinyin)
