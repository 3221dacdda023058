"""How often the same is told of a run: which key is next, and from when.

Law: pure. What is so, and has been told, is told again after a while, so often; what has changed is
told anew at once. Each telling has a number, so that whoever speaks can know it by its key; what
was told stands in `Told`, in whichever zone it was spoken first. Check-in that opens again counts
its calls anew.

    told: delay/1 "12"       now 12 minutes   delay/1 (for zones that wait), delay/2 in half an hour
                             now 25 minutes   delay/2 at once
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from subsystems.broadcast.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from protocol.times import Instant
    from station_config.announcements.model import AnnouncementRule
    from subsystems.broadcast.model import Told

ToldByKey = "Mapping[str, Told]"


@dataclass(frozen=True)
class Telling:
    """One telling of something: its key, and the instant from which it is due."""

    key: str
    due: Instant


def key_of(run_id: str, kind: Kind, number: int | str) -> str:
    """Return the key of a telling, ``RUN/KIND/NUMBER``."""
    return f"{run_id}/{kind}/{number}"


def last_told(run_id: str, kind: Kind, told: Mapping[str, Told]) -> tuple[int, Told | None]:
    """Return how often `kind` was told of a run in numbered tellings, and the last of them."""
    number, last = 0, None
    while (found := told.get(key_of(run_id, kind, number + 1))) is not None:
        number, last = number + 1, found
    return number, last


def tellings(
    run_id: str,
    rule: AnnouncementRule,
    first: Instant,
    told: Mapping[str, Told],
    changed: Callable[[Told], bool],
) -> Iterator[Telling]:
    """Yield the tellings of what is so: the present one, and the next one if there is to be one.

    Args:
        run_id: the run.
        rule: says how often.
        first: when the first telling is due.
        told: by key.
        changed: whether what is so differs from what a telling said.
    """
    kind = Kind(rule.kind)
    number, last = last_told(run_id, kind, told)
    if last is None:
        yield Telling(key_of(run_id, kind, 1), first)
    elif changed(last):
        yield Telling(key_of(run_id, kind, number + 1), first)
    else:
        yield Telling(key_of(run_id, kind, number), first)
        if rule.again_after is not None and number < rule.again_at_most:
            yield Telling(key_of(run_id, kind, number + 1), last.at + rule.again_after)


def round_of(run_id: str, told: Mapping[str, Told]) -> int:
    """Return how often check-in was told to be open again: its calls are told anew each time."""
    return last_told(run_id, Kind.CHECK_IN_REOPENED, told)[0]


def call_key(run_id: str, rule: AnnouncementRule, told: Mapping[str, Told]) -> str:
    """Return the key of what is told once, or once more each time that check-in opens again."""
    kind = Kind(rule.kind)
    again = round_of(run_id, told) if kind in _CALLS else 0
    return key_of(run_id, kind, f"{rule.nth}.{again}" if again else rule.nth)


def opened_again(
    run_id: str,
    opens_at: Instant | None,
    told: Mapping[str, Told],
    apart: timedelta = timedelta(0),
) -> bool:
    """Return whether an open check-in is one that passengers were told to be over.

    It was told to be closed since it was told to be open, or an estimate put it off: it opens by
    `apart` or more later than it was told to be open. Less is no news to who was called already.
    """
    again = round_of(run_id, told)
    opened = told.get(key_of(run_id, Kind.CHECK_IN_OPEN, 1))
    reopened = told.get(key_of(run_id, Kind.CHECK_IN_REOPENED, again)) if again else None
    closed = told.get(key_of(run_id, Kind.CHECK_IN_CLOSED, f"1.{again}" if again else 1))
    heard = max((each.at for each in (opened, reopened) if each is not None), default=None)
    if closed is not None:
        return heard is None or closed.at >= heard
    if heard is None or opens_at is None:
        return False
    return opens_at > heard and opens_at - heard >= apart


_CALLS = frozenset({Kind.REMINDER, Kind.LAST_CALL, Kind.CHECK_IN_CLOSED})
