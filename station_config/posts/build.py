"""The element ``posts`` of a valid document to values.

Law: called only when the schema and all checks found no error; reads, decides nothing. A selector
that a moment does not name is its post's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.runs import Role
from station_config.durations import duration
from station_config.posts.model import Moment, Post, Posts, Rule

if TYPE_CHECKING:
    from lxml import etree

_PLACES = ("tracks", "platforms", "yards")


def build_posts(element: etree._Element | None) -> Posts | None:
    """Return the posts of `element`, None without one.

    Args:
        element: the ``posts`` element, valid, defaults filled in.
    """
    if element is None:
        return None
    return Posts(
        missed_after=duration(element.attrib["missed-after"]),
        error_after=duration(element.attrib["error-after"]),
        posts=tuple(_post(each) for each in element.iterfind("post")),
    )


def _post(element: etree._Element) -> Post:
    return Post(
        id=element.attrib["id"],
        names={e.attrib["lang"]: e.text or "" for e in element.iterfind("name")},
        tolerance=duration(element.attrib["tolerance"]),
        rules=tuple(_rule(each, element) for each in element.iterfind("moment")),
    )


def _rule(element: etree._Element, post: etree._Element) -> Rule:
    a = element.attrib
    # A place at the moment stands in place of all places of the post, not beside them.
    owner = element if any(name in a for name in _PLACES) else post
    tracks, platforms, yards = (_words(owner, name) for name in _PLACES)
    roles = _words(element, "roles") or _words(post, "roles")
    return Rule(
        of=Moment(a["of"]),
        before=duration(a["before"]),
        within=duration(a["within"]),
        escalate_after=duration(a["escalate-after"]) if "escalate-after" in a else None,
        least=duration(a["least"]),
        ahead=duration(a["ahead"]),
        tracks=tracks,
        platforms=platforms,
        yards=yards,
        roles=None if roles is None else frozenset(map(Role, roles)),
        categories=_words(element, "categories") or _words(post, "categories"),
    )


def _words(element: etree._Element, attribute: str) -> frozenset[str] | None:
    return frozenset(element.get(attribute, "").split()) or None
