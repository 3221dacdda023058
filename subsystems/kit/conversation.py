"""The talk with the hub: what it says goes to what we know, and drives the link machine.

Law: carries out what the link machine wants and decides nothing itself. It sees to no disk and no
subsystem; changes are handed to `Telling`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from protocol.acceptance import Verdict
from protocol.codec import decode
from protocol.commands import Command
from protocol.devices import Config, Want
from protocol.errors import MessageError
from protocol.limits import RESYNC_JITTER_S, RESYNC_NAMED
from protocol.messages import Beat, HubState, LinkMode, Message, Response
from protocol.runs import Run
from protocol.spoken import Spoken
from station_config.runtime.trace import trace
from subsystems.kit import link as links
from subsystems.kit.questions import Questions
from subsystems.kit.voice import TimeQuestions

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from protocol.messages import RunQuery
    from protocol.times import Instant
    from protocol.topics import Topics
    from station_config.runtime.mqtt import MqttConnection
    from subsystems.kit.complaints import Complaints
    from subsystems.kit.duties import Duties
    from subsystems.kit.knowledge import Knowledge
    from subsystems.kit.timers import Timers
    from subsystems.kit.voice import Voice

_DUTIES = Command | Want | Config


class Conversation:
    """The talk.

    Args:
        reactor: its real seconds.
        topics: of the station.
        knowledge: what is known.
        complaints: of messages that are not taken.
        timers: of the link.
        random: for jitter.
        rate: of the device's own station time.
        log: the process's log.
        on_runs: gets the ids of runs that changed.
        on_status: called when anything else may have changed.
        on_spoken: gets what loudspeakers say.
        on_up: called when the connection is there and our state was said.

    Attributes:
        link: the link machine's state.
        mode_began: station time.
        runs: questions about runs.
    """

    def __init__(  # noqa: PLR0913 - the seams of the link meet here
        self,
        reactor: IReactorTime,
        *,
        topics: Topics,
        knowledge: Knowledge,
        complaints: Complaints,
        timers: Timers,
        random: Random,
        rate: float,
        log: FilteringBoundLogger,
        on_runs: Callable[[frozenset[str]], None],
        on_status: Callable[[], None],
        on_spoken: Callable[[Spoken], None] = lambda _spoken: None,
        on_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._reactor = reactor
        self._topics = topics
        self._knowledge = knowledge
        self._complaints = complaints
        self._timers = timers
        self._rate = rate
        self._log = log
        self._on_runs = on_runs
        self._on_status = on_status
        self._on_spoken = on_spoken
        self._on_up = on_up
        self._connection: MqttConnection
        self._voice: Voice
        self._duties: Duties
        self._awaiting: list[Deferred[None]] = []
        self.runs = Questions(reactor, self._ask_runs)
        self._questions = TimeQuestions(reactor, timers, random, self._ask_time)
        self.link = links.Link(_timings(random), since_s=reactor.seconds())
        self.mode_began: Instant = knowledge.now()

    def over(self, connection: MqttConnection, voice: Voice, duties: Duties) -> None:
        """Use this connection, and this voice on it; before it is started."""
        self._connection, self._voice, self._duties = connection, voice, duties

    def recalled(self) -> None:
        """Go on from the epoch that an earlier life knew."""
        self.link = replace(self.link, epoch=self._knowledge.mirror.epoch)

    def settle(self) -> None:
        """Tell the link machine what is missing now."""
        missing = self._knowledge.mirror.missing
        if missing != self.link.missing:
            self._step(links.Completeness(missing))

    def refetch(self) -> Deferred[None]:
        """Forget everything that is held and fetch it anew; fires when it is held again."""
        self._on_runs(self._knowledge.forget())
        self._on_status()
        self._step(links.Forgotten())
        self._connection.replay()
        self._awaiting.append(Deferred())
        return self._awaiting[-1]

    def say_state(self) -> None:
        """Publish how we are."""
        self._voice.state(self.link.mode, self.mode_began)

    # -- what comes in ------------------------------------------------------------------------

    def up(self) -> None:
        """The connection is there."""
        self._voice.description()
        self._step(links.Connected())
        self.say_state()
        self._questions.soon()
        self._duties.orders.up()
        self._on_up()

    def down(self, _reason: str) -> None:
        """The connection is gone."""
        self._questions.forget()
        self.runs.forget()
        self._step(links.Disconnected())

    def message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - the port's
        """A message came."""
        entity = self._topics.entity(topic)
        if not payload:
            return  # a deletion without a fence: the manifest decides, see the mirror
        try:
            message = decode(payload, topic=topic)
            if isinstance(message.body, Response):
                self._take_response(message, message.body, retained=retained)
            else:
                self._take(entity, message, payload, retained=retained)
        except MessageError as error:
            self._complaints.reject(error, self._reactor.seconds())

    def _take(self, entity: str, message: Message, payload: bytes, *, retained: bool) -> None:
        if isinstance(message.body, Beat) and retained:
            raise MessageError("a retained beat lies about the time", where=entity)
        if isinstance(message.body, _DUTIES):
            self._take_duty(entity, message, payload, retained=retained)
            return
        if isinstance(message.body, Spoken):
            self._take_spoken(message, message.body, retained=retained)
            return
        outcome = self._knowledge.mirror.receive(entity, message, retained=retained)
        if outcome.verdict is Verdict.ZOMBIE and not retained:
            self._complaints.zombie(message, entity, ours=self._knowledge.mirror.epoch)
        if outcome.verdict is not Verdict.ACCEPT:
            return
        self._note_hub(message, retained=retained)
        self._knowledge.keep(entity, message, payload, outcome)
        self._on_runs(outcome.changed)
        if outcome.notices:
            self._on_status()
        if isinstance(message.body, Run):
            trace(self._log, "mqtt", message.body.run_id, rev=message.rev)

    def _take_duty(self, entity: str, message: Message, payload: bytes, *, retained: bool) -> None:
        verdict = self._duties.take(
            entity, message, payload, retained=retained, mode=self.link.mode
        )
        if verdict is Verdict.ZOMBIE:
            self._complaints.zombie(message, entity, ours=self._knowledge.mirror.epoch)

    def _take_spoken(self, message: Message, spoken: Spoken, *, retained: bool) -> None:
        """Pass on what is said now; late is worse than never (C-6.9)."""
        late = message.valid_until is None or message.expired(self._knowledge.now())
        if message.epoch < self._knowledge.mirror.epoch:
            self._complaints.zombie(message, "spoken", ours=self._knowledge.mirror.epoch)
        elif not retained and not late:
            self._on_spoken(spoken)

    def _note_hub(self, message: Message, *, retained: bool) -> None:
        match message.body:
            case HubState() as state:
                if state.online and not retained:
                    self._knowledge.heard()
                self._step(links.HubWord(message.epoch, state.online, live=not retained))
                self._on_status()
            case Beat() as beat:
                self._note_beat(message.epoch, beat)
            case _:
                if message.epoch > self.link.epoch:
                    self._step(links.HubWord(message.epoch, online=True, live=False))

    def _note_beat(self, epoch: int, beat: Beat) -> None:
        timekeeper = self._knowledge.timekeeper
        timekeeper.on_master(beat.clock_quality, beat.clock, self._reactor.seconds())
        timekeeper.on_beat(beat.utc, self._reactor.seconds())
        self._knowledge.heard()
        self._complaints.rate(beat.rate, self._rate)
        self._step(links.HubWord(epoch, online=True, live=True))
        self._on_status()
        if timekeeper.contradicted:
            self._questions.now()

    def _take_response(self, message: Message, response: Response, *, retained: bool) -> None:
        sent_s = self._questions.answered(response.correlation)
        if retained:
            return
        ours = self._knowledge.mirror.epoch
        if message.epoch < ours:
            self._complaints.zombie(message, "resp", ours=ours)
            return
        if self.runs.answered(response):
            return
        if response.kind != "time" or response.utc is None or sent_s is None:
            return
        self._knowledge.timekeeper.on_response(response.utc, sent_s, self._reactor.seconds())
        quality = self._knowledge.clock_quality
        self._complaints.clock(off=quality.off, own_s=quality.offset_s)
        self._on_status()

    # -- the link machine ---------------------------------------------------------------------

    def _step(self, event: links.Event) -> None:
        now_s = self._reactor.seconds()
        self.link, effects = links.step(self.link, event, now_s)
        for effect in effects:
            match effect:
                case links.ModeChanged():
                    self._mode_changed(effect)
                case links.RequestResync(missing):
                    self._log.warning("link.resync", missing=len(missing), first=missing[:3])
                    named = missing if len(missing) <= RESYNC_NAMED else ()
                    self._voice.request("resync", entities=named)
                case links.Replay():
                    self._log.info("link.replay", missing=len(self._knowledge.mirror.missing))
                    self._connection.replay()
        due_s = links.next_at(self.link)
        if due_s is None:
            self._timers.cancel("link")
        else:
            self._timers.after("link", due_s - now_s, lambda: self._step(links.Tick()))

    def _mode_changed(self, change: links.ModeChanged) -> None:
        self.mode_began = self._knowledge.now()
        worse = change.after in {LinkMode.SUSPECT, LinkMode.AUTONOMOUS}
        say = self._log.warning if worse else self._log.info
        say("link.mode", before=change.before, after=change.after, epoch=self.link.epoch)
        if change.after is LinkMode.SYNCING:
            self._questions.soon()
        self.say_state()
        self._knowledge.remember()
        self._on_status()
        if change.after is LinkMode.ONLINE:
            awaiting, self._awaiting = self._awaiting, []
            for each in awaiting:
                each.callback(None)

    def _ask_runs(self, query: RunQuery) -> str | None:
        return self._voice.ask(query) if self.link.mode is LinkMode.ONLINE else None

    def _ask_time(self, now_s: float) -> str | None:
        return self._voice.request("time", sent=now_s) if self._connection.connected else None


def _timings(random: Random) -> links.Timings:
    """Return the protocol's timings with this device's jitter."""
    timings = links.Timings()
    return replace(timings, resync_s=timings.resync_s + random.uniform(0, RESYNC_JITTER_S))
