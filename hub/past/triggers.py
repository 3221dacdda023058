"""The triggers that were published in some days: what announcements are made from.

Law: only what the journal says was published. Whether a loudspeaker spoke is not in it: nobody
reports that to the hub.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hub.store.journal import OUTPUT, decode_output
from protocol.messages import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from zoneinfo import ZoneInfo

    from hub.store.reading import Reader

_events = msgspec.json.Decoder(Event)
KINDS = ("approaching", "arrived", "departed", "changed")
"""In the order in which they happen to a train; kinds of a later program follow."""


@dataclass(frozen=True)
class Trigger:
    """One ``event/{kind}``.

    Attributes:
        day: service date of its run, ``YYYY-MM-DD``.
        hour: local hour in which it happened.
    """

    kind: str
    run_id: str
    day: str
    hour: int


def triggers_of(reader: Reader, first: date, last: date, zone: ZoneInfo) -> list[Trigger]:
    """Return the triggers of all runs with a service date from `first` to `last`.

    A trigger that was published again after a restart is one: it has the same id.
    """
    found: dict[str, Trigger] = {}
    for subject in reader.subjects_like(OUTPUT, "event/%"):
        for record in reader.of_subject(subject):
            body = decode_output(record.detail).body if record.kind == OUTPUT else None
            if body is None:
                continue
            event = _events.decode(body)
            day = event.run_id[:10]
            if first.isoformat() <= day <= last.isoformat():
                hour = event.at.astimezone(zone).hour
                found[event.event_id] = Trigger(event.kind, event.run_id, day, hour)
    return list(found.values())


def counted(
    triggers: Iterable[Trigger], key: Callable[[Trigger], str]
) -> dict[str, dict[str, int]]:
    """Return how many there are of each kind, by group; groups in the order of their names."""
    counts = Counter((key(each), each.kind) for each in triggers)
    groups = sorted({group for group, _ in counts})
    kinds = kinds_of(kind for _, kind in counts)
    return {group: {kind: counts[group, kind] for kind in kinds} for group in groups}


def kinds_of(found: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that are always told, and those of `found` that are not known here."""
    return (*KINDS, *sorted(set(found) - set(KINDS)))


def by_day(trigger: Trigger) -> str:
    """Return the service date."""
    return trigger.day


def by_hour(trigger: Trigger) -> str:
    """Return the local hour."""
    return f"{trigger.hour:02}"


def per_run(triggers: Iterable[Trigger]) -> Counter[tuple[str, str]]:
    """Return how many there are, by run and kind."""
    return Counter((each.run_id, each.kind) for each in triggers)
