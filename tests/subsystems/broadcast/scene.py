"""A stage with rules from a book: what each source has to say is written down by the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from subsystems.broadcast.effects import Complain, CutOff, Dropped, Play, Prepare, Spoken
from subsystems.broadcast.events import Awake
from subsystems.broadcast.machine import initial
from subsystems.broadcast.model import Kind, Occasion, Priority
from subsystems.broadcast.rehearsal import Rehearsal
from subsystems.broadcast.zones import PlainZones, mutual

START = datetime(2021, 1, 20, 8, tzinfo=UTC)
ZONES = PlainZones(("a", "b", "c"), mutual([("a", "b")]))
"""a and b hear each other, c hears nobody."""

PRIORITIES = {
    Kind.CHECK_IN_OPEN: Priority.CHECK_IN,
    Kind.LAST_CALL: Priority.LAST_CALL,
    Kind.ARRIVAL: Priority.ARRIVAL,
    Kind.DELAY: Priority.DELAY,
    Kind.PLATFORM_CHANGE: Priority.PLATFORM_CHANGE,
    Kind.MANUAL: Priority.MANUAL,
    Kind.EMERGENCY: Priority.EMERGENCY,
    Kind.SAFETY: Priority.COURTESY,
}


def at(seconds):
    return START + timedelta(seconds=seconds)


def occasion(key, kind=Kind.CHECK_IN_OPEN, zones="a", due=0, latest=300, **more):
    return Occasion(
        key=key,
        kind=kind,
        priority=PRIORITIES[kind],
        zones=tuple(zones),
        languages=("zh", "en"),
        due=at(due),
        latest=at(latest),
        **({"run_id": key.partition("/")[0]} | more),
    )


@dataclass
class Scene:
    """The stage; `length` of a voice in seconds, one for all or by key."""

    rate: float = 1.0
    length: float = 10.0
    lengths: dict = field(default_factory=dict)
    synthesis: float = 0.0
    zones: object = ZONES
    awake: Awake = field(default_factory=Awake)
    book: dict = field(default_factory=dict)
    heard: list = field(default_factory=list)

    def __post_init__(self):
        self.stage = Rehearsal(
            state=initial(self.zones, self.rate),
            origin=START,
            rules=lambda source, now, _told: tuple(
                each for each in self.book.get(source, ()) if now < each.latest
            ),
            length=lambda said: self.lengths.get(said.key, self.length),
            synthesis=lambda _said: self.synthesis,
            heard=self._hear,
        )
        self.stage.happen(self.awake)

    def _hear(self, effect):
        self.heard.append((round(self.stage.now_s, 2), effect))

    def say(self, *occasions):
        """Let the rules say these from now on, each for its own run; all that they say of it."""
        sources = {}
        for each in occasions:
            sources.setdefault(each.run_id or "", []).append(each)
        for source, some in sources.items():
            self.book[source] = tuple(some)
        self.stage.tell(*sources)

    def unsay(self, *sources):
        for source in sources:
            self.book.pop(source)
        self.stage.tell(*sources)

    def happen(self, event):
        self.stage.happen(event)

    def until(self, second):
        self.stage.until(second)

    # --- what came of it

    def _all(self, kind):
        return [(when, effect) for when, effect in self.heard if isinstance(effect, kind)]

    @property
    def spoken(self):
        """(second, key, zones) of all that began."""
        return [(s, keys_of(e.occasion), "".join(e.zones)) for s, e in self._all(Play)]

    @property
    def cuts(self):
        voices = {e.voice: keys_of(e.occasion) for _, e in self._all(Play)}
        return [(s, voices[e.voice], str(e.reason)) for s, e in self._all(CutOff)]

    @property
    def dropped(self):
        found = self._all(Dropped)
        return [
            (e.occasion.key, "".join(e.zones), str(e.reason), e.waited and str(e.waited))
            for _, e in found
        ]

    @property
    def prepared(self):
        return [keys_of(e.occasion) for _, e in self._all(Prepare)]

    @property
    def complaints(self):
        return [e.what for _, e in self._all(Complain)]

    @property
    def transcript(self):
        """(second, key, ended, reason)."""
        found = self._all(Spoken)
        return [(s, keys_of(e.play.occasion), e.ended, e.reason) for s, e in found]


def keys_of(said):
    """The key, of a group all of its members'."""
    return "+".join(each.key for each in said.members) or said.key
