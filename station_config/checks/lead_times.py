"""The lead times: references, the order of their instants, and a rule that matches everything.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.build import duration
from station_config.checks.tools import check_reference, check_words, ids

if TYPE_CHECKING:
    from datetime import timedelta

    from lxml import etree

    from station_config.document import Document

SELECTORS = ("categories", "role", "platform", "gate")


def check_lead_times(document: Document) -> None:
    """Note what is wrong in the lead times."""
    if document.root is None:
        return
    layouts = list(document.all("layouts/layout"))
    categories = ids(document.all("categories"), "category", "code")
    platforms, gates = ids(layouts, "platform"), ids(layouts, "gate")
    for rule in document.all("lead-times/lead-time"):
        check_words(document, rule, "categories")
        check_reference(document, rule, "categories", categories, "category")
        if layouts:
            check_reference(document, rule, "platform", platforms, "platform")
            check_reference(document, rule, "gate", gates, "gate")
        _check_order(document, rule)
    has_gates = any(layout.find("gate") is not None for layout in layouts)
    _check_reach(document, has_gates=has_gates)


def _check_order(document: Document, rule: etree._Element) -> None:
    """Check-in must open before its last call, whatever the dwell: a stop may be a minute long."""
    opens, last_call, closes = (_duration(rule, n) for n in ("opens", "last-call", "closes"))
    if opens is None or last_call is None or closes is None:
        return
    if opens <= closes + last_call:
        document.error(
            rule,
            "check-in would open at or after its last call: opens must be longer than closes and "
            "last-call together",
            "opens",
        )


def _check_reach(document: Document, *, has_gates: bool) -> None:
    first: dict[tuple[str, ...], int] = {}
    for rule in document.all("lead-times/lead-time"):
        selectors = tuple(" ".join(sorted(rule.get(s, "").split())) for s in SELECTORS)
        line = document.line(rule)
        if selectors in first:
            document.warning(rule, f"never used: line {first[selectors]} is for the same trains")
        first.setdefault(selectors, line)
    if has_gates and ("",) * len(SELECTORS) not in first:
        place = next(document.all("lead-times"), document.root)
        if place is not None:
            document.error(place, "no <lead-time> is for all other trains: add one, no selectors")


def _duration(rule: etree._Element, attribute: str) -> timedelta | None:
    try:
        return duration(rule.get(attribute, ""))
    except ValueError:
        return None
