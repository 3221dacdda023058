"""How a station announces, from its file over what is shipped.

Law: the only place that reads ``announcements.xml``. Every mistake in it is found in one go. What
the file leaves out stands as in ``default.xml``, which holds no fact about any station; what it has
takes the place of that: rules by kind, prepared texts, chimes and letters by name, numbers by
language.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from station_config.announcements.build import build_announcements
from station_config.announcements.checks import Known, check_announcements
from station_config.document import Document
from station_config.mistakes import Severity
from station_config.schema import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from station_config.announcements.model import Announcements
    from station_config.mistakes import Mistake

XSD = Path(__file__).parent.with_name("announcements.xsd")
DEFAULT = Path(__file__).with_name("default.xml")

T = TypeVar("T")


@cache
def shipped() -> Announcements:
    """Return what every station announces unless it says otherwise."""
    document = Document(DEFAULT)
    validate(document, XSD)
    assert document.root is not None  # noqa: S101 - a file of this package
    return build_announcements(document.root)


def defaults_for(languages: tuple[str, ...]) -> Announcements:
    """Return the announcements of a station that has no file of its own."""
    return replace(shipped(), languages=languages)


def read_announcements(path: Path, known: Known) -> tuple[Announcements | None, Sequence[Mistake]]:
    """Return the announcements of the file at `path` (None if there is an error), and mistakes.

    Args:
        path: of ``announcements.xml``.
        known: what it may refer to.
    """
    document = Document(path)
    validate(document, XSD)
    check_announcements(document, known, shipped())
    mistakes = document.findings.mistakes
    if document.root is None or any(m.severity is Severity.ERROR for m in mistakes):
        return None, mistakes
    own = build_announcements(document.root)
    return _over(own, shipped(), known.languages), mistakes


def _over(own: Announcements, base: Announcements, languages: tuple[str, ...]) -> Announcements:
    """Return `own`, completed by what it leaves out of `base`."""
    return replace(
        own,
        rules=_merged(own.rules, base.rules, lambda rule: rule.kind),
        chimes=_merged(own.chimes, base.chimes, lambda chime: chime.id),
        prepared=_merged(own.prepared, base.prepared, lambda text: text.id),
        numbers=_merged(own.numbers, base.numbers, lambda numbers: numbers.language),
        letters=_merged(own.letters, base.letters, lambda each: (each.language, each.letters)),
        languages=own.languages or languages,
        own=True,
    )


def _merged(own: tuple[T, ...], base: tuple[T, ...], name: Callable[[T], object]) -> tuple[T, ...]:
    named = {name(each) for each in own}
    return own + tuple(each for each in base if name(each) not in named)
