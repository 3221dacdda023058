"""When a child process that ended is started again. Pure.

Law: a child that died is back at once, one that keeps dying is tried ever more rarely, and one that
fails each time as soon as it is started (a mistake in a configuration) is said aloud and left alone
for long, for trying harder mends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_S = 0.5
LONGEST_S = 30.0
CALM_S = 60.0
"""A child that lived so long has a clean record again."""

QUICK_S = 10.0
"""A failure within this time of the start counts as quick."""

HOPELESS = 5
"""Quick failures in a row after which a person must look."""


@dataclass(frozen=True)
class Record:
    """What is remembered of a child.

    Attributes:
        delay_s: wait before the next start.
        quick: quick failures in a row.
    """

    delay_s: float = 0.0
    quick: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether it fails each time at once."""
        return self.quick >= HOPELESS


def after_exit(record: Record, *, lived_s: float, code: int | None) -> Record:
    """Return the record after one more exit.

    Args:
        record: before.
        lived_s: real seconds from start to exit.
        code: exit code, None when a signal ended it: that is no mistake of its own.
    """
    if lived_s >= CALM_S:
        record = Record()
    quick = record.quick + 1 if code and lived_s < QUICK_S else 0
    delay = min(LONGEST_S, max(FIRST_S, record.delay_s * 2))
    return Record(LONGEST_S if quick >= HOPELESS else delay, quick)
