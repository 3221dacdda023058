"""All words of a station, put together and checked before the first one is spoken.

Law: reads the files it is given and what is shipped, once; what it returns is pure. It refuses,
with every mistake and its place, unless there are words for every kind of announcement, every role
and category of train, in every language of the station. So nothing can be announced that has no
words.

    words/LANGUAGE.toml   ─┐
    templates of a station ┼──▶ Vocabulary ──▶ `wording.say`
    lexicons, corrections  ─┘
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from protocol.errors import OperatorError
from station_config.mistakes import ConfigErrors, Mistake
from subsystems.broadcast.facts import USES, roles_of
from subsystems.broadcast.reading.chinese import Chinese
from subsystems.broadcast.reading.english import English
from subsystems.broadcast.reading.german import German
from subsystems.broadcast.reading.lexicon import Lexicon, check_reading, lexicon_of
from subsystems.broadcast.reading.values import Speaker
from subsystems.broadcast.templates import (
    LanguageWords,
    Template,
    TemplateFile,
    check_template,
    chosen,
    variants,
)
from subsystems.broadcast.wording import Tongue, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from protocol.runs import Role
    from station_config.model import Station
    from subsystems.broadcast.model import Kind
    from subsystems.broadcast.reading.grammar import Grammar, NumberWords

File = TypeVar("File", bound=TemplateFile)

GRAMMARS: dict[str, Callable[[NumberWords], Grammar]] = {
    "chinese": Chinese,
    "english": English,
    "german": German,
}
"""How numbers are put together, by the name in a language's words."""

WORDS = "subsystems.broadcast"
_OTHER = "OTHER"
"""Category of a train whose number says nothing; see `Station.category_of`."""


class Corrections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator corrected, as it stands in a file (JSON).

    Attributes:
        readings: by language and word.
    """

    readings: dict[str, dict[str, str]] = {}


def vocabulary_of(station: Station, corrections: Corrections | None = None) -> Vocabulary:
    """Return the words of `station`.

    Args:
        station: with its announcements.
        corrections: readings that go before all others.

    Raises:
        ConfigErrors: words are missing or wrong; every mistake with its file and line.
    """
    mistakes: list[Mistake] = []
    tongues = {}
    for language in spoken_languages(station):
        try:
            tongues[language] = _tongue(language, station, corrections or Corrections(), mistakes)
        except ConfigErrors as errors:
            mistakes += errors.mistakes
    mistakes += _missing(station, tongues)
    if mistakes:
        raise ConfigErrors(station.directory, sorted(set(mistakes)))
    return Vocabulary(tongues)


def spoken_languages(station: Station) -> tuple[str, ...]:
    """Return the languages in which something is announced at `station`."""
    own = station.announcements
    usual = own.languages or station.languages
    return tuple(dict.fromkeys([*usual, *(x for rule in own.rules for x in rule.languages)]))


def decode_corrections(data: bytes, where: str) -> Corrections:
    """Return the corrections in `data`.

    Raises:
        OperatorError: they cannot be read, or one of them is no reading.
    """
    try:
        found = msgspec.json.decode(data, type=Corrections)
    except msgspec.MsgspecError as error:
        raise OperatorError(f"no corrections of readings: {error}", where=where) from error
    for language, readings in found.readings.items():
        for word, reading in readings.items():
            check_reading(word, reading, language)
    return found


def corrected(corrections: Corrections, language: str, word: str, reading: str) -> Corrections:
    """Return `corrections` with one more, or, with an empty `reading`, without it.

    Raises:
        OperatorError: it is no reading of `word`.
    """
    readings = {x: dict(y) for x, y in corrections.readings.items()}
    of_language = readings.setdefault(language, {})
    if reading.strip():
        check_reading(word, reading.strip(), language)
        of_language[word] = reading.strip()
    else:
        of_language.pop(word, None)
    return Corrections({x: y for x, y in readings.items() if y})


def encode_corrections(corrections: Corrections) -> bytes:
    """Return `corrections` as they stand in a file."""
    return msgspec.json.format(msgspec.json.encode(corrections, order="sorted"), indent=2)


def _tongue(
    language: str, station: Station, corrections: Corrections, mistakes: list[Mistake]
) -> Tongue:
    shipped, shipped_file = _shipped(language, station)
    sources: list[tuple[Path, TemplateFile]] = []
    for each in station.announcements.templates:
        if each.language == language:
            path = station.directory / each.file
            sources.append((path, _template_file(path)))
    sources.append((shipped_file, shipped))
    for path, source in sources:
        mistakes += _faults(path, source)
    return Tongue(
        speaker=_speaker(language, station, shipped, corrections),
        templates=tuple(t for _, source in sources for t in source.say),
        groups={g.kind: g for _, source in reversed(sources) for g in source.groups},
    )


def _speaker(
    language: str, station: Station, shipped: LanguageWords, corrections: Corrections
) -> Speaker:
    own = station.announcements
    codes = {category.code for category in station.categories}
    numbers = {code: own.numbers_for(language, code) for code in codes}
    return Speaker(
        language=language,
        zone=station.zone_info,
        grammar=GRAMMARS[shipped.numbers.grammar](shipped.numbers),
        letters=shipped.letters,
        train_letters=own.letters_in(language),
        lexicon=_lexicon(language, station, corrections),
        numbers={"": own.numbers_for(language, ""), **numbers},
        joiner=shipped.joiner,
        listed=shipped.listed,
        chinese=_lexicon("zh", station, corrections),
    )


def _lexicon(language: str, station: Station, corrections: Corrections) -> Lexicon:
    """Return what an operator corrected, over the station's lexicons, over the shipped one."""
    found = shipped_lexicon(language)
    for each in reversed(station.announcements.lexicons):
        if each.language == language:
            path = station.directory / each.file
            found = lexicon_of(_bytes(path), path, language).over(found)
    return Lexicon(corrections.readings.get(language, {})).over(found)


