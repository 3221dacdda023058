"""What a board's page is given: a document of rows that carry their own future.

Law: frozen values only. They go to the browser as JSON, so every instant here is station time as
whole milliseconds since 1970 UTC, and every text stands in all languages of its board.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from subsystems.kit.notes import Note

Text = dict[str, str]
"""A text by language tag, one entry for every language of the board."""


class Tone(StrEnum):
    """What a text means; the page gives each its colour, never a colour alone."""

    PLAIN = ""
    """The colour of the column."""
    GOOD = "good"
    SOON = "soon"
    BAD = "bad"
    DIM = "dim"


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of a row.

    Attributes:
        text: what is told; a plain string reads alike in every language.
        was: what was told before and no longer holds (planned time, former platform), shown
            struck through beside `text`.
        tone: its meaning.
        mark: a shape that says the tone without colour.
    """

    text: str | Text = ""
    was: str = ""
    tone: Tone = Tone.PLAIN
    mark: str = ""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a row looks from an instant on.

    Attributes:
        at: from when, None: from ever.
        cells: fields that differ from the row's, by column.
        lead: whether a gate or platform screen shows the train large.
    """

    at: int | None = None
    cells: dict[str, Cell] = {}
    lead: bool = False


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run on one board, with its future.

    Attributes:
        id: of the run.
        key: rows stand in ascending order of (key, id).
        start: visible from, None: never.
        end: visible until (exclusive), None: no end known.
        cells: fields that no step changes, by column.
        steps: the last one whose `at` is not after now holds; never empty.
        unconfirmed: steps that hold instead once the dispatching source has been silent for too
            long (`protocol.timeline.lapsed`); empty when nothing in the row can lapse.
        version: of the machine's state when the row last changed.
    """

    id: str
    key: int
    start: int | None
    end: int | None
    cells: dict[str, Cell]
    steps: tuple[Step, ...]
    unconfirmed: tuple[Step, ...] = ()
    version: int = 0


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What a column is called and how wide it is in half characters."""

    column: str
    text: Text
    width: int


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What never changes while the process runs: the board and its words.

    Attributes:
        board: identifier.
        kind: of `station_config.model.BoardKind`.
        station: its name.
        title: of the board.
        place: what a gate or platform screen stands at: its label.
        zone: IANA name, for the clock.
        rows: rows of a page.
        languages: in the order of showing.
        page_seconds: least time of a page, real seconds.
        language_seconds: least time of a language, real seconds.
        columns: left to right.
        words: texts that the page itself says, by key.
    """

    board: str
    kind: str
    station: Text
    title: Text
    place: Text
    zone: str
    rows: int
    languages: tuple[str, ...]
    page_seconds: float
    language_seconds: float
    columns: tuple[Heading, ...]
    words: dict[str, Text]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where the information comes from, told with every heartbeat.

    Attributes:
        line: the honest line.
        tone: how bad it is.
        confirmed_until: rows that deviate from the timetable hold up to this instant (inclusive);
            None: not at all.
    """

    line: Text
    tone: Tone
    confirmed_until: int | None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page needs to run alone.

    Attributes:
        code: of the page's own files; a page of another code loads itself anew.
        version: of the machine's state.
        sheet: the board.
        rows: all rows that are or will be visible.
        status: where the information comes from.
        notices: those that are told or will be, the most important first.
    """

    code: str
    version: int
    sheet: Sheet
    rows: tuple[Row, ...]
    status: Status
    notices: tuple[Note, ...] = ()
