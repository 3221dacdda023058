"""Durations as the station's files write them: ``PT15M``, ``PT1H30M``, ``PT30S``.

Law: hours, minutes and seconds only; days and months are no fixed time where clocks are advanced.
"""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def duration(text: str) -> timedelta:
    """Return the duration that ``PT1H30M`` and the like stand for.

    Raises:
        ValueError: it is not written so.
    """
    found = _DURATION.fullmatch(text)
    if found is None or found.end() == len("PT"):
        raise ValueError(f"{text!r} is not a duration of hours, minutes and seconds")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
