"""Clips: asked for ahead of time, so that a voice can begin the moment its zone is free.

Law: pure. What is near is prepared a little ahead, few at a time; what is wanted now at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subsystems.broadcast.effects import Complain, Prepare
from subsystems.broadcast.state import Sound, clip_name
from subsystems.broadcast.voices import TRIES, never_spoken

if TYPE_CHECKING:
    from subsystems.broadcast.events import ClipFailed, ClipReady
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.work import Work

AHEAD_S = 60.0
"""Real seconds before it is due that a clip is asked for: some hundred syntheses."""

AT_ONCE = 4
"""Clips asked for ahead at a time; what is due does not count."""

PATIENCE_S = 20.0
"""Real seconds after which a clip that was asked for will not come."""

AGAIN_S = 2.0
"""Real seconds before a clip that could not be made is asked for again."""


def ready(work: Work, event: ClipReady) -> None:
    """A clip is there."""
    sound = work.sounds.get(event.clip)
    if sound is not None:
        work.sounds[event.clip] = replace(sound, seconds=event.seconds, failed_s=None)


def failed(work: Work, event: ClipFailed) -> None:
    """A clip could not be made: again, or never; a group falls apart into its members."""
    sound = work.sounds.get(event.clip)
    if sound is None or sound.seconds is not None:
        return
    work.sounds[event.clip] = replace(sound, failed_s=work.mono_s)
    if sound.occasion.members:
        work.want(Complain(f"{sound.occasion.key} cannot be made to sound: {event.why}"))
    elif sound.tries >= TRIES:
        never_spoken(work, sound.occasion, event.why)


def seconds_of(work: Work, occasion: Occasion) -> float | None:
    """Return how long `occasion` takes to say, asking for its clip; None: it is being made."""
    return work.prepare(occasion, urgent=True).seconds


def patient(work: Work, occasion: Occasion) -> bool:
    """Return whether a place is kept for a clip that is being made: it will come soon."""
    sound = work.sounds[clip_name(occasion)]
    return sound.failed_s is None and work.mono_s < sound.asked_s + PATIENCE_S / 4


def look_after(work: Work) -> None:
    """Ask for what comes near, and again for what did not come."""
    for name, sound in list(work.sounds.items()):
        if sound.seconds is None:
            _ask_again(work, name, sound)
    busy = sum(1 for sound in work.sounds.values() if sound.seconds is None)
    until = work.now + work.before.station(AHEAD_S)
    near = [item.occasion for item in work.items.values() if item.occasion.due <= until]
    missing = [each for each in near if clip_name(each) not in work.sounds]
    missing.sort(key=lambda each: (each.due, each.key))
    for occasion in missing[: max(0, AT_ONCE - busy)]:
        work.prepare(occasion, urgent=False)


def _ask_again(work: Work, name: str, sound: Sound) -> None:
    if sound.failed_s is None:
        late = work.mono_s > sound.asked_s + PATIENCE_S
    else:
        late = work.mono_s > sound.failed_s + AGAIN_S
    if not late or sound.occasion.members or not _wanted(work, sound.occasion):
        return
    if sound.tries >= TRIES:
        never_spoken(work, sound.occasion, "it never came")
        return
    work.sounds[name] = replace(sound, asked_s=work.mono_s, tries=sound.tries + 1, failed_s=None)
    work.want(Prepare(name, sound.occasion, urgent=True))


def _wanted(work: Work, occasion: Occasion) -> bool:
    item = work.items.get(occasion.key)
    return item is not None and clip_name(item.occasion) == clip_name(occasion)
