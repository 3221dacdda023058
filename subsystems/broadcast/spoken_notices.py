"""Notices that are to be spoken: what begins and what ends with each change of them.

Law: pure. A notice with `spoken` is spoken once in each of its zones when it begins, and anew when
its words change; an EMERGENCY takes its zones over until it ends. One that is withdrawn is silent
at once. Where the zones of a notice are places (a waiting room, a board), the zones that cover them
speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from protocol.notices import NoticeKind
from subsystems.broadcast.manual import in_order
from subsystems.broadcast.model import Kind, Occasion, Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.notices import Notice
    from protocol.times import Instant

PREFIX = "notice/"
USEFUL = timedelta(minutes=30)
"""How long one may wait for its zones."""
TAKEOVER = timedelta(hours=4)
"""An emergency without an end is spoken so long at most, then a person must say it anew."""
REPEAT_AFTER_S = 20.0
PRIORITIES = {
    NoticeKind.INFORMATION: Priority.COURTESY,
    NoticeKind.DISRUPTION: Priority.DELAY,
    NoticeKind.EMERGENCY: Priority.EMERGENCY,
}


@dataclass(frozen=True)
class Grounds:
    """What notices are spoken by.

    Attributes:
        zones: of the station, in order.
        languages: in the order of speaking.
        covering: zones that cover a place, by its id.
        chime: before a notice.
        alarm: before an emergency.
    """

    zones: tuple[str, ...]
    languages: tuple[str, ...]
    covering: Callable[[str], Iterable[str]]
    chime: str
    alarm: str


@dataclass(frozen=True)
class Changes:
    """What is different.

    Attributes:
        begun: occasions that are new, or whose words have changed.
        ended: occasions that are not told any more.
        held: all that are told, by key.
    """

    begun: tuple[Occasion, ...]
    ended: tuple[Occasion, ...]
    held: Mapping[str, Occasion]


def changes(
    held: Mapping[str, Occasion], notices: Iterable[Notice], grounds: Grounds, now: Instant
) -> Changes:
    """Return what begins and ends.

    Args:
        held: from the last time, by key.
        notices: that are told or will be.
        grounds: the station.
        now: station time.
    """
    spoken = [_occasion(n, grounds, now) for n in notices if n.spoken and _may_begin(n, now)]
    wanted = {each.key: held.get(each.key, each) for each in spoken if each.zones and each.text}
    begun = tuple(each for key, each in wanted.items() if key not in held)
    ended = tuple(each for key, each in held.items() if key not in wanted)
    return Changes(begun, ended, wanted)


def _may_begin(notice: Notice, now: Instant) -> bool:
    """Return whether the scheduler may know of it: an emergency takes over when it is known."""
    return notice.kind is not NoticeKind.EMERGENCY or notice.told(now)


def _occasion(notice: Notice, grounds: Grounds, now: Instant) -> Occasion:
    emergency = notice.kind is NoticeKind.EMERGENCY
    text = {tag: _sentence(notice, tag) for tag in grounds.languages if notice.text.get(tag)}
    content = blake2b(repr((text, notice.zones)).encode(), digest_size=6).hexdigest()
    due = notice.begins_at or now
    useful = max(due, now) + (TAKEOVER if emergency else USEFUL)
    return Occasion(
        key=f"{PREFIX}{notice.notice_id}/{content}",
        kind=Kind.EMERGENCY if emergency else Kind.NOTICE,
        priority=PRIORITIES[notice.kind],
        zones=_zones(notice, grounds),
        languages=tuple(text),
        due=due,
        latest=useful if notice.ends_at is None else min(useful, notice.ends_at),
        true_until=notice.ends_at,
        run_id=None,
        content=content,
        chime=grounds.alarm if emergency else grounds.chime,
        repeat_after_s=REPEAT_AFTER_S,
        text=text,
    )


def _zones(notice: Notice, grounds: Grounds) -> tuple[str, ...]:
    if not notice.zones:
        return grounds.zones
    found = {zone for place in notice.zones for zone in (place, *grounds.covering(place))}
    return in_order(found, grounds.zones)


def _sentence(notice: Notice, tag: str) -> str:
    title, text = notice.title.get(tag, ""), notice.text[tag]
    stop = "。" if tag.partition("-")[0] == "zh" else ". "
    return f"{title}{stop}{text}" if title else text
