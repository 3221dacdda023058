"""Alerts come in: from a page, from the command line, from a watched folder.

Law: reads files and keeps the list of what came; what an alert means is `cap_meaning`'s, what is
done with it the announcer's. The same alert again changes nothing, over restarts too. A file that
cannot be used is put into ``broken`` beside its error, counted, and harms nothing.

    FOLDER/alert.xml ──▶ FOLDER/done/alert.xml      or   FOLDER/broken/alert.xml + alert.xml.txt
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from msgspec import structs

from protocol.errors import DeviceError, OperatorError
from subsystems.broadcast.cap import MAX_BYTES, read_alert
from subsystems.broadcast.cap_meaning import Begin, End, Nothing, key_of, meaning
from subsystems.broadcast.kept import Alerted, Alerts
from subsystems.broadcast.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

    from protocol.times import Instant
    from subsystems.broadcast.cap import Alert
    from subsystems.broadcast.cap_meaning import CapRules, Meaning
    from subsystems.broadcast.kept import Kept

LISTED = 300
SUFFIXES = (".xml", ".cap")
DONE, BROKEN = "done", "broken"


class CapIntake:
    """The way in.

    Args:
        rules: what the station takes alerts for.
        now: station time.
        do: carries out what an alert means.
        kept: what came, on disk.
        folder: that is watched, None: none.
        log: of the process.

    Attributes:
        refused: files that could not be used, since the start.
    """

    def __init__(
        self,
        rules: CapRules,
        now: Callable[[], Instant],
        do: Callable[[Begin | End], None],
        kept: Kept[Alerts],
        folder: Path | None,
        log: FilteringBoundLogger,
    ) -> None:
        self._rules = rules
        self._now = now
        self._do = do
        self._kept = kept
        self._folder = folder
        self._log = log
        self._sizes: dict[str, tuple[int, int]] = {}
        self.refused = 0

    @property
    def last(self) -> tuple[Alerted, ...]:
        """What came, the latest first."""
        return self._kept.value.last

    def take(self, raw: bytes, name: str) -> Alerted:
        """Take an alert; return what became of it.

        Raises:
            OperatorError: it cannot be used; `where` is ``name:line``.
        """
        try:
            alert = read_alert(raw, name)
        except OperatorError as error:
            self.refused += 1
            self._log.warning("cap.refused", where=error.where, why=error.message)
            self._note(Alerted(at=self._now(), name=name, outcome=str(error)))
            raise
        known = {each.name for each in self.last if each.taken}
        if key_of(alert.name) in known:
            return self._told(alert, "it is known already: nothing changed", taken=True)
        found = meaning(alert, self._rules, self._now())
        if isinstance(found, Nothing):
            return self._told(alert, f"not spoken: {found.why}", taken=False)
        self._do(found)
        return self._told(alert, _in_words(found), taken=True)

    def look(self) -> None:
        """Take what lies in the folder and has not changed since the last look."""
        if self._folder is None:
            return
        try:
            found = self._files(self._folder)
        except OSError as error:
            self._log.error("cap.folder", folder=str(self._folder), why=str(error.strerror))
            return
        for path, mark in found.items():
            if self._sizes.get(path.name) == mark:
                self._take_file(self._folder, path)
        self._sizes = {path.name: mark for path, mark in found.items()}

    @staticmethod
    def _files(folder: Path) -> dict[Path, tuple[int, int]]:
        folder.mkdir(parents=True, exist_ok=True)
        found = {}
        for path in sorted(folder.iterdir()):
            status = path.lstat()
            if path.suffix.lower() in SUFFIXES and stat.S_ISREG(status.st_mode):
                found[path] = (status.st_size, status.st_mtime_ns)
        return found

    def _take_file(self, folder: Path, path: Path) -> None:
        try:
            raw = _read(path)
            self.take(raw, path.name)
        except OperatorError as error:
            _put_away(path, folder / BROKEN, str(error))
        except OSError as error:
            self._log.error("cap.unreadable", file=str(path), why=str(error.strerror))
        except DeviceError as error:
            self._log.error("cap.failed", file=str(path), why=str(error))
        else:
            _put_away(path, folder / DONE, "")

    def _told(self, alert: Alert, outcome: str, *, taken: bool) -> Alerted:
        name = key_of(alert.name)
        alerted = Alerted(at=self._now(), name=name, outcome=outcome, taken=taken)
        self._log.info("cap.taken", alert=name, outcome=outcome)
        self._note(alerted)
        return alerted

    def _note(self, alerted: Alerted) -> None:
        last = (alerted, *self.last)[:LISTED]
        self._kept.put(structs.replace(self._kept.value, last=last))


def _in_words(found: Meaning) -> str:
    match found:
        case Begin(occasion):
            what = "takes over" if occasion.kind is Kind.EMERGENCY else "is announced in"
            return f"{what} {', '.join(occasion.zones)}"
        case End(ends):
            return f"ends {', '.join(ends)}"
        case Nothing(why):
            return why


def _read(path: Path) -> bytes:
    """Return the file, one byte more than is taken at most; no link is followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _put_away(path: Path, folder: Path, why: str) -> None:
    folder.mkdir(exist_ok=True)
    path.replace(folder / path.name)
    if why:
        (folder / f"{path.name}.txt").write_text(f"{why}\n", encoding="utf-8")
