"""The pages' own words: one file per language in ``words/``.

Law: no word that a person reads on the pages stands in Python or JavaScript. Every language has the
same keys with the same places for values, checked when the process starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from subsystems.kit.words import load_tables, places

if TYPE_CHECKING:
    from collections.abc import Iterable

TONGUES = ("zh", "en", "de")
"""Languages of the pages: of whoever works with them, not of the station."""


def load_page_words(languages: Iterable[str] = TONGUES) -> dict[str, dict[str, str]]:
    """Return the words by language and key.

    Raises:
        OperatorError: a language has no table, or another one than the first has.
    """
    tables = load_tables(
        "subsystems.broadcast.site", languages, _parse, who="the broadcast's pages"
    )
    first = next(iter(tables.values()), {})
    for language, table in tables.items():
        _compare(first, table, where=f"words/{language}.toml")
    return tables


def _parse(data: bytes, where: str) -> dict[str, str]:
    try:
        return msgspec.toml.decode(data, type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise OperatorError(str(error), where=where) from error


def _compare(first: dict[str, str], table: dict[str, str], *, where: str) -> None:
    wrong = first.keys() ^ table.keys()
    if wrong:
        told = ", ".join(sorted(wrong))
        raise OperatorError(f"lacks or should not have: {told}", where=where)
    for key, word in table.items():
        if not word or places(word) != places(first[key]):
            raise OperatorError(f"{key!r} is empty or has other places for values", where=where)
