"""What the display makes of a station before the first run comes.

Law: reads the words once; everything else is pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.display.machine import State
from subsystems.display.pages import index_page
from subsystems.display.sheet import make_sheet
from subsystems.display.view import BoardView
from subsystems.display.words import load_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from station_config.model import Station
    from subsystems.display.model import Sheet, Status
    from subsystems.display.words import Words


def all_words(station: Station) -> dict[str, Words]:
    """Return the words of every language that the station or one of its boards speaks.

    Raises:
        OperatorError: there are none for one of them.
    """
    languages = [lang for board in station.boards for lang in board.languages]
    return load_words(dict.fromkeys([*station.languages, *languages]))


def first_state(
    station: Station, words: Mapping[str, Words], status: Status, code: str, today: date
) -> State:
    """Return the machine's state before any run is known.

    Args:
        station: its boards.
        words: of all languages.
        status: to begin with.
        code: of the page's files.
        today: local date; chooses the layout that names gates and platforms.
    """
    views: dict[str, BoardView] = {}
    sheets: dict[str, Sheet] = {}
    for board in station.boards:
        own = {language: words[language] for language in board.languages}
        views[board.id] = BoardView(station, board, own)
        sheets[board.id] = make_sheet(station, board, own, today)
    return State(views, sheets, status, code)


def index(station: Station, sheets: Mapping[str, Sheet], words: Mapping[str, Words]) -> bytes:
    """Return the page that lists the boards."""

    def told(key: str) -> dict[str, str]:
        return {language: table.word(key) for language, table in words.items()}

    name = next(iter(station.names.values()), station.id)
    return index_page(
        {language: station.names.get(language, name) for language in words},
        sheets.values(),
        told("boards"),
        told("plain_view"),
    )
