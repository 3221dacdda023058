"""How playing ends.

Law: one closed set of words, apart from the ports so that pure modules can read it.
"""

from __future__ import annotations

from enum import StrEnum


class Ended(StrEnum):
    """How playing ended. Closed."""

    PLAYED = "played"
    CUT_OFF = "cut-off"
    """Something that matters more came, or a person stopped it."""
    FAILED = "failed"
