"""The minimum turn-rounds: references, and none that is never used.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.checks.tools import check_reference, check_words, ids

if TYPE_CHECKING:
    from station_config.document import Document


def check_turn_rounds(document: Document) -> None:
    """Note what is wrong in the minimum turn-rounds."""
    known = ids(document.all("categories"), "category", "code")
    first: dict[str, int] = {}
    for rule in document.all("policies/turn-round"):
        check_words(document, rule, "categories")
        check_reference(document, rule, "categories", known, "category")
        for category in rule.get("categories", "").split() or [""]:
            if category in first:
                who = f"category {category!r}" if category else "all other trains"
                document.warning(rule, f"not used for {who}: line {first[category]} is")
            first.setdefault(category, document.line(rule))
