"""Which posts the console has to be told of: nobody signs there.

Law: pure, a function of the notices and the time; the same after a restart as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.devices import Severity
from subsystems.staff_notices.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from protocol.times import Instant
    from subsystems.staff_notices.model import Notice


@dataclass(frozen=True)
class Alarm:
    """A post at which notices are overdue for too long.

    Attributes:
        post: its id.
        severity: by the age of the oldest.
        count: of escalated notices.
        since: when the oldest of them was told.
        numbers: the first few trains.
    """

    post: str
    severity: Severity
    count: int
    since: Instant
    numbers: tuple[str, ...]


NAMED = 3
"""So many trains are named."""


def alarm_of(
    post: str, notices: Iterable[Notice], now: Instant, error_after: timedelta
) -> Alarm | None:
    """Return the alarm of a post, None if there is none.

    Args:
        post: its id.
        notices: of that post.
        now: station time.
        error_after: see `station_config.posts.model.Posts`.
    """
    late = sorted(
        (each for each in notices if each.status is Status.ESCALATED),
        key=lambda each: (each.escalates_at or now, each.id),
    )
    if not late:
        return None
    first = late[0].escalates_at or now
    severity = Severity.ERROR if now >= first + error_after else Severity.WARNING
    numbers = tuple(dict.fromkeys(each.facts.number for each in late))[:NAMED]
    since = min(each.issued_at for each in late)
    return Alarm(post, severity, len(late), since, numbers)
