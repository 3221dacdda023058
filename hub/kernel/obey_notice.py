"""What a command makes of a notice, or why it is refused.

Law: pure, and asked again it says the same. A refused command changes nothing. White space within a
text is one space, and instants are whole seconds, so that what is told is what was judged.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.notice import KeptNotice, SetNotice
from hub.kernel.objections import Code, objection
from protocol.errors import OperatorError
from protocol.identifiers import check_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.kernel.notice import WithdrawNotice
    from hub.kernel.objections import Objection
    from protocol.notices import Notice
    from protocol.times import Instant
    from station_config.model import Station

LONGEST_TEXT = 240
"""Half characters of a text: six lines of a board, read in half a minute."""
LONGEST_TITLE = 40
"""Half characters of a title: one line of a board."""


@dataclass(frozen=True)
class NoticeObeyed:
    """What becomes of a command about a notice.

    Attributes:
        refused: why it is not done; empty: it is.
        kept: the notice after it, None when it is refused or withdrawn.
    """

    refused: tuple[Objection, ...] = ()
    warned: tuple[Objection, ...] = ()
    kept: KeptNotice | None = None


def obey_notice(
    command: SetNotice | WithdrawNotice,
    held: KeptNotice | None,
    station: Station,
    now: Instant,
    *,
    rev: int = 0,
) -> NoticeObeyed:
    """Return what `command` makes of the notice that was `held`.

    Args:
        command: the command.
        held: the notice of that id, None: there is none.
        station: the station.
        now: station time.
        rev: of the last publication under that id, 0: there was none.
    """
    refused = list(_of_person(command))
    if not isinstance(command, SetNotice):
        if held is None:
            refused.append(objection(Code.NO_NOTICE, command.notice_id))
        return NoticeObeyed(refused=tuple(refused))
    notice = _cleaned(command.notice)
    refused += [*_of_identity(command, held), *_of_text(notice, station)]
    refused += [*_of_time(notice, now), *_of_place(notice, station, now)]
    if refused:
        return NoticeObeyed(refused=tuple(refused))
    at = now.replace(microsecond=0)
    since = held.since if held is not None else at
    kept = KeptNotice(
        notice=notice, rev=rev + 1, who=command.who, why=command.why, since=since, changed_at=at
    )
    return NoticeObeyed(warned=tuple(_warnings(notice, held, station)), kept=kept)


def zones_of(station: Station, now: Instant) -> frozenset[str]:
    """Return what can be named as a zone: announcement zones, waiting rooms, boards."""
    layout = station.layout_on(now.astimezone(station.zone_info).date())
    places = (station.announcement_zones, layout.waiting_rooms, station.boards)
    return frozenset(each.id for group in places for each in group)


def half_characters(text: str) -> int:
    """Return the width of `text` on a board in half characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _of_person(command: SetNotice | WithdrawNotice) -> Iterator[Objection]:
    if not (command.who.strip() and command.why.strip() and command.command_id.strip()):
        yield objection(Code.NO_REASON)


def _of_identity(command: SetNotice, held: KeptNotice | None) -> Iterator[Objection]:
    notice_id = command.notice.notice_id
    if not _is_identifier(notice_id):
        yield objection(Code.BAD_ID, notice_id)
    elif command.seen_rev is None and held is not None:
        yield objection(Code.NOTICE_EXISTS, notice_id)
    elif command.seen_rev is not None and held is None:
        yield objection(Code.NO_NOTICE, notice_id)
    elif held is not None and command.seen_rev != held.rev:
        yield objection(Code.CHANGED_SINCE, f"{held.who}: {held.why}")


def _of_text(notice: Notice, station: Station) -> Iterator[Objection]:
    first = station.languages[0]
    if not notice.text.get(first):
        yield objection(Code.NO_TEXT, first)
    for texts, longest in ((notice.text, LONGEST_TEXT), (notice.title, LONGEST_TITLE)):
        for text in texts.values():
            if half_characters(text) > longest:
                yield objection(Code.NOTICE_TOO_LONG, f"{half_characters(text)} > {longest}")


def _of_time(notice: Notice, now: Instant) -> Iterator[Objection]:
    begins, ends = notice.begins_at, notice.ends_at
    if ends is None:
        return
    if begins is not None and ends <= begins:
        yield objection(Code.ENDS_FIRST)
    elif ends <= now:
        yield objection(Code.EXPIRED, ends.isoformat())


def _of_place(notice: Notice, station: Station, now: Instant) -> Iterator[Objection]:
    known = zones_of(station, now)
    yield from (objection(Code.UNKNOWN_ZONE, zone) for zone in notice.zones if zone not in known)
    bad = (each for each in (*notice.kinds, *notice.run_ids) if not _is_identifier(each))
    yield from (objection(Code.BAD_ID, each) for each in bad)


def _warnings(notice: Notice, held: KeptNotice | None, station: Station) -> Iterator[Objection]:
    if held is not None and held.notice == notice:
        yield objection(Code.ALREADY)
    missing = [language for language in station.languages if not notice.text.get(language)]
    if missing:
        yield objection(Code.LANGUAGE_MISSING, " ".join(missing))
    if notice.ends_at is None:
        yield objection(Code.NO_END)


def _cleaned(notice: Notice) -> Notice:
    return replace(
        notice,
        text=_said(notice.text),
        title=_said(notice.title),
        begins_at=_whole(notice.begins_at),
        ends_at=_whole(notice.ends_at),
    )


def _said(texts: dict[str, str]) -> dict[str, str]:
    """Return `texts` in one order, however they were typed: a day lived again is octets."""
    cleaned = {language: " ".join(text.split()) for language, text in sorted(texts.items())}
    return {language: text for language, text in cleaned.items() if text}


def _whole(at: Instant | None) -> Instant | None:
    return at.replace(microsecond=0) if at is not None else None


def _is_identifier(text: str) -> bool:
    try:
        check_identifier(text)
    except OperatorError:
        return False
    return True
