"""When the subsystem is told that something changed.

Law: once for all messages of a turn of the reactor: a storm of 300 runs is one change of a board.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from subsystems.kit.timers import Timers


class Telling:
    """What is still to be told.

    Args:
        timers: of the link.
        settle: called before anything is told, to draw the conclusions of the whole turn.
        on_runs: gets the ids of runs that changed, appeared or went.
        on_status: called when anything but runs may have changed.
    """

    def __init__(
        self,
        timers: Timers,
        *,
        settle: Callable[[], None],
        on_runs: Callable[[frozenset[str]], None],
        on_status: Callable[[], None],
    ) -> None:
        self._timers = timers
        self._settle = settle
        self._on_runs = on_runs
        self._on_status = on_status
        self._changed: set[str] = set()
        self._status_changed = False

    def runs(self, changed: frozenset[str]) -> None:
        """Tell soon that these runs changed."""
        self._changed |= changed
        self._soon()

    def status(self) -> None:
        """Tell soon that anything else may have changed."""
        self._status_changed = True
        self._soon()

    def _soon(self) -> None:
        self._timers.soon("flush", self._flush)

    def _flush(self) -> None:
        self._settle()
        changed, self._changed = frozenset(self._changed), set()
        status, self._status_changed = self._status_changed, False
        if changed:
            self._on_runs(changed)
        if status:
            self._on_status()
