"""The boards: what each needs for its kind, and references into the newest layout.

Law: notes every mistake with its place and raises none; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.build import duration
from station_config.checks.tools import (
    check_names,
    check_reference,
    check_unique,
    check_words,
    ids,
    languages,
)

if TYPE_CHECKING:
    from lxml import etree

    from station_config.document import Document

SHORTEST_PAGE_S = 6
"""Seconds that a page must stand to be read; Regulation (EU) 1300/2014 wants 2 s a word."""

_PLACE_OF_KIND = {"gate": "gate", "platform": "platform"}
_PLACES = ("gate", "platform", "waiting-room")


def check_boards(document: Document) -> None:
    """Note what is wrong in the boards."""
    boards = list(document.all("boards/board"))
    check_unique(document, boards, "id", "board")
    layouts = sorted(document.all("layouts/layout"), key=lambda e: e.get("valid-from", ""))
    newest = layouts[-1] if layouts else None
    for board in boards:
        check_names(document, board)
        check_words(document, board, "columns")
        check_words(document, board, "languages")
        if spoken := set(languages(document)):
            check_reference(document, board, "languages", spoken, "language")
        _check_place(document, board, newest)
        _check_page(document, board)


def _check_place(document: Document, board: etree._Element, layout: etree._Element | None) -> None:
    kind = board.get("kind", "")
    needed = _PLACE_OF_KIND.get(kind)
    if needed is not None and board.get(needed) is None:
        document.error(board, f"a {kind} board needs the attribute {needed}: name its {needed}")
    for attribute in _PLACES:
        if board.get(attribute) is None:
            continue
        allowed = "departures" if attribute == "waiting-room" else attribute
        if kind in {"departures", "arrivals", "gate", "platform"} and kind != allowed:
            message = f"{attribute} is for a {allowed} board, this is a {kind} board: take it out"
            document.error(board, message, attribute)
        elif layout is not None:
            known = ids([layout], attribute)
            check_reference(document, board, attribute, known, attribute.replace("-", " "))


def _check_page(document: Document, board: etree._Element) -> None:
    for attribute in ("page-time", "language-time"):
        try:
            seconds = duration(board.get(attribute, "PT8S")).total_seconds()
        except ValueError:
            continue
        if seconds < SHORTEST_PAGE_S:
            message = f"{attribute} is too short to be read: give it {SHORTEST_PAGE_S} s at least"
            document.warning(board, message, attribute)