@cache
def shipped_lexicon(language: str) -> Lexicon:
    """Return the shipped readings of `language`, none if there is no file."""
    file = resources.files(WORDS).joinpath("words", f"lexicon.{language}.csv")
    if not file.is_file():
        return Lexicon({})
    return lexicon_of(file.read_bytes(), Path(str(file)), language)


def _shipped(language: str, station: Station) -> tuple[LanguageWords, Path]:
    folder = resources.files(WORDS).joinpath("words")
    file = folder.joinpath(f"{language}.toml")
    path = Path(str(file))
    if not file.is_file():
        known = sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name[0] != "l")
        message = f"nothing is said in {language!r}, only in {', '.join(known)}: add {path.name}"
        raise ConfigErrors(station.directory, [Mistake(str(path), 0, message)])
    words = _decoded(path, file.read_bytes(), LanguageWords)
    if words.numbers.grammar not in GRAMMARS:
        listed = ", ".join(GRAMMARS)
        message = f"grammar {words.numbers.grammar!r} is not known: use {listed}"
        raise ConfigErrors(station.directory, [Mistake(str(path), 0, message)])
    return words, path


def _template_file(path: Path) -> TemplateFile:
    return _decoded(path, _bytes(path), TemplateFile)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"cannot read: {error.strerror}"
        raise ConfigErrors(path.parent, [Mistake(str(path), 0, message)]) from error


def _decoded(path: Path, data: bytes, kind: type[File]) -> File:
    try:
        return msgspec.toml.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"these words cannot be read: {error}"
        raise ConfigErrors(path.parent, [Mistake(str(path), _line_in(error), message)]) from error


def _line_in(error: Exception) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else 0


def _faults(path: Path, source: TemplateFile) -> Iterator[Mistake]:
    """Yield what is wrong with the templates of one file."""
    for nth, template in enumerate(source.say):
        yield from _fault(path, "[[say]]", nth, template, template.text)
    for nth, words in enumerate(source.groups):
        as_template = Template(kind=words.kind, text=words.item)
        yield from _fault(path, "[[groups]]", nth, as_template, words.item)


def _fault(path: Path, header: str, nth: int, template: Template, text: str) -> Iterator[Mistake]:
    try:
        check_template(template, text)
    except OperatorError as error:
        yield Mistake(str(path), _line_of(path, header, nth), error.message)


def _line_of(path: Path, header: str, nth: int) -> int:
    """Return the line of the `nth` table of a file that begins with `header`."""
    lines = _bytes(path).decode("utf-8", "replace").splitlines()
    places = [number for number, line in enumerate(lines, 1) if line.strip() == header]
    return places[nth] if nth < len(places) else 0


def _missing(station: Station, tongues: Mapping[str, Tongue]) -> Iterator[Mistake]:
    """Yield what cannot be said: a kind for some train, or a prepared text."""
    categories = [category.code for category in station.categories]
    where = str(station.directory / "announcements.xml")
    for language, tongue in tongues.items():
        for kind in USES:
            yield from _unsaid(kind, language, tongue, [*categories, _OTHER])
        for prepared in station.announcements.prepared:
            if not prepared.texts.get(language, "").strip():
                message = f"<emergency id={prepared.id!r}> has no text in {language}: add it"
                yield Mistake(where, 0, message)


def _unsaid(kind: Kind, language: str, tongue: Tongue, categories: list[str]) -> Iterator[Mistake]:
    where = str(resources.files(WORDS).joinpath("words", f"{language}.toml"))
    for variant in variants(kind):
        roles: tuple[Role | None, ...] = roles_of(kind, variant) or (None,)
        missing = [
            f"{role} {category}"
            for role in roles
            for category in categories
            if chosen(tongue.templates, kind, variant, role, category) is None
        ]
        if missing:
            what = f"{kind} ({variant})" if variant else str(kind)
            yield Mistake(where, 0, f"no words for {what} of {missing[0]}: add a [[say]]")


def with_corrections(vocabulary: Vocabulary, station: Station, new: Corrections) -> Vocabulary:
    """Return `vocabulary` with other corrections; nothing else is read anew.

    Raises:
        ConfigErrors: a lexicon of the station has become unreadable.
    """
    return Vocabulary(
        {
            language: replace(
                tongue,
                speaker=replace(
                    tongue.speaker,
                    lexicon=_lexicon(language, station, new),
                    chinese=_lexicon("zh", station, new),
                ),
            )
            for language, tongue in vocabulary.tongues.items()
        }
    )
