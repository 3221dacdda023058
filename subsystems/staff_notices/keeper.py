"""Keeps steps in their order, also while the disk refuses them.

Law: a step that could not be written waits, and everything after it; it is tried again with each
step and each second. Until then nothing that depends on it is answered as done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from subsystems.staff_notices.store import Step, Store


class Keeper:
    """The way to the store.

    Args:
        store: the file.
        complain: called with why it cannot be written, and with "" when it can again.
    """

    def __init__(self, store: Store, complain: Callable[[str], None]) -> None:
        self._store = store
        self._complain = complain
        self._waiting: list[Step] = []
        self._complained = False

    @property
    def waiting(self) -> int:
        """Steps that are not on disk."""
        return len(self._waiting)

    def keep(self, step: Step) -> None:
        """Write a step, after all that wait.

        Raises:
            DeviceError: it is not on disk; it will be written as soon as that can be done.
        """
        if step:
            self._waiting.append(step)
        while self._waiting:
            try:
                self._store.write(self._waiting[0])
            except DeviceError as error:
                if not self._complained:
                    self._complained = True
                    self._complain(error.message)
                raise
            self._waiting.pop(0)
        if self._complained:
            self._complained = False
            self._complain("")
