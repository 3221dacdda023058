"""What persons decide: announcements of their own, stop, mute, emergencies; and lost loudspeakers.

Law: pure. A person's announcement waits and is spoken like any other; an emergency takes its zones
over at once. Both are remembered over a restart until they are over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.broadcast.effects import Background
from subsystems.broadcast.model import Priority
from subsystems.broadcast.queue import rounds_of
from subsystems.broadcast.records import MutedZone, Ordered, Reason
from subsystems.broadcast.state import Item, same_words
from subsystems.broadcast.voices import cut, cut_words, give_up

if TYPE_CHECKING:
    from subsystems.broadcast.events import (
        Announce,
        EmergencyBegins,
        EmergencyEnds,
        Mute,
        Sinks,
        Stop,
    )
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.work import Work


def announce(work: Work, event: Announce) -> None:
    """Let a person's announcement wait its turn; one whose time is over is dropped at once."""
    order(work, event.occasion)
    work.remember(Ordered(event.occasion))


def order(work: Work, occasion: Occasion) -> None:
    """Know a person's announcement, which is on disk already."""
    known = work.items.get(occasion.key)
    if known is not None and not same_words(known.occasion, occasion):
        cut_words(work, known.occasion, Reason.REPLACED)
    rounds = rounds_of(work, occasion)
    work.items[occasion.key] = Item(occasion, None, rounds=rounds, begun=frozenset(rounds))


def emergency_begins(work: Work, event: EmergencyBegins) -> None:
    """Silence the zones, and begin."""
    take_over(work, event.occasion)
    work.remember(Ordered(event.occasion))


def take_over(work: Work, occasion: Occasion) -> None:
    """Know an emergency, which is on disk already."""
    known = work.items.get(occasion.key)
    if known is not None and not same_words(known.occasion, occasion):
        cut_words(work, known.occasion, Reason.REPLACED)
    work.takeovers[occasion.key] = occasion
    work.items[occasion.key] = Item(occasion, None, endless=True)
    for voice in list(work.voices.values()):
        if voice.priority is not Priority.EMERGENCY:
            cut(work, voice, occasion.zones, Reason.PRE_EMPTED)
    work.want(Background(occasion.zones, silent=True))


def emergency_ends(work: Work, event: EmergencyEnds) -> None:
    """Be silent, and give the zones back; one that is not known is over."""
    occasion = work.takeovers.pop(event.key, None)
    if occasion is None:
        return
    cut_words(work, occasion, Reason.STOPPED)
    if event.key in work.items:
        work.close(event.key)
    taken = work.taken
    free = tuple(zone for zone in occasion.zones if zone not in taken)
    if free:
        work.want(Background(free, silent=False))


def over_by_time(work: Work) -> list[str]:
    """Return the emergencies whose time is over."""
    return [key for key, each in work.takeovers.items() if each.latest <= work.now]


def stop(work: Work, event: Stop) -> None:
    """Stop what a person does not want to hear: speaking, or due; named: also what is to come."""
    keys = _stopped(work, event)
    for voice in list(work.voices.values()):
        if any(each.key in keys for each in voice.told) or voice.play.occasion.key == event.key:
            cut(work, voice, (event.zone,) if event.zone else voice.live, Reason.STOPPED)
    for key in sorted(keys):
        item = work.items[key]
        zones = tuple(zone for zone in item.left if event.zone in {"", zone})
        give_up(work, key, zones, Reason.STOPPED)
        if not work.items[key].left:
            work.close(key)


def _stopped(work: Work, event: Stop) -> set[str]:
    """Return the keys of items that `event` means; never an emergency, which has its own end."""
    group = {
        each.key
        for voice in work.voices.values()
        if voice.play.occasion.key == event.key
        for each in voice.told
    }
    return {
        key
        for key, item in work.items.items()
        if not item.endless
        and (key == event.key or key in group or (not event.key and item.due_s is not None))
    }


def mute(work: Work, event: Mute) -> None:
    """Let a zone be silent, or speak again; emergencies speak all the same."""
    if (event.zone in work.muted) == event.on:
        return
    work.muted = work.muted ^ {event.zone}
    work.remember(MutedZone(event.zone, event.on, event.by))
    for voice in list(work.voices.values()):
        if event.on and voice.priority is not Priority.EMERGENCY:
            cut(work, voice, (event.zone,), Reason.MUTED)


def sinks(work: Work, event: Sinks) -> None:
    """Know which zones can be heard."""
    work.lost = dict(event.lost)
