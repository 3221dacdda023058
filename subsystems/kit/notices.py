"""Which notices are meant for a device, and in which order they are told.

Law: pure. When a notice is told follows from itself and the clock alone (`Notice.told`), online and
in autonomy; no message takes it down. The order is the same on every device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.notices import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from protocol.messages import Message
    from protocol.times import Instant

_ORDER = tuple(NoticeKind)


def announced(messages: Iterable[Message], now: Instant) -> tuple[Notice, ...]:
    """Return the notices among `messages` that are told at `now` or will be, most important first.

    Of the same importance the later one stands first.
    """
    found = [
        (message, message.body)
        for message in messages
        if isinstance(message.body, Notice) and not message.expired(now)
    ]
    lasting = [(m, n) for m, n in found if n.ends_at is None or now < n.ends_at]
    return tuple(notice for _, notice in sorted(lasting, key=_precedence))


def meant_for(notices: Iterable[Notice], kind: str, zones: Container[str]) -> tuple[Notice, ...]:
    """Return those of `notices` that are for a device of that type in those zones."""
    return tuple(notice for notice in notices if notice.meant_for(kind, zones))


def told(notices: Iterable[Notice], now: Instant) -> tuple[Notice, ...]:
    """Return those of `notices` that are told at `now`."""
    return tuple(notice for notice in notices if notice.told(now))


def _precedence(pair: tuple[Message, Notice]) -> tuple[int, float, str]:
    message, notice = pair
    since = notice.begins_at or message.issued_at
    return -_ORDER.index(notice.kind), -since.timestamp(), notice.notice_id
