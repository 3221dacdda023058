"""The honest line in the languages of the kiosk, and until when deviations hold.

Law: pure. The kit decides what is said and words it; here nothing is decided anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.kit.status import StatusCode
from subsystems.query.model import Status, Tone
from subsystems.query.view import milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from protocol.times import Instant
    from subsystems.kit.notes import Note
    from subsystems.kit.status import StatusLine
    from subsystems.query.words import Words

TONES = {
    StatusCode.LIVE: Tone.GOOD,
    StatusCode.NO_DATA: Tone.BAD,
    StatusCode.SOURCE_LOST: Tone.BAD,
    StatusCode.SOURCE_STALE: Tone.BAD,
}
"""Every other line is a warning."""


def make_status(
    line: StatusLine,
    confirmed_at: Instant | None,
    lifetime: timedelta,
    words: Mapping[str, Words],
    identify: str = "",
    notices: tuple[Note, ...] = (),
) -> Status:
    """Return what the pages are told.

    Args:
        line: worded by the kit.
        confirmed_at: when dispatching was last known to be fresh.
        lifetime: how long a deviation holds without confirmation; for `protocol.timeline.lapsed`.
        words: tables of all languages.
        identify: name of the kiosk while it is asked which one it is.
        notices: to passengers.
    """
    return Status(
        line={language: table.line.told(line) for language, table in words.items()},
        code=line.code,
        tone=TONES.get(line.code, Tone.SOON),
        confirmed_until=None if confirmed_at is None else milliseconds(confirmed_at + lifetime),
        identify=identify,
        notices=notices,
    )
