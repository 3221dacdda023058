"""A station of which everything is known, and a judge who hears every loudspeaker.

`Train` is what is true of a train; `says` is how rules would announce it; `false` judges what was
said, from the facts alone: it never asks the scheduler or the rules.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from subsystems.broadcast.bundles import BOUND_S
from subsystems.broadcast.effects import CutOff, Dropped, Play, Remember, Spoken
from subsystems.broadcast.events import Awake
from subsystems.broadcast.machine import initial
from subsystems.broadcast.model import Kind, Occasion, Priority
from subsystems.broadcast.records import Reason
from subsystems.broadcast.rehearsal import FADE_S, Rehearsal
from subsystems.broadcast.voices import ENOUGH, ENOUGH_URGENT
from subsystems.broadcast.zones import PlainZones, mutual

if TYPE_CHECKING:
    from subsystems.broadcast.ledger import Ledger

ORIGIN = datetime(2021, 1, 20, 8, tzinfo=UTC)
ZONES = PlainZones(
    ("hall", "gate-1", "gate-2", "platform-1", "platform-2", "platform-3", "exit"),
    mutual(
        [
            ("hall", "gate-1"),
            ("hall", "gate-2"),
            ("platform-1", "platform-2"),
            ("platform-2", "platform-3"),
        ]
    ),
)
MINUTE = timedelta(minutes=1)
GONE_MINUTES = 5
"""After its departure nothing is said of a train."""


@dataclass
class Train:
    """What is true of a train."""

    name: str
    departs: datetime
    platform: int = 1
    delay: int = 0
    cancelled: bool = False
    unknown: bool = False
    moves: int = 0
    moved_from: int | None = None
    delays: int = 0
    told_s: float = 0.0

    @property
    def leaves(self):
        return self.departs + self.delay * MINUTE

    @property
    def opens(self):
        return self.leaves - 15 * MINUTE

    @property
    def closes(self):
        return self.leaves - 5 * MINUTE

    @property
    def gate(self):
        return "gate-1" if self.platform == 1 else "gate-2"


def says(train, now, told):  # noqa: ARG001 - what rules are given
    """Yield what is or will be to announce of `train`; due or not, never too late."""
    if now >= train.leaves + GONE_MINUTES * MINUTE:
        return
    if train.cancelled:
        yield occasion(train, Kind.CANCELLATION, ORIGIN, train.leaves, "hall", groups=True)
        return
    if train.unknown:
        return
    where = ("hall", train.gate)
    content = f"{train.platform}"
    for kind, due, latest, until in (
        (Kind.CHECK_IN_OPEN, train.opens, train.closes - 2 * MINUTE, train.closes),
        (Kind.LAST_CALL, train.closes - 2 * MINUTE, train.closes, train.closes),
        (Kind.CHECK_IN_CLOSED, train.closes, train.closes + 2 * MINUTE, None),
        (Kind.DEPARTURE, train.leaves - MINUTE, train.leaves, train.leaves),
    ):
        zones = where if kind is not Kind.DEPARTURE else (f"platform-{train.platform}",)
        said = "" if kind is Kind.CHECK_IN_CLOSED else content
        if now < latest and (kind is not Kind.CHECK_IN_CLOSED or now < train.leaves):
            yield occasion(train, kind, due, latest, *zones, content=said, true_until=until)
    if train.moved_from is not None and now < train.leaves:
        zones = ("hall", train.gate, f"platform-{train.moved_from}", f"platform-{train.platform}")
        key = f"{train.name}/{Kind.PLATFORM_CHANGE}/{train.moves}"
        yield occasion(
            train, Kind.PLATFORM_CHANGE, ORIGIN, train.leaves, *zones, key=key, content=content
        )
    if train.delay and now < train.leaves:
        key = f"{train.name}/{Kind.DELAY}/{train.delays}"
        latest = max(now, ORIGIN) + 10 * MINUTE  # slides, like the real rules'
        yield occasion(
            train,
            Kind.DELAY,
            ORIGIN,
            min(latest, train.leaves),
            *("hall", "exit"),
            key=key,
            content=f"{train.delay}",
            groups=True,
        )


def occasion(train, kind, due, latest, *zones, key=None, content="", **more):
    return Occasion(
        key=key or f"{train.name}/{kind}/1",
        kind=kind,
        priority=PRIORITIES[kind],
        zones=tuple(dict.fromkeys(zones)),
        languages=("zh", "en"),
        due=due,
        latest=latest,
        run_id=train.name,
        content=content,
        repeats=2 if kind is Kind.PLATFORM_CHANGE else 1,
        repeat_after_s=4.0 if kind is Kind.PLATFORM_CHANGE else 0.0,
        **more,
    )


PRIORITIES = {
    Kind.CHECK_IN_OPEN: Priority.CHECK_IN,
    Kind.LAST_CALL: Priority.LAST_CALL,
    Kind.CHECK_IN_CLOSED: Priority.CHECK_IN,
    Kind.DEPARTURE: Priority.ARRIVAL,
    Kind.PLATFORM_CHANGE: Priority.PLATFORM_CHANGE,
    Kind.DELAY: Priority.DELAY,
    Kind.CANCELLATION: Priority.LAST_CALL,
    Kind.SAFETY: Priority.COURTESY,
}


def courtesies(now):
    """Yield what the station says by the clock."""
    first = int((now - ORIGIN) / (10 * MINUTE))
    for number in range(first, first + 6):
        due = ORIGIN + number * 10 * MINUTE
        if now < due + 8 * MINUTE:
            yield Occasion(
                key=f"safety/{number}",
                kind=Kind.SAFETY,
                priority=Priority.COURTESY,
                zones=("hall", "platform-1", "platform-2", "platform-3"),
                languages=("zh", "en"),
                due=due,
                latest=due + 8 * MINUTE,
            )


def false(said, train, now):
    """Return why what is `said` of `train` is not true at `now`, "" if it is."""
    if said.kind is Kind.CANCELLATION:
        return "" if train.cancelled else "it runs"
    if train.cancelled:
        return "it is cancelled"
    if train.unknown:
        return "nobody knows when it comes"
    claims = {
        Kind.CHECK_IN_OPEN: train.opens <= now < train.closes,
        Kind.LAST_CALL: train.opens <= now < train.closes,
        Kind.CHECK_IN_CLOSED: train.closes <= now,
        Kind.DEPARTURE: now < train.leaves,
        Kind.PLATFORM_CHANGE: str(train.platform) == said.content,
        Kind.DELAY: str(train.delay) == said.content and train.delay > 0,
    }
    if not claims[said.kind]:
        return "not at this time" if said.kind is not Kind.DELAY else "another delay"
    place = {Kind.CHECK_IN_OPEN, Kind.LAST_CALL, Kind.DEPARTURE}
    return "another platform" if said.kind in place and str(train.platform) != said.content else ""


@dataclass
class Sounding:
    """A voice that can be heard."""

    play: Play
    began_s: float
    live: set[str]
    false_since_s: float | None = None


@dataclass
class Judge:
    """Hears everything and objects; `rate` tells real from station time."""

    world: World
    sounding: dict = field(default_factory=dict)
    heard: dict = field(default_factory=lambda: defaultdict(int))
    begun: set = field(default_factory=set)
    cut: set = field(default_factory=set)
    dropped: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)
    emergencies: dict = field(default_factory=dict)
    useful: set = field(default_factory=set)
    worst_change_s: float = 0.0
    voices: int = 0

    def hear(self, effect):
        match effect:
            case Play():
                self._begins(effect)
            case CutOff():
                self._fades(effect)
            case Spoken(ended=True):
                self.sounding.pop(effect.play.voice, None)
            case Dropped():
                self.dropped.append(effect)
            case _:
                pass

    def _begins(self, play):
        now_s = self.world.stage.now_s
        self.voices += 1
        assert play.zones
        for zone in play.zones:
            for other in self.sounding.values():
                live = self._live(other)
                assert zone not in live, f"two voices in {zone}"
                assert ZONES.neighbours(zone).isdisjoint(live), f"beside {zone}"
            self._may_speak(play, zone)
        for said in play.occasion.members or (play.occasion,):
            for zone in play.zones:
                count = self.heard[said.key, zone]
                assert count < said.repeats or said.priority is Priority.EMERGENCY, "twice"
                self.begun.add((said.key, zone))
        assert (why := self._false(play)) == "", f"{play.occasion.key}: {why}"
        self._in_time(play)
        for zone in play.zones:
            self.emergencies.pop((play.occasion.key, zone), None)
        self.sounding[play.voice] = Sounding(play, now_s, set(play.zones))

    def _may_speak(self, play, zone):
        if play.priority is not Priority.EMERGENCY:
            assert zone not in self.world.taken, "an emergency has the zone"
            assert zone not in self.world.stage.state.muted, "muted"
        assert zone not in self.world.lost, "no loudspeaker"

    def _fades(self, effect):
        sounding = self.sounding.get(effect.voice)
        if sounding is not None:
            if effect.reason is not Reason.PRE_EMPTED:
                self.cut |= {
                    (said.key, zone)
                    for said in sounding.play.occasion.members or (sounding.play.occasion,)
                    for zone in effect.zones
                }
            until = self.world.stage.now_s + FADE_S + 0.001
            for zone in effect.zones:
                sounding.live.discard(zone)
            self.world.fading.append((until, set(effect.zones)))

    def _live(self, sounding):
        """Zones that hear it just now; over, if its time is over."""
        over = sounding.began_s + sounding.play.seconds <= self.world.stage.now_s + 1e-6
        return set() if over else sounding.live

    def ended(self, voice, zones, how):
        """A sink says that it has ended: what was played to its end was heard."""
        sounding = self.sounding.get(voice)
        if sounding is None:
            return
        for said in sounding.play.occasion.members or (sounding.play.occasion,):
            for zone in zones if how == "played" else ():
                self.heard[said.key, zone] += 1
        sounding.live -= set(zones)

    def look(self):
        """What is being spoken must be true, but for the second in which it is cut off."""
        now_s = self.world.stage.now_s
        for sounding in self.sounding.values():
            if not self._live(sounding):
                continue
            why = self._false(sounding.play)
            since = sounding.false_since_s
            sounding.false_since_s = (now_s if since is None else since) if why else None
            if sounding.false_since_s is not None:
                late = now_s - sounding.false_since_s
                assert late <= 1.1, f"{sounding.play.occasion.key} goes on: {why}"
        self._changes_wait()
        for (key, zone), until_s in self.emergencies.items():
            assert now_s <= until_s, f"{key} does not begin in {zone}"
        self._note_useful()

    def _note_useful(self):
        """What has been due for a second, and is still useful, must be told or accounted for."""
        stage = self.world.stage
        second = timedelta(seconds=1.1 * self.world.rate)
        for train in self.world.trains.values():
            for said in says(train, stage.now, {}):
                if said.due <= stage.now - second and train.told_s <= stage.now_s - 1.1:
                    self.useful |= {(said.key, zone) for zone in said.zones}

    def unaccounted(self):
        """What was due and useful, and neither spoken nor dropped with a reason."""
        told = {key for key, count in self.heard.items() if count}
        dropped = {(d.occasion.key, zone) for d in self.dropped for zone in d.zones}
        return self.useful - told - dropped - self.cut

    def _false(self, play):
        for said in play.occasion.members or (play.occasion,):
            train = self.world.trains.get(said.run_id)
            if said.run_id is not None:
                if train is None:
                    return "no such train"
                if why := false(said, train, self.world.stage.now):
                    return why
        return ""

    # --- platform changes: within BOUND_S in each zone, while nothing else than voices hinders

    def committed(self, key, zones):
        for zone in zones:
            self.changes[key, zone] = self.world.stage.now_s

    def withdrawn(self, name):
        start = f"{name}/{Kind.PLATFORM_CHANGE}/"
        self.changes = {k: v for k, v in self.changes.items() if not k[0].startswith(start)}

    def restart(self):
        """The program is dead for a while; what it had begun counts by how far it was heard."""
        now_s = self.world.stage.now_s
        for sounding in self.sounding.values():
            play = sounding.play
            urgent = play.priority >= Priority.PLATFORM_CHANGE
            enough_s = (ENOUGH_URGENT if urgent else ENOUGH) * play.seconds
            if now_s - sounding.began_s >= enough_s + 0.1:
                for said in play.occasion.members or (play.occasion,):
                    for zone in sounding.live:
                        self.heard[said.key, zone] += 1
        self.sounding.clear()
        self.useful -= self.unaccounted()  # too late when it is awake again, perhaps
        self.emergencies.clear()

    def awake(self):
        """What was interrupted and heard far enough is written down as said."""
        settled = self.world.stage.state.settled
        self.cut |= {(key, zone) for key, zones in settled.items() for zone in zones}
        self.changes = dict.fromkeys(self.changes, self.world.stage.now_s)

    def _in_time(self, play):
        now_s = self.world.stage.now_s
        for said in play.occasion.members or (play.occasion,):
            for zone in play.zones:
                since = self.changes.pop((said.key, zone), None)
                if since is not None:
                    self.worst_change_s = max(self.worst_change_s, now_s - since)

    def _changes_wait(self):
        stage, free = self.world.stage, self.world.unhindered
        for (key, zone), since in list(self.changes.items()):
            train = self.world.trains.get(key.partition("/")[0])
            if train is None or stage.now >= train.leaves:
                del self.changes[key, zone]
            elif zone not in free:
                self.changes[key, zone] = stage.now_s
            else:
                assert stage.now_s - since <= BOUND_S, f"{key} waits in {zone}"


class World:
    """Trains, loudspeakers, and the scheduler among them."""

    def __init__(self, rate: float = 1.0, length=12.0, synthesis=0.5, ledger: Ledger | None = None):
        self.rate = rate
        self.trains: dict[str, Train] = {}
        self.lost: dict[str, str] = {}
        self.taken: set[str] = set()
        self.fading: list = []
        self.ledger = ledger
        self.lengths = length if callable(length) else lambda _: length
        self.synthesis = synthesis if callable(synthesis) else lambda _: synthesis
        self.judge = Judge(self)
        self.stage = self._new_stage(0.0, 0.0)
        self.stage.happen(Awake() if ledger is None else ledger.recall(self.stage.now))
        self.stage.tell("")

    def _new_stage(self, now_s, steps):
        stage = Stage(
            state=initial(ZONES, self.rate),
            origin=ORIGIN,
            rules=self.rules,
            length=self.lengths,
            synthesis=self.synthesis,
            heard=self.hear,
            now_s=now_s,
            steps=steps,
        )
        stage.judge = self.judge
        return stage

    def rules(self, source, now, told):
        if source == "":
            return tuple(courtesies(now))
        train = self.trains.get(source)
        return () if train is None else tuple(says(train, now, told))

    def hear(self, effect):
        if isinstance(effect, Remember) and self.ledger is not None:
            self.ledger.keep([effect.record])
        self.judge.hear(effect)

    @property
    def unhindered(self):
        """Zones where only voices hinder, none of them an emergency's."""
        blocked = self.taken | {n for zone in self.taken for n in ZONES.neighbours(zone)}
        blocked |= self.lost.keys() | self.stage.state.muted
        return set(ZONES.order) - blocked

    def change(self, name, **changes):
        """Let something become true of a train."""
        train = self.trains[name]
        train.told_s = self.stage.now_s
        for field_name, value in changes.items():
            setattr(train, field_name, value)
        if changes.keys() & {"cancelled", "unknown"} or "platform" in changes:
            self.judge.withdrawn(name)
        if train.moved_from is not None and not train.cancelled and not train.unknown:
            for said in says(train, self.stage.now, {}):
                if said.kind is Kind.PLATFORM_CHANGE and "platform" in changes:
                    self.judge.committed(said.key, said.zones)
        self.stage.tell(name)
        self.judge.look()

    def go_on(self, seconds):
        """Let time pass, looking at least every second."""
        end = self.stage.now_s + seconds
        while self.stage.now_s < end:
            self.stage.until(min(end, self.stage.now_s + 1.0))
            self.judge.look()

    def restart(self, dead_s):
        """Kill the program; begin again from the ledger."""
        self.judge.restart()
        self.stage = self._new_stage(self.stage.now_s + dead_s, self.stage.steps)
        self.taken = set()
        awake = self.ledger.recall(self.stage.now)
        for each in awake.orders:
            if each.priority is Priority.EMERGENCY:
                self.taken |= set(each.zones)
        self.stage.happen(awake)
        self.judge.awake()
        self.stage.tell("", *self.trains)
        self.judge.look()


class Stage(Rehearsal):
    """A stage whose sinks also tell the judge."""

    def happen(self, event):
        if type(event).__name__ == "Ended":
            self.judge.ended(event.voice, event.zones, event.how)
        super().happen(event)
