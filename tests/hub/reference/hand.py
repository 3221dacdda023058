"""What a person's words do to what is told: an independent reading of issue 4's MANUAL.

Law: as `telling`'s. Of the hub only the values are used by which persons speak. A word replaces the
feed's for its field; whatever follows from the field follows from the word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from hub.kernel.override import (
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    StartsHere,
    StockOf,
    Word,
)
from protocol.runs import Auto, Control, Replacement, Role

PLACES = (OnTrack, AtPlatform, InWaitingRoom, ByGates)
HAPPENED = (ArrivedAt, DepartedAt)
LASTING = (*PLACES, *HAPPENED, StartsHere, StockOf)
"""Words that hold when the train has left: where it was, when, and how its visit began."""
TIMES = (ArrivalAt, DepartureAt, Delayed)
CONTRADICT = (
    {ArrivalAt, DelayUnknown},
    {DepartureAt, DelayUnknown},
    {Delayed, DelayUnknown},
    {OnTrack, AtPlatform},
    {EndsHere, StartsHere},
)
"""Kinds of words that cannot both be true. That a delay is about both times is said below."""


@dataclass(frozen=True)
class Said:
    """A word with when it was said, until when it holds, and what the feed said then."""

    id: str
    word: Word
    since: datetime
    until: datetime | None
    against: object = None


def say(said, new):
    """Return the words after one more: the last word of a kind stands."""
    return (*(one for one in said if not silences(new.word, one.word)), new)


def still(said, now):
    """Return the words that have not expired at `now`."""
    return tuple(one for one in said if one.until is None or one.until > now)


def silences(new, old):
    kinds = {type(new), type(old)}
    delay_over_time = isinstance(new, Delayed) and isinstance(old, TIMES)
    happened = (type(new), type(old)) in ((ArrivedAt, ArrivalAt), (DepartedAt, DepartureAt))
    return len(kinds) == 1 or kinds in CONTRADICT or delay_over_time or happened


@dataclass(frozen=True)
class Hand:
    """All words in force about one run; and whether persons decide about it at all."""

    said: tuple[Said, ...] = ()
    station: bool = False
    added: bool = False

    @property
    def manual(self):
        return bool(self.said or self.station or self.added)

    @property
    def knows(self):
        """Somebody says when it comes."""
        return any(isinstance(one.word, TIMES) for one in self.said)

    @property
    def room(self):
        said = self.word(InWaitingRoom)
        return said and said.word.waiting_room

    def word(self, kind):
        return next((one for one in self.said if isinstance(one.word, kind)), None)

    def expected(self, end, planned):
        at = self.word(ArrivalAt if end == "arrival" else DepartureAt)
        if at is not None:
            return at.word.at
        delay = self.word(Delayed)
        return delay and planned + timedelta(minutes=delay.word.minutes)

    def actual(self, end):
        """Return when a person says that it happened, by telephone from the duty officer."""
        said = self.word(ArrivedAt if end == "arrival" else DepartedAt)
        return said and said.word.at

    def role(self, role, printed):
        """Return what the train does here; the feed says `role`, the timetable `printed`."""
        for kind, part in ((EndsHere, Role.TERMINUS), (StartsHere, Role.ORIGIN)):
            said = self.word(kind)
            if said is not None and said.word.cancelled:
                return part
            if said is not None and role is part:
                return printed
        return role

    @property
    def replacement(self):
        said = self.word(ReplacedBy)
        return said and Replacement(
            run_id=said.word.run_id, number=said.word.number, texts=said.word.texts
        )

    def unknown_by_feed(self, since):
        """Return since when the feed says that nobody knows, unless a person does."""
        return None if self.knows else since

    def cancelled(self, since):
        said = self.word(Cancelled)
        if said is not None and not said.word.cancelled:
            return None
        return first(since, said)


NOTHING = Hand()


def first(since, said):
    both = [since, said and said.since]
    return min(filter(None, both), default=None)


def heard(visit, base, *, left):
    """Return who decides about the run: when the train has left, no word but about places holds."""
    said = tuple(one for one in visit.said if not left or isinstance(one.word, LASTING))
    added = base.added is not None and base.entry is None and base.plan is None
    return Hand(said, station=visit.stood is not None, added=added)


def track_by_hand(track, hand, layout):
    """Return track and id of the platform; one of several tracks of a platform is not guessed."""
    said = hand.word(OnTrack)
    if said is not None and layout.track(said.word.track) is not None:
        track = layout.track(said.word.track)
    said = hand.word(AtPlatform)
    if said is None or said.word.platform not in {p.id for p in layout.platforms}:
        return track, track and track.platform
    platform = said.word.platform
    if track is not None and track.platform == platform:
        return track, platform
    there = [one for one in layout.tracks if one.platform == platform]
    return (there[0] if len(there) == 1 else None), platform


def gates_by_hand(platform, hand, layout):
    """Return the gates that lead to the platform; of those set by hand only such are told."""
    serving = [gate for gate in layout.gates if platform in gate.platforms]
    said = hand.word(ByGates)
    if said is None:
        return serving
    gates = [gate for gate in layout.gates if gate.id in said.word.gates]
    if platform is None:
        return gates
    return [gate for gate in gates if gate in serving] or serving


def by_hand(timeline, check_in, hand, departs):
    """Return the timeline with check-in opened or closed when a person said so.

    Args:
        check_in: as it would be by itself.
        departs: None while nobody knows.
    """
    said = hand.word(CheckIn)
    if said is None:
        return timeline
    opens, calls, closes = (
        timeline.check_in_opens_at,
        timeline.last_call_at,
        timeline.check_in_closes_at,
    )
    at = said.since
    if not said.word.is_open:
        found = closed_at(at, opens, calls, closes)
    elif departs is None:
        found = (opens or at, calls if closes is None else None, None)
    elif at < opens:
        found = (at, calls, closes)
    elif closes <= at < departs:
        notice = check_in["closes"] - check_in["last_call"]
        found = (opens, max(departs - notice, at), departs)
    else:
        return timeline
    opens, calls, closes = found
    screen, shown = timeline.gate_shown_at, timeline.shown_at
    if said.word.is_open:
        screen, shown = min(screen or opens, opens), min(shown or opens, opens)
    return replace(
        timeline,
        check_in_opens_at=opens,
        last_call_at=calls,
        check_in_closes_at=closes,
        gate_shown_at=screen,
        shown_at=shown,
    )


def closed_at(at, opens, calls, closes):
    if opens is None or at < opens:
        return None, None, at
    return opens, calls and min(calls, at), min(filter(None, (closes, at)))


def beside(told, auto, hand, *, withdrawn):
    """What the feed says is kept beside what a person decides."""
    names = sorted(one.word.field.value for one in hand.said)
    names += ["added"] * hand.added + ["station"] * hand.station
    differs = {name: value for name, value in seen(auto).items() if value != seen(told)[name]}
    if withdrawn:
        differs["withdrawn"] = True
    return replace(
        told,
        control=Control.MANUAL,
        manual=tuple(names),
        auto=Auto(**differs) if differs else None,
        note=note(told, hand),
    )


def note(told, hand):
    """While nobody knows: what is told instead. Else why it is late, by who said so last."""
    kinds = (DelayUnknown,) if told.held else TIMES
    found = {}
    for one in () if told.cancelled else hand.said:
        found = (isinstance(one.word, kinds) and one.word.texts) or found
    return found


def seen(run):
    """What `Auto` speaks of."""
    return {
        "arrival": run.arrival and run.arrival.expected,
        "departure": run.departure and run.departure.expected,
        "actual_arrival": run.arrival and run.arrival.actual,
        "actual_departure": run.departure and run.departure.actual,
        "ends_here": bool(run.departure and run.departure.cancelled),
        "starts_here": bool(run.arrival and run.arrival.cancelled),
        "feeder": run.feeder,
        "cancelled": run.cancelled,
        "held": run.held,
        "track": run.track,
        "platform": run.platform,
        "gates": run.gates,
        "waiting_room": run.waiting_room,
        "check_in_opens_at": run.timeline.check_in_opens_at,
        "check_in_closes_at": run.timeline.check_in_closes_at,
    }
