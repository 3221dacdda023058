"""What the display knows, and what it sends when something changes.

Law: `step(state, event, now) -> (state, effects)`, pure. It keeps, per board, the rows of all runs,
sends only rows that came out different, and can give the whole document at any time. An event about
a board that is not there, or a version that goes back, cannot be expressed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from subsystems.display.model import Document, Row, Sheet, Status
from subsystems.display.view import milliseconds
from subsystems.kit.notes import lasting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from subsystems.display.view import BoardView
    from subsystems.kit.notes import Note


@dataclass(frozen=True)
class RunsChanged:
    """Runs as they are now; None: no longer known."""

    runs: Mapping[str, Run | None]


@dataclass(frozen=True)
class StatusChanged:
    """Where the information comes from, as it is now."""

    status: Status


@dataclass(frozen=True)
class NoticesChanged:
    """What each board has to tell beside trains, the most important first."""

    notices: Mapping[str, tuple[Note, ...]]


Event = RunsChanged | StatusChanged | NoticesChanged


@dataclass(frozen=True)
class SendRows:
    """Effect: tell the pages of `board` these rows, and that those of `removed` are gone."""

    board: str
    version: int
    rows: tuple[Row, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class SendStatus:
    """Effect: tell all pages the status and what time it is."""

    status: Status


@dataclass(frozen=True)
class SendNotices:
    """Effect: tell the pages of `board` that these are its notices."""

    board: str
    notices: tuple[Note, ...]


Effect = SendRows | SendStatus | SendNotices


@dataclass(frozen=True)
class State:
    """Everything that the display knows.

    Attributes:
        views: by board.
        sheets: by board.
        status: last told.
        code: of the page's files.
        version: counts changes.
        rows: by board, by run.
        notices: by board.
    """

    views: Mapping[str, BoardView]
    sheets: Mapping[str, Sheet]
    status: Status
    code: str
    version: int = 0
    rows: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    notices: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)


def step(state: State, event: Event, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what has to be sent.

    Args:
        state: before.
        event: what happened.
        now: station time; rows that left their board before it are forgotten.
    """
    match event:
        case RunsChanged(runs):
            return _runs_changed(state, runs, milliseconds(now))
        case StatusChanged(status):
            if status == state.status:
                return state, ()
            return replace(state, status=status), (SendStatus(status),)
        case NoticesChanged(notices):
            told = {board: lasting(notices.get(board, ()), now) for board in state.views}
            changed = (b for b in told if told[b] != state.notices.get(b, ()))
            return replace(state, notices=told), tuple(SendNotices(b, told[b]) for b in changed)


def document(state: State, board: str, now: Instant) -> Document:
    """Return all that a page of `board` needs.

    Raises:
        KeyError: there is no such board.
    """
    at = milliseconds(now)
    rows = [row for row in state.rows.get(board, {}).values() if not _over(row, at)]
    return Document(
        code=state.code,
        version=state.version,
        sheet=state.sheets[board],
        rows=tuple(sorted(rows, key=lambda row: (row.key, row.id))),
        status=state.status,
        notices=lasting(state.notices.get(board, ()), now),
    )


def _runs_changed(
    state: State, runs: Mapping[str, Run | None], at: int
) -> tuple[State, tuple[Effect, ...]]:
    version = state.version + 1
    boards: dict[str, Mapping[str, Row]] = {}
    effects: list[Effect] = []
    for board, view in state.views.items():
        held = {i: row for i, row in state.rows.get(board, {}).items() if not _over(row, at)}
        before = dict(held)
        for run_id, run in runs.items():
            row = None if run is None else view.row(run)
            _put(held, run_id, None if row is None or _over(row, at) else row, version)
        boards[board] = held
        changed = tuple(row for i, row in held.items() if before.get(i) is not row)
        removed = tuple(i for i in before if i not in held)
        if changed or removed:
            effects.append(SendRows(board, version, changed, removed))
    if not effects:
        return replace(state, rows=boards), ()
    return replace(state, rows=boards, version=version), tuple(effects)


def _put(held: dict[str, Row], run_id: str, row: Row | None, version: int) -> None:
    """Put `row` into `held` unless it says what is held already."""
    if row is None:
        held.pop(run_id, None)
        return
    old = held.get(run_id)
    if old is None or old != msgspec.structs.replace(row, version=old.version):
        held[run_id] = msgspec.structs.replace(row, version=version)


def _over(row: Row, at: int) -> bool:
    return row.end is not None and row.end <= at
