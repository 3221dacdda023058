"""The honest line in the languages of the boards, and until when deviations hold.

Law: pure. The kit decides what is said and words it in Chinese and English; here other languages
are added from the boards' own tables, and nothing is decided anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.times import clock_text
from subsystems.display.model import Status, Tone
from subsystems.display.view import milliseconds
from subsystems.kit.status import SCREEN_ALONE, SINCE, StatusCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from protocol.times import Instant
    from subsystems.display.model import Text
    from subsystems.display.words import Words
    from subsystems.kit.status import StatusLine

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
    zone: ZoneInfo,
) -> Status:
    """Return what the pages are told.

    Args:
        line: worded by the kit.
        confirmed_at: when dispatching was last known to be fresh.
        lifetime: how long a deviation holds without confirmation; for `protocol.timeline.lapsed`.
        words: tables of all languages of all boards.
        zone: in which times are told.
    """
    return Status(
        line={language: _line(line, language, table, zone) for language, table in words.items()},
        tone=TONES.get(line.code, Tone.SOON),
        confirmed_until=None if confirmed_at is None else milliseconds(confirmed_at + lifetime),
    )


def alone_line(words: Mapping[str, Words]) -> Text:
    """Return what a page says when its server is gone, with a place for the time."""
    texts = {}
    for language, table in words.items():
        text = SCREEN_ALONE.get(language) or table.lines[StatusCode.SCREEN_ALONE]
        since = SINCE.get(language) or table.lines["SINCE"]
        texts[language] = since.replace("{text}", text)
    return texts


def _line(line: StatusLine, language: str, table: Words, zone: ZoneInfo) -> str:
    worded = {"zh": line.zh, "en": line.en}.get(language)
    if worded is not None:
        return worded
    text = table.lines[line.code]
    if line.since is None or line.code is StatusCode.LIVE:
        return text
    return table.lines["SINCE"].format(text=text, time=clock_text(line.since, zone))
