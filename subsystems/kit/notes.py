"""Notices as a page is given them: with their begin and end, so that it goes on alone.

Law: pure. Nothing is left out or reworded. A text stands in the page's languages as far as it was
written in them; instants are station time as whole milliseconds since 1970 UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.times import to_unix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.notices import Notice
    from protocol.times import Instant


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice to passengers, with its begin and end.

    Attributes:
        id: of the notice.
        kind: of `protocol.notices.NoticeKind`, or what is spoken (`subsystems.kit.transcript`).
        text: by language tag, in the page's order; only languages in which it was written.
        title: likewise; may be empty.
        start: told from then on, None: at once.
        end: told until then (exclusive), None: no end known.
    """

    id: str
    kind: str
    text: dict[str, str]
    title: dict[str, str] = {}
    start: int | None = None
    end: int | None = None


def make_notes(notices: Iterable[Notice], languages: Iterable[str]) -> tuple[Note, ...]:
    """Return `notices`, in their order, for a page that speaks `languages`."""
    spoken = tuple(languages)
    return tuple(_note(notice, spoken) for notice in notices)


def lasting(notes: Iterable[Note], now: Instant) -> tuple[Note, ...]:
    """Return those of `notes` that have not ended at `now`."""
    at = _milliseconds(now)
    return tuple(note for note in notes if note.end is None or at < note.end)


def _note(notice: Notice, languages: tuple[str, ...]) -> Note:
    text = {language: notice.text[language] for language in languages if notice.text.get(language)}
    text = text or dict(list(notice.text.items())[:1])  # another language is better than none
    return Note(
        id=notice.notice_id,
        kind=notice.kind.value,
        text=text,
        title={language: notice.title[language] for language in text if language in notice.title},
        start=None if notice.begins_at is None else _milliseconds(notice.begins_at),
        end=None if notice.ends_at is None else _milliseconds(notice.ends_at),
    )


def _milliseconds(at: Instant) -> int:
    return round(to_unix(at) * 1000)
