"""The commands that came, on disk: so that none is done twice, whatever dies in between.

Law: written before anything is done, in the reactor's thread: a command is rare and a row is small.
The file is a `Cache` of its own beside the subsystem's, so what is torn or damaged is dropped row
by row. A device without a working disk obeys all the same, and says that it cannot remember.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.errors import DeviceError
from subsystems.kit.cache import NOTE, Cache, Row
from subsystems.kit.obedience import Remembered

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

SUFFIX = ".commands"
"""Added to the name of the subsystem's cache."""


class Ledger:
    """The ledger.

    Args:
        cache: file of the subsystem's cache; the ledger stands beside it.
        station: whose commands they are.
        log: of the process; a disk that does not work is said once.
    """

    def __init__(self, cache: Path, station: str, log: FilteringBoundLogger) -> None:
        self._path = cache.with_name(cache.name + SUFFIX)
        self._station = station
        self._log = log
        self._cache: Cache | None = None
        self._failing = False

    def recall(self) -> dict[str, Remembered]:
        """Return what an earlier life remembered, by command id; opens the file."""
        try:
            self._cache = Cache(self._path, self._complain)
        except DeviceError as error:
            self._fail(error)
            return {}
        loaded = self._cache.load(self._station)
        for complaint in loaded.complaints:
            self._complain(complaint)
        return dict(filter(None, (self._read(*note) for note in loaded.notes.items())))

    def keep(self, command_id: str, remembered: Remembered | None) -> None:
        """Have it on disk when this returns; None forgets it."""
        if self._cache is None:
            return
        row = None if remembered is None else Row(0, 0, msgspec.json.encode(remembered))
        try:
            self._cache.write({NOTE + command_id: row})
        except DeviceError as error:
            self._fail(error)
        else:
            self._failing = False

    def close(self) -> None:
        """Close the file."""
        if self._cache is not None:
            self._cache.close()
            self._cache = None

    def _read(self, command_id: str, payload: bytes) -> tuple[str, Remembered] | None:
        try:
            return command_id, msgspec.json.decode(payload, type=Remembered)
        except msgspec.MsgspecError as error:
            self._complain(f"command {command_id!r} cannot be read: {error}")
            return None

    def _complain(self, complaint: str) -> None:
        self._log.warning("commands.damaged", file=str(self._path), what=complaint)

    def _fail(self, error: DeviceError) -> None:
        if not self._failing:
            self._failing = True
            self._log.error("commands.not-remembered", why=str(error))
