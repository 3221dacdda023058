"""In one word: how a time is known.

Law: the words only; who finds out which one is true says what it asked.
"""

from __future__ import annotations

from enum import StrEnum


class Quality(StrEnum):
    """How time is known."""

    SYNCED = "SYNCED"
    """A reference that can be believed was measured lately."""
    HOLDOVER = "HOLDOVER"
    """It was measured, now or in an earlier life, and runs on by the own oscillator."""
    SUSPECT = "SUSPECT"
    """References contradict one another or what was known: it runs on, and a person must look."""
    UNSET = "UNSET"
    """Never measured: it is the machine's own clock, and nobody vouches for it."""
