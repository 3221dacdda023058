"""What the checks share: duplicates, references, names.

Law: knows no part of a station by name; what is particular stands with its check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from station_config.schema import element_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from station_config.document import Document

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def languages(document: Document) -> list[str]:
    """Return the station's languages, none if one of them cannot be read."""
    words = [] if document.root is None else document.root.get("languages", "").split()
    return words if all(_LANGUAGE.fullmatch(word) for word in words) else []


def children(parents: Iterable[etree._Element], tag: str) -> list[etree._Element]:
    """Return the children of `parents` that are called `tag`.

    Children whose name no element has count too: a misspelt name is told once, by the schema, and
    not again at everything that refers to its bearer.
    """
    known = element_names() - {tag}
    every = (child for parent in parents for child in parent.iterchildren("*"))
    return [child for child in every if child.tag not in known]


def ids(parents: Iterable[etree._Element], tag: str, attribute: str = "id") -> set[str]:
    """Return the values of `attribute` of the `children` of `parents`."""
    values = (child.get(attribute) for child in children(parents, tag))
    return {value for value in values if value is not None}


def check_unique(
    document: Document, elements: Iterable[etree._Element], attribute: str, what: str
) -> None:
    """Note every element whose `attribute` an earlier one of `elements` has."""
    first: dict[str, int] = {}
    for element in elements:
        value = element.get(attribute)
        if value is None:
            continue
        if value in first:
            message = f"{what} {value!r} stands in line {first[value]} already: give another one"
            document.error(element, message, attribute)
        else:
            first[value] = document.line(element, attribute)


def check_reference(
    document: Document, element: etree._Element, attribute: str, known: set[str], what: str
) -> None:
    """Note every word of `attribute` that is not among `known`."""
    for word in element.get(attribute, "").split():
        if word not in known:
            listed = ", ".join(sorted(known)) or "none is defined"
            message = f"{attribute}: there is no {what} {word!r}: use one of these: {listed}"
            document.error(element, message, attribute)


def check_words(document: Document, element: etree._Element, attribute: str) -> None:
    """Note the words that stand more than once in `attribute`."""
    words = element.get(attribute, "").split()
    for word in sorted({w for w in words if words.count(w) > 1}):
        document.error(element, f"{attribute}: {word!r} stands twice: take one out", attribute)


def check_names(document: Document, element: etree._Element) -> None:
    """Note languages of the station that `element` has no name in, and others that it has."""
    wanted = languages(document)
    given: set[str] = set()
    before = len(document.findings.mistakes)
    for name in element.iterfind("name"):
        language = name.get("lang", "")
        if language in given:
            document.error(name, f"a second name in {language!r}: keep one", "lang")
        elif language and wanted and language not in wanted:
            message = f"{language!r} is not a language of the station: {', '.join(wanted)}"
            document.error(name, message, "lang")
        given.add(language)
    missing = [language for language in wanted if language not in given]
    meant = "" in given or len(document.findings.mistakes) > before
    if missing and not meant:
        owner = element.getparent() if element.tag == "names" else element
        tag = str(element.tag if owner is None else owner.tag)
        document.error(element, f"<{tag}> has no name in {', '.join(missing)}: add it")
