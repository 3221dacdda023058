"""What is near or due: occasions come in from the rules, wait, and leave with a reason.

Law: pure; the only place where an occasion becomes an item, and where one leaves unspoken because
of time or truth. What is due and useful never just disappears: it is spoken, or `Dropped` tells
why it was not and what it had waited for.

    rules say so ──▶ far (agenda) ──▶ item, not due ──▶ item, due ──▶ voices … settled
                                        │                 └─ latest reached: TOO_LATE
                                        └─ rules no longer say so: gone (due: UNTRUE)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from subsystems.broadcast.records import Forget, Outcome, Reason, Settled
from subsystems.broadcast.state import HORIZON, Item, Source, clip_name, same_words
from subsystems.broadcast.voices import cut_words

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.broadcast.events import Derived
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.work import Work

REMEMBERED = timedelta(days=2)
"""What was said is remembered so long: longer than any train is late, shorter than a disk is."""

CLOCK = "the clock"
"""In the agenda: the station itself is asked again what it has to say by the clock."""

TIDY_S = 60.0
"""Real seconds between two looks for what can be forgotten."""


def derived(work: Work, event: Derived) -> None:
    """Take what the rules say."""
    for source, occasions in event.told.items():
        known = work.sources.get(source)
        if known is not None and known.occasions == occasions:
            work.sources[source] = replace(known, asked_at=work.now)
        elif known is not None or occasions:
            _take(work, source, occasions)


def _take(work: Work, source: str, occasions: tuple[Occasion, ...]) -> None:
    known = work.sources.get(source, Source((), work.now))
    said = {each.key for each in occasions}
    for key in sorted(known.open - said):
        _withdraw(work, key)
    near_at = known.near_at
    renewed = Source(occasions, work.now, known.open & said, near_at)
    if occasions:
        work.sources[source] = renewed
        _look(work, source)
    else:
        del work.sources[source]


def _withdraw(work: Work, key: str) -> None:
    """The rules no longer say it: it is cut off, or leaves the queue."""
    item = work.items[key]
    cut_words(work, item.occasion, Reason.UNTRUE)
    if item.owed:
        spoken = work.speaks(item.occasion)
        reason = Reason.TOO_LATE if item.occasion.latest <= work.now else Reason.UNTRUE
        work.drop(item, [z for z in item.untold if z not in spoken], reason)
    work.close(key)


def _look(work: Work, source: str) -> None:
    """Make items of what is near, and note when the next of the others is."""
    near: list[Instant] = []
    for occasion in work.sources[source].occasions:
        item = work.items.get(occasion.key)
        if item is not None:
            _renew(work, item, occasion)
        elif occasion.due - HORIZON > work.now:
            near.append(occasion.due - HORIZON)
        elif occasion.latest > work.now:
            _admit(work, source, occasion)
    _enter(work, source, min(near, default=None))


def _enter(work: Work, source: str, near_at: Instant | None) -> None:
    known = work.sources[source]
    if near_at is not None and known.near_at != near_at:
        work.enter(near_at, source)
    work.sources[source] = replace(known, near_at=near_at)


def _admit(work: Work, source: str, occasion: Occasion) -> None:
    rounds = rounds_of(work, occasion)
    item = Item(occasion, source, rounds=rounds, begun=frozenset(rounds))
    if item.left:
        work.items[occasion.key] = item
        known = work.sources[source]
        work.sources[source] = replace(known, open=known.open | {occasion.key})


def rounds_of(work: Work, occasion: Occasion) -> dict[str, int]:
    """Return by zone how often it was spoken: all, where it is not wanted any more."""
    settled = work.settled.get(occasion.key, {})
    return {zone: _rounds(each, occasion) for zone, each in settled.items()}


def _rounds(settled: Settled, occasion: Occasion) -> int:
    return settled.rounds if settled.outcome is Outcome.SPOKEN else occasion.repeats


def _renew(work: Work, item: Item, occasion: Occasion) -> None:
    """The rules say the same key again: at other times, in other zones, or with other words."""
    if occasion == item.occasion:
        return
    if item.owed:
        elsewhere = set(item.untold) - set(occasion.zones) - work.speaks(item.occasion)
        work.drop(item, [z for z in item.untold if z in elsewhere], Reason.REPLACED)
    if same_words(occasion, item.occasion):
        due_s = item.due_s if occasion.due <= work.now else None
        shut = item.shut if occasion.latest <= work.now else frozenset()
        work.items[occasion.key] = replace(item, occasion=occasion, due_s=due_s, shut=shut)
        return
    cut_words(work, item.occasion, Reason.REPLACED)
    work.items[occasion.key] = replace(
        item, occasion=occasion, due_s=None, begun=frozenset(), failures=0
    )


def advance(work: Work) -> None:
    """Let time go on: what comes near, what is due, what is too late, what can be forgotten."""
    while work.agenda and work.agenda[0][0] <= work.now:
        _come_near(work, work.agenda.pop(0)[1])
    for key, item in list(work.items.items()):
        if item.occasion.latest <= work.now:
            _at_its_end(work, item)
        elif item.due_s is None and item.occasion.due <= work.now:
            work.items[key] = replace(item, due_s=work.mono_s, owed=True)
    if work.mono_s >= work.tidied_s + TIDY_S:
        _tidy(work)


def _come_near(work: Work, source: str) -> None:
    if source == CLOCK:
        work.asked.add("")
        work.enter(work.now + HORIZON / 3, CLOCK)
    elif source in work.sources:
        _look(work, source)


def _at_its_end(work: Work, item: Item) -> None:
    """Its latest useful time is there, unless the rules move it: they are asked first."""
    source = work.sources.get(item.source) if item.source is not None else None
    if source is None or item.source is None or source.asked_at == work.now:
        _expire(work, item)
    else:
        work.asked.add(item.source)


def _expire(work: Work, item: Item) -> None:
    """Its latest useful time is there: what has not begun will not."""
    spoken = work.speaks(item.occasion)
    late = [zone for zone in item.left if zone not in spoken]
    if late:
        work.drop(item, [zone for zone in item.untold if zone in late], Reason.TOO_LATE)
        work.items[item.occasion.key] = replace(item, shut=item.shut | frozenset(late))
    if not spoken:
        work.close(item.occasion.key)


def _tidy(work: Work) -> None:
    work.tidied_s = work.mono_s
    used = {clip_name(item.occasion) for item in work.items.values()}
    used |= {voice.play.clip for voice in work.voices.values()}
    old = work.mono_s - TIDY_S
    kept = {n: s for n, s in work.sounds.items() if n in used or s.asked_s > old}
    work.sounds = kept
    before = work.now - REMEMBERED
    gone = {k for k, zones in work.settled.items() if all(s.at < before for s in zones.values())}
    if gone:
        work.settled = {k: zones for k, zones in work.settled.items() if k not in gone}
        work.told = {k: told for k, told in work.told.items() if told.at >= before}
        work.remember(Forget(before))
