"""What the console may ask of the display: boards in a frame, and what they would show of runs.

Law: pure but for the settings' decoding. What would be shown is what is shown: the same views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from protocol.runs import Run
from subsystems.display.model import Cell, Row, Step, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from subsystems.display.model import Sheet
    from subsystems.display.view import BoardView


Asked = Run | tuple[Run, ...]
"""One run, or several that are to be changed together."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[subsystems.display.options]``.

    Attributes:
        origins: of web sites that may show boards in frames, and ask what they would show.
    """

    origins: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A run on a board at an instant.

    Attributes:
        run_id: of the run.
        board: its id.
        title: of the board.
        cells: by column.
        until: it stands there until then, ms since 1970; None: no end known.
    """

    run_id: str
    board: str
    title: Text
    cells: dict[str, Cell]
    until: int | None


class Preview(msgspec.Struct, frozen=True):
    """Runs on boards: in the order in which they were asked for, then in the configuration's."""

    boards: tuple[Shown, ...]


def read_options(options: Mapping[str, object]) -> Options:
    """Return the settings.

    Raises:
        OperatorError: a key is misspelt or of the wrong kind.
    """
    try:
        return msgspec.convert(dict(options), Options)
    except msgspec.ValidationError as error:
        raise OperatorError(str(error), where="subsystems.display.options") from error


def preview(
    asked: Asked, views: Mapping[str, BoardView], sheets: Mapping[str, Sheet], at: int
) -> Preview:
    """Return what boards would show at `at`, ms since 1970, if runs were as they are given."""
    runs = (asked,) if isinstance(asked, Run) else asked
    rows = ((run, board, view.row(run)) for run in runs for board, view in views.items())
    shown = (
        Shown(
            run_id=run.run_id,
            board=board,
            title=sheets[board].title,
            cells=cells_at(row, at),
            until=row.end,
        )
        for run, board, row in rows
        if row is not None and _stands(row, at)
    )
    return Preview(tuple(shown))


def cells_at(row: Row, at: int) -> dict[str, Cell]:
    """Return the cells of `row` as they look at `at`."""
    now: Step = next((s for s in reversed(row.steps) if s.at is None or s.at <= at), row.steps[0])
    return {**row.cells, **now.cells}


def _stands(row: Row, at: int) -> bool:
    return row.start is not None and row.start <= at and (row.end is None or at < row.end)
