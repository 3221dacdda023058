"""What the clock remembers from one life of the process to the next, in a small file.

Law: it is never needed. The drift serves any later life on this machine. The time itself only one
within the same boot, for then the monotonic clock has gone on: a hub that is started again while no
source is there goes on in holdover as if nothing had been.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.clock.discipline import Known
from hub.clock.readings import Trust
from station_config.runtime.timekeeping.track import AGEING, WANDER, Drift

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from hub.clock.discipline import Discipline

FILE = "time.json"
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """The file's content.

    Attributes:
        boot: which boot of the machine; "": not known.
        mono_s: monotonic seconds when it was written.
        unix: the time then.
        slope, error: drift; None: not known.
        uncertainty_s: ± of the time; None: it was never known.
        age_s: since the last reading that was believed.
        stratum: of the source.
        source: its name.
    """

    boot: str
    mono_s: float
    unix: float
    slope: float | None = None
    error: float | None = None
    uncertainty_s: float | None = None
    age_s: float = 0.0
    stratum: int | None = None
    source: str = ""


@dataclass(frozen=True)
class EarlierLife:
    """What to begin with.

    Attributes:
        unix: time to begin at.
        drift: None: not known.
        known: None: `unix` is the machine's own clock.
    """

    unix: float
    drift: Drift | None = None
    known: Known | None = None


class Remembered:
    """The file.

    Args:
        directory: where it lies; need not exist yet.
        log: of the process.
        boot: file with the boot's identifier.
    """

    def __init__(self, directory: Path, log: FilteringBoundLogger, *, boot: Path = BOOT) -> None:
        self._file = directory / FILE
        self._boot_file = boot
        self._log = log

    def recall(self, mono_s: float, wall: float) -> EarlierLife:
        """Return what to begin with at `mono_s`, when the machine's clock shows `wall`."""
        try:
            note = msgspec.json.decode(self._file.read_bytes(), type=Note)
        except (OSError, msgspec.MsgspecError):
            return EarlierLife(wall)
        drift = None
        if note.slope is not None and note.error is not None:
            drift = Drift(note.slope, note.error)
        since_s = mono_s - note.mono_s
        if note.uncertainty_s is None or since_s < 0 or not note.boot or note.boot != self._boot():
            return EarlierLife(wall, drift)
        slope, growth = (0.0, AGEING) if drift is None else (drift.slope, drift.error + WANDER)
        unix = note.unix + since_s * (1 + slope)
        then_s = max(0.0, note.uncertainty_s - growth * note.age_s)
        since = note.mono_s - note.age_s
        known = Known(since, then_s, growth, Trust.SYNCED, note.stratum, note.source)
        self._log.info("time.recalled", after_s=round(since_s, 1), machine_s=round(wall - unix, 3))
        return EarlierLife(unix, drift, known)

    def remember(self, discipline: Discipline, mono_s: float) -> None:
        """Write down what is known; a disk that cannot be written to is said and no more."""
        drift, known = discipline.drift, discipline.known
        note = Note(
            boot=self._boot(),
            mono_s=mono_s,
            unix=discipline.unix(mono_s),
            slope=None if drift is None else drift.slope,
            error=None if drift is None else drift.error,
            uncertainty_s=discipline.uncertainty(mono_s),
            age_s=0.0 if known is None else mono_s - known.mono_s,
            stratum=None if known is None else known.stratum,
            source=discipline.chosen,
        )
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(note))
            fresh.replace(self._file)
        except OSError as error:
            self._log.warning("time.not-remembered", why=str(error))

    def _boot(self) -> str:
        with suppress(OSError):
            return self._boot_file.read_text(encoding="ascii").strip()
        return ""
