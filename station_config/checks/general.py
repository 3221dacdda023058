"""The station itself: zone, languages, codes, categories, announcement zones, windows, rules.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from station_config.checks.tools import check_names, check_unique, check_words

if TYPE_CHECKING:
    from lxml import etree

    from station_config.document import Document

NAMED = ("names", "categories/category", "announcement-zones/zone")


def check_general(document: Document) -> None:
    """Note what is wrong outside the layouts, lead times and boards."""
    root = document.root
    if root is None:
        return
    zone = root.get("zone")
    if zone is not None and zone_of(zone) is None:
        document.error(root, f"zone {zone!r} is not an IANA time zone: as Europe/Berlin", "zone")
    check_words(document, root, "languages")
    for path in NAMED:
        for element in document.all(path):
            check_names(document, element)
    check_unique(document, document.all("codes/code"), "scheme", "code of scheme")
    check_unique(document, document.all("categories/category"), "code", "category")
    check_unique(document, document.all("announcement-zones/zone"), "id", "announcement zone")
    _check_prefixes(document)
    for policies in document.all("policies"):
        check_words(document, policies, "rules")


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone `name`, None if there is none."""
    return ZoneInfo(name) if name in available_timezones() else None


def _check_prefixes(document: Document) -> None:
    first: dict[str, etree._Element] = {}
    for category in document.all("categories/category"):
        check_words(document, category, "prefixes")
        for prefix in dict.fromkeys(category.get("prefixes", "").split()):
            other = first.setdefault(prefix, category)
            if other is not category:
                code = other.get("code")
                message = f"prefix {prefix!r} is category {code!r}'s already: take one out"
                document.error(category, message, "prefixes")
