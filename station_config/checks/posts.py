"""The posts of staff: references into any layout, and moments that can come.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.checks.tools import (
    check_names,
    check_reference,
    check_unique,
    check_words,
    children,
    ids,
)
from station_config.durations import duration
from station_config.posts.model import Moment

if TYPE_CHECKING:
    from datetime import timedelta

    from lxml import etree

    from station_config.document import Document

_SELECTORS = ("tracks", "platforms", "yards", "roles", "categories")
_AT_A_GATE = {Moment.CHECK_IN_SOON, Moment.CHECK_IN_OPENS, Moment.CHECK_IN_CLOSES}


def check_posts(document: Document) -> None:
    """Note what is wrong in the posts."""
    posts = list(document.all("posts/post"))
    check_unique(document, posts, "id", "post")
    for post in posts:
        check_names(document, post)
        _check_selectors(document, post)
        for moment in document.all("moment", post):
            _check_selectors(document, moment)
            _check_moment(document, moment)
        _check_used(document, list(document.all("moment", post)))


def _check_selectors(document: Document, element: etree._Element) -> None:
    layouts = list(document.all("layouts/layout"))
    known = {
        "tracks": (ids(layouts, "track"), "track"),
        "platforms": (ids(layouts, "platform"), "platform"),
        "yards": (ids(layouts, "yard"), "yard"),
        "categories": (ids(document.all("categories"), "category", "code"), "category"),
    }
    for attribute, (names, what) in known.items():
        check_words(document, element, attribute)
        check_reference(document, element, attribute, names, what)


def _check_moment(document: Document, element: etree._Element) -> None:
    try:
        moment = Moment(element.get("of", ""))
    except ValueError:
        return  # the schema says so
    before = _duration(element, "before")
    if moment.change and before:
        document.error(
            element, "a change is told at once: take before out, ahead says how early", "before"
        )
    if moment is Moment.CHECK_IN_SOON and not before:
        document.error(element, f"{moment} needs before: say how long before check-in", "before")
    if moment is not Moment.DELAY and element.get("least") not in {None, "PT5M"}:
        document.error(element, "least is of a delay: take it out", "least")
    if not moment.change and element.get("ahead") not in {None, "PT3H"}:
        document.error(element, "ahead is of a change: take it out, say before", "ahead")
    if not _duration(element, "within", "PT3M"):
        document.error(element, "within must leave some time to sign", "within")
    gates = children(document.all("layouts/layout"), "gate")
    if moment in _AT_A_GATE and not gates:
        document.warning(element, f"{moment} never comes: the station has no ticket gates", "of")


def _check_used(document: Document, moments: list[etree._Element]) -> None:
    """Note moments that never count, for an earlier one of the post is for all trains."""
    for_all: dict[str, int] = {}
    for element in moments:
        of = element.get("of", "")
        if of in for_all:
            message = f"never used: line {for_all[of]} is for all trains"
            document.warning(element, message, "of")
        elif not any(element.get(name) for name in _SELECTORS):
            for_all[of] = document.line(element)


def _duration(element: etree._Element, attribute: str, default: str = "PT0S") -> timedelta | None:
    try:
        return duration(element.get(attribute, default))
    except ValueError:
        return None
