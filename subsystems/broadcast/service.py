"""The broadcast's composition root.

Law: wiring only. What is said is decided by the rules and the scheduler, how it sounds by the
speech works; how a subsystem starts and stops is `subsystems.kit.service`'s.

    link ─ runs ─▶ rules ─▶ driver (scheduler) ─▶ speech works, loudspeakers, archive
                                  │  ▲                        │
                pages, desk ──────┘  └─ ledger      said ─▶ hub ─▶ boards
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from twisted.internet.task import LoopingCall

from protocol.commands import CommandKind
from protocol.messages import DeviceDescription
from subsystems.broadcast import machine
from subsystems.broadcast.ahead import Ahead
from subsystems.broadcast.assembly import close_rooms, open_rooms, tidy_rooms
from subsystems.broadcast.cap_intake import CapIntake
from subsystems.broadcast.crisis import Crisis
from subsystems.broadcast.desk import Desk, Means
from subsystems.broadcast.driver import Driver, Hands
from subsystems.broadcast.figures import (
    Counts,
    add_counts,
    add_numbers,
    add_states,
    health_of,
    waits,
)
from subsystems.broadcast.heard import Heard
from subsystems.broadcast.hub_orders import ANNOUNCE, STOP, HubOrders
from subsystems.broadcast.known import Known
from subsystems.broadcast.pages import Stream, site
from subsystems.broadcast.places import StationZones
from subsystems.broadcast.questions import Questions, Sources
from subsystems.broadcast.settings import read
from subsystems.broadcast.site.answers import Doors
from subsystems.broadcast.site.gate import Gate
from subsystems.broadcast.site.words import load_page_words
from subsystems.broadcast.spoken_notices import changes
from subsystems.broadcast.transcript import Telling
from subsystems.broadcast.view import LineNow, Overview, Sight, VoiceNow, overview, voices
from subsystems.broadcast.vocabulary import spoken_languages, vocabulary_of
from subsystems.broadcast.watch import Watch, Watched
from subsystems.broadcast.wording import say
from subsystems.broadcast.words_desk import WordsDesk
from subsystems.kit.duties import Willing
from subsystems.kit.service import Parts, Wired, make_link, run_subsystem
from subsystems.kit.status import StatusCode
from subsystems.kit.words import load_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from protocol.devices import Want
    from station_config.runtime.metrics import Figures
    from subsystems.broadcast.effects import Spoken
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.sounded import Sounded

KIND = "broadcast"
SECOND_S = 1.0
HINTS_EVERY = 5
"""Seconds between two looks for trains that need a person."""
EXPIRE_S = 3600.0
START_S = 20.0
"""Real seconds after which voices that do not speak are a fault."""
TONES = {StatusCode.LIVE: "good", StatusCode.NO_DATA: "bad", StatusCode.SOURCE_LOST: "bad"}


class Broadcast:
    """The broadcast of a station.

    Raises:
        OperatorError: settings, words or templates have a mistake.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        station, reactor, log = parts.station, parts.reactor, parts.log
        self._settings = settings = read(parts.deployment, parts.settings, station)
        vocabulary = vocabulary_of(station)
        self._lines = load_lines(page_words := load_page_words())
        self.rooms = rooms = open_rooms(parts, settings)
        self.counts = Counts()
        self._notices: Mapping[str, Occasion] = {}
        self._telling = Telling(station, parts.clock.rate)
        self._seconds = 0
        self._begun_s = reactor.seconds()
        self._orders = HubOrders(station, rooms.works.prepare, lambda: self.words.vocabulary)
        self.link = make_link(
            parts,
            DeviceDescription(
                kind=KIND,
                languages=spoken_languages(station),
                capabilities=("speak", "volume", "mute"),
            ),
            on_runs=lambda changed: self.driver.ask(changed),  # noqa: PLW0108 - likewise
            on_status=self._on_status,
            willing=Willing(
                does={
                    ANNOUNCE: lambda command: self._orders.announce(command, self.desk),
                    STOP: lambda command: self._orders.stop(command, self.desk),
                    CommandKind.TEST: self._orders.test,
                },
                wanted=self._wanted,
                follows=frozenset({"want.volume", "want.muted"}),
                measured=lambda: self.counts.metrics,
            ),
        )
        self._known = Known(station, self.link, lambda: self.words.vocabulary)
        state = machine.initial(StationZones(station), parts.clock.rate)
        hands = Hands(
            rules=self._known.occasions,
            words=lambda occasion: say(occasion, self.words.vocabulary),
            sound=Ahead(self._sound).sound,
            now=self.link.now,
            day=lambda at: at.astimezone(station.zone_info).date(),
            spoken=self._spoken,
            changed=lambda: self.stream.changed(),  # noqa: PLW0108 - it is made below
        )
        self.driver = Driver(reactor, state, hands, rooms.ledger, self.counts, log)
        self.driver.heard = self.heard = Heard(
            reactor, rooms.loudspeakers, rooms.archive, self.driver.happen, log
        )
        means = Means(
            station=station,
            driver=self.driver,
            sound=self._sound,
            store=rooms.store,
            mutes=rooms.mutes,
            readings=rooms.readings,
            now=self.link.now,
            seconds=reactor.seconds,
            name=lambda: secrets.token_hex(6),
            log=log,
        )
        self.words = WordsDesk(means, vocabulary, on_change=self._known.forget)
        self.desk = Desk(means)
        self.crisis = Crisis(means)
        self.cap = CapIntake(
            self._known.cap_rules(settings.options),
            self.link.now,
            self.crisis.alert,
            rooms.alerts,
            settings.cap_folder,
            log,
        )
        self.watch = Watch(
            Watched(
                link=self.link,
                driver=self.driver,
                loudspeakers=rooms.loudspeakers,
                works=rooms.works,
                ledger=rooms.ledger,
                archived=lambda: rooms.archive is not None and not self.heard.not_archived,
                started=lambda: reactor.seconds() - self._begun_s > START_S,
            )
        )
        self.stream = Stream(reactor, log, self.overview)
        gate = Gate(settings.pin, reactor.seconds, lambda: secrets.token_urlsafe(24))
        sources = Sources(
            station=station,
            now=self.link.now,
            rate=parts.clock.rate,
            overview=self.overview,
            vocabulary=lambda: self.words.vocabulary,
            number=self._known.number,
            page_words=page_words,
            gate=gate,
            archive=rooms.archive,
            clip=rooms.works.path_of,
        )
        self.root = site(
            Doors(gate, frozenset(settings.options.origins), log),
            stream=self.stream,
            questions=Questions(sources),
            desk=self.desk,
            crisis=self.crisis,
            words=self.words,
            store=rooms.store,
            cap=self.cap,
        )
        self._every_second = LoopingCall(self._second)
        self._every_second.clock = reactor

    # -- life -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Recall what was said, and speak."""
        reactor, log = self._parts.reactor, self._parts.log
        reactor.addSystemEventTrigger("before", "shutdown", self.stop)
        starting = self.rooms.works.start()
        starting.addErrback(lambda why: log.error("speech.not-started", why=why.getErrorMessage()))
        self.driver.begin()
        self.driver.ask(self.link.runs())
        self._on_status()
        self._every_second.start(SECOND_S, now=False)
        rules = "own" if self._parts.station.announcements.own else "as shipped"
        log.info("broadcast.ready", sinks=len(self.rooms.loudspeakers.sinks), rules=rules)

    def stop(self) -> Deferred[Any]:
        """Be silent, and close everything."""
        if self._every_second.running:
            self._every_second.stop()
        self.driver.stop()
        return close_rooms(self.rooms)

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows beyond the link."""
        return {
            **health_of(self.rooms.works.state, self.rooms.loudspeakers.states(), self.counts),
            "browsers": self.stream.channel.listeners,
            "speaking": len(self.driver.state.voices),
            "ask_staff": [hint.train for hint in self.watch.hints],
            "cap_refused": self.cap.refused,
        }

    def measure(self, figures: Figures) -> None:
        """Add what `/metrics` tells beyond the link."""
        rooms = self.rooms
        add_counts(figures, self.counts)
        add_states(figures, rooms.loudspeakers.states, lambda: rooms.works.state)
        add_numbers(figures, lambda: len(self.watch.hints), lambda: self.cap.refused)
        self.driver.waited = waits(figures)

    # -- what happens ---------------------------------------------------------------------------

    def _on_status(self) -> None:
        self._tell_notices()
        self.stream.changed()

    def _wanted(self, want: Want) -> None:
        self.heard.volume = 1.0 if want.volume is None else want.volume
        self.desk.want_muted = bool(want.muted)
        self.desk.obey_mutes()

    def _second(self) -> None:
        self._seconds += 1
        self.crisis.each_second()
        self.desk.obey_mutes()
        self.watch.look()
        self.cap.look()
        self._tell_notices()
        self._tell_takeovers()
        if self._seconds % HINTS_EVERY == 0 and self.watch.look_for_hints():
            self.stream.changed()
        if self._seconds % EXPIRE_S == 0:
            self._forget()

    def _tell_notices(self) -> None:
        found = changes(
            self._notices, self.link.announced(), self._known.grounds(), self.link.now()
        )
        self._notices = found.held
        for each in found.ended:
            self.crisis.silence(each)
        for each in found.begun:
            self.crisis.speak(each)

    def _spoken(self, effect: Spoken, sounded: Sounded) -> None:
        said = self._telling.spoken(effect, sounded.saying.shown)
        if said is not None:
            self.link.say(said)
        self._tell_takeovers()
        if effect.ended:
            self.stream.voice(VoiceNow(id=effect.play.voice, ended=True))
            return
        for voice in voices(self.driver.state, self.driver.sounded):
            if voice.id == effect.play.voice:
                self.stream.voice(voice)

    def _tell_takeovers(self) -> None:
        for said in self._telling.taken_over(self.driver.state.takeovers, self.link.now()):
            self.link.say(said)

    def _forget(self) -> None:
        tidy_rooms(self.rooms, self.link.now(), self._parts.log)
        self._known.forget()

    # -- what is asked --------------------------------------------------------------------------

    def overview(self) -> Overview:
        """Return what the pages are shown."""
        line = self.link.status(self._parts.station.zone_info)
        texts = {tag: words.told(line) for tag, words in self._lines.items()}
        sight = Sight(
            now=self.link.now(),
            mono_s=self._parts.reactor.seconds(),
            rate=self._parts.clock.rate,
            line=LineNow(texts, TONES.get(line.code, "soon"), self.link.mode.value),
            mutes=self.rooms.mutes.value.zones,
            hints=self.watch.hints,
            alerts=self.cap.last[:20],
            words=self._known.text_of,
            sounded=self.driver.sounded,
        )
        return overview(self.driver.state, sight)

    def _sound(self, saying: Any, chime: str, recording: str) -> Deferred[Any]:  # noqa: ANN401
        return self.rooms.works.prepare(saying, chime, recording=recording)


def wire(parts: Parts) -> Wired:
    """Put the broadcast together."""
    broadcast = Broadcast(parts)
    return Wired(
        broadcast.link,
        broadcast.root,
        (broadcast.stream.channel,),
        broadcast.begin,
        broadcast.details,
        silent_is_well=True,
        measure=broadcast.measure,
    )


def run(path: Path) -> int:
    """Run the process of ``[subsystems.broadcast]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
