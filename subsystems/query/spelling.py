"""How names are spelled in Latin letters, so that they can be looked for by pinyin and initials.

Law: the library decides (pypinyin, whose phrases know that 重庆 is no zhongqing); a station's own
lexicon overrides it. The phrases take 58 MB of memory, so they are loaded in another process
(`subsystems.query.pinyin`), which ends at once.
"""

from __future__ import annotations

import csv
import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred, succeed
from twisted.internet.utils import getProcessOutputAndValue

from protocol.errors import OperatorError, StationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Spelling = dict[str, tuple[str, ...]]
"""Syllables by name."""

LEXICON = "lexicon.csv"
"""Beside a station's places: ``text,spelling``, syllables apart, e.g. ``单县,shan xian``."""
_HAN = ("\u3400", "\u9fff")


def needs_spelling(name: str) -> bool:
    """Return whether `name` has characters that a keyboard of Latin letters lacks."""
    return any(_HAN[0] <= character <= _HAN[1] for character in name)


def read_lexicon(path: Path) -> Spelling:
    """Return a station's own spellings; none if it has no such file.

    Raises:
        OperatorError: a line has not both cells.
    """
    if not path.is_file():
        return {}
    found: Spelling = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            text, spelling = ((row.get(key) or "").strip() for key in ("text", "spelling"))
            if not text or not spelling:
                raise OperatorError("needs text and spelling", where=f"{path}:{number}")
            found[text] = tuple(spelling.lower().split())
    return found


def spelled(
    reactor: Any,  # noqa: ANN401 - time and processes: no one interface of Twisted's
    names: Iterable[str],
    python: str = sys.executable,
) -> Deferred[Spelling]:
    """Return how `names` are spelled; `python` runs the program.

    Fails with `StationError` when the library or the process does not do it.
    """
    asked = sorted(filter(needs_spelling, names))
    if not asked:
        return succeed({})
    words = ["-m", "subsystems.query.pinyin", msgspec.json.encode(asked).decode()]
    done: Deferred[Any] = getProcessOutputAndValue(python, words, os.environ, reactor=reactor)

    def read(result: tuple[bytes, bytes, int]) -> Spelling:
        out, errors, code = result
        if code != 0:
            said = errors.decode(errors="replace").strip().rpartition("\n")[2]
            raise StationError(f"names cannot be spelled: {said}")
        return msgspec.json.decode(out, type=Spelling)

    spelling: Deferred[Spelling] = done.addCallback(read)
    return spelling
