"""Words by language: tables in files, and the honest line in every language.

Law: no word that a passenger reads stands in code, but for the honest line in Chinese and English
(`status`), which every subsystem has. A language that lacks a table, or a table that lacks a word,
is told when the process starts. Adding a language is adding files.
"""

from __future__ import annotations

import string
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

import msgspec

from protocol.errors import OperatorError
from subsystems.kit.status import SINCE, WORDS, StatusCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from subsystems.kit.status import StatusLine

T = TypeVar("T")
Table = TypeVar("Table", bound=msgspec.Struct)
Page = TypeVar("Page", bound="PageWords")


class LineWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The honest line in one language.

    Attributes:
        lines: by `subsystems.kit.status.StatusCode`.
        since: joins a line, ``{text}``, with its time, ``{time}``.
    """

    lines: dict[str, str] = {}
    since: str = "{text} {time}"

    def told(self, line: StatusLine) -> str:
        """Return `line` with its time, if it has one."""
        text = self.lines[line.code]
        said = self.since.format(text=text, time=line.time) if line.time else text
        return f"▣ {line.device} · {said}" if line.device else said

    def alone(self) -> str:
        """Return what a page says when it has lost its server, with a place ``{time}``."""
        return self.since.replace("{text}", self.lines[StatusCode.SCREEN_ALONE])


class PageWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a subsystem and its pages say in one language; a subsystem adds its words.

    Attributes:
        line: the honest line; not in the file, the kit has it for all subsystems.
    """

    line: LineWords = LineWords()

    def word(self, key: str) -> str:
        """Return the word `key`, its places unfilled."""
        text: str = getattr(self, key)
        return text


def page_words(tables: Mapping[str, PageWords]) -> dict[str, dict[str, str]]:
    """Return everything that the pages themselves say, by key and language."""
    keys = {key: None for table in tables.values() for key in _keys(type(table))}
    return {key: {tag: table.word(key) for tag, table in tables.items()} for key in keys}


def load_page_words(
    kind: type[Page],
    package: str,
    languages: Iterable[str],
    *,
    wanted: Mapping[str, set[str]],
    who: str,
) -> dict[str, Page]:
    """Return what is said in `languages`, in their order.

    Args:
        kind: of table.
        package: whose words they are.
        languages: tags.
        wanted: places for values that a word must have; one that is not named has none.
        who: speaks these words, for people: ``the kiosks``.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    asked = list(languages)
    tables = load_tables(
        package, asked, lambda data, where: parse_page_words(data, where, kind, wanted), who=who
    )
    lines = load_lines(asked)
    return {tag: msgspec.structs.replace(tables[tag], line=lines[tag]) for tag in asked}


def parse_page_words(
    data: bytes, where: str, kind: type[Page], wanted: Mapping[str, set[str]]
) -> Page:
    """Return the table in `data` (TOML).

    Raises:
        OperatorError: a key is missing, unknown or empty, or a word has not the places `wanted`.
    """
    words = decode_table(data, kind, where)
    for name in _keys(kind):
        check_places(name, words.word(name), wanted.get(name, set()), where=where)
    return words


def _keys(kind: type[PageWords]) -> list[str]:
    return [field for field in kind.__struct_fields__ if field != "line"]


def load_tables(
    package: str, languages: Iterable[str], parse: Callable[[bytes, str], T], *, who: str
) -> dict[str, T]:
    """Return the tables of `languages`, from the files ``words/LANGUAGE.toml`` of `package`.

    Args:
        package: whose words they are.
        languages: tags, in the order of the result.
        parse: makes a table of a file's bytes and name; raises OperatorError for its mistakes.
        who: speaks these words, for people: ``the boards``.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    folder = resources.files(package).joinpath("words")
    tables: dict[str, T] = {}
    for language in languages:
        file = folder.joinpath(f"{language}.toml")
        if not file.is_file():
            known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
            raise OperatorError(
                f"{who} have no words for language {language!r}, only for {', '.join(known)}:"
                f" add {language}.toml",
                where=str(folder),
            )
        tables[language] = parse(file.read_bytes(), str(file))
    return tables


def decode_table(data: bytes, kind: type[Table], where: str) -> Table:
    """Return the table in `data` (TOML).

    Raises:
        OperatorError: a key is missing or unknown, or a word is empty.
    """
    try:
        table = msgspec.toml.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise OperatorError(str(error), where=where) from error
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, str) and not value.strip():
            raise OperatorError(f"word {name!r} is empty", where=where)
    return table


def check_places(name: str, value: str, wanted: set[str], *, where: str) -> None:
    """Check that the word `name` has exactly the places `wanted` for values.

    Raises:
        OperatorError: it has others.
    """
    if places(value) != wanted:
        told = ", ".join(sorted(wanted)) or "none"
        raise OperatorError(f"word {name!r} must have these places: {told}", where=where)


def places(value: str) -> set[str]:
    """Return the names of the places that `value` has for values."""
    return {field for _, field, _, _ in string.Formatter().parse(value) if field is not None}


def load_lines(languages: Iterable[str]) -> dict[str, LineWords]:
    """Return the honest line in `languages`.

    Raises:
        OperatorError: it has no words in one of them.
    """
    asked = list(languages)
    others = [language for language in asked if language not in SINCE]
    found = load_tables(
        "subsystems.kit", others, parse_lines, who="messages about the link (besides zh, en)"
    )
    return {language: found.get(language) or _kit_lines(language) for language in asked}


def parse_lines(data: bytes, where: str) -> LineWords:
    """Return the honest line's words in `data` (TOML).

    Raises:
        OperatorError: a line is missing or unknown, or `since` lacks a place.
    """
    table = decode_table(data, LineWords, where)
    check_places("since", table.since, {"text", "time"}, where=where)
    wrong = table.lines.keys() ^ set(StatusCode)
    if wrong:
        told = ", ".join(sorted(wrong))
        raise OperatorError(f"section [lines] lacks or should not have: {told}", where=where)
    return table


def _kit_lines(language: str) -> LineWords:
    nth = list(SINCE).index(language)
    return LineWords({code: texts[nth] for code, texts in WORDS.items()}, SINCE[language])
