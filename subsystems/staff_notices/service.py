"""The composition root of staff notices.

Law: wiring only; how a subsystem starts and stops is `subsystems.kit.service`'s. What the machine
says is on disk before a terminal is told of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from twisted.internet.threads import deferToThreadPool

from protocol.commands import CommandKind
from protocol.messages import DeviceDescription, LinkMode
from station_config.posts.model import Posts
from subsystems.kit.duties import Willing
from subsystems.kit.orders import CommandRefusedError, Outcome
from subsystems.kit.service import Parts, Wired, make_link, run_subsystem
from subsystems.kit.status import StatusCode
from subsystems.kit.timers import Timers
from subsystems.kit.words import page_words
from subsystems.staff_notices import machine, telltale
from subsystems.staff_notices.bells import Bells
from subsystems.staff_notices.driver import Pages, Tellers
from subsystems.staff_notices.events import (
    Changed,
    Everything,
    Raise,
    Show,
    Tick,
    Trusted,
)
from subsystems.staff_notices.gauges import Gauges
from subsystems.staff_notices.keeper import Keeper
from subsystems.staff_notices.limits import Limit
from subsystems.staff_notices.model import Verdict
from subsystems.staff_notices.moments import Ground
from subsystems.staff_notices.people import FILE, read_people
from subsystems.staff_notices.reception import Reception
from subsystems.staff_notices.sheet import Frame, PostName, Status
from subsystems.staff_notices.shift import Lists
from subsystems.staff_notices.steps import Steps
from subsystems.staff_notices.store import SUFFIX, Store
from subsystems.staff_notices.terminals import Terminals
from subsystems.staff_notices.view import View, milliseconds
from subsystems.staff_notices.words import load_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from protocol.commands import Command
    from station_config.runtime.deployment import SubsystemSettings
    from subsystems.staff_notices.events import Answer, Effect, Event, Signed

KIND = "staff-notices"
RECALLED = timedelta(hours=30)
"""How far back an earlier life's notices are wanted."""
LOOK_EVERY_S = 1.0
"""Real seconds: the station's clock may be set right at any time."""
SOONEST_S = 0.02
TERMINALS_EVERY_S = 5.0
NO_POSTS = Posts(timedelta(0), timedelta(0), ())
"""Of a station that names none: the overview is empty."""
PIN_TRIES_PER_S, PIN_TRIES = 1 / 20, 5.0
TONES = {StatusCode.LIVE: "good", StatusCode.NO_DATA: "bad"}
TONES |= {StatusCode.SOURCE_LOST: "bad", StatusCode.SOURCE_STALE: "bad"}


def store_path(settings: SubsystemSettings) -> Path:
    """Return where the notices of a subsystem are kept."""
    return settings.cache.with_name(f"{settings.id}{SUFFIX}")


class Staff:
    """Staff notices.

    Raises:
        OperatorError: a language has no words, or the list of persons has a mistake.
        DeviceError: the notices' file cannot be used.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        station, settings = parts.station, parts.settings
        posts = station.posts or NO_POSTS
        if not posts.posts:
            parts.log.warning("notices.no-posts", where=str(station.directory))
        self._posts = {post.id: post for post in posts.posts}
        self._words = load_words(station.languages)
        self._view = View(station, self._words)
        self._listed = read_people(parts.deployment.broker.secrets / FILE)
        self.link = make_link(
            parts,
            DeviceDescription(
                kind=KIND, languages=tuple(self._words), capabilities=("notify", "acknowledge")
            ),
            on_runs=self._on_runs,
            on_status=self._on_status,
            willing=Willing(
                does={CommandKind.TEST: self._test},
                measured=lambda: self.gauges.told(),  # noqa: PLW0108 - it is made below
            ),
        )
        self._store = Store(store_path(settings))
        now = parts.clock.now()
        known = self._store.recall(now, now - RECALLED)
        self._terminals = Terminals(known.sessions)
        self._bells = Bells(station, self._words, self.link.faults)
        self._keeper = Keeper(self._store, self._in_thread, self._bells.store)
        state = machine.State(
            machine.Office(posts, Ground(station)),
            known.since,
            first=known.first,
            notices=known.notices,
            wakes=dict.fromkeys(known.notices, now),
            verdicts=known.verdicts,
        )
        self._steps = Steps(state, self._keeper, self.link.now, self._perform, parts.log)
        self.gauges = Gauges(
            state=lambda: self._steps.told,
            terminals=lambda: self._terminals.counts(parts.reactor.seconds()),
            waiting=lambda: self._keeper.waiting,
        )
        self._was_online = False
        self._timers = Timers(parts.reactor)
        self._dark: frozenset[str] = frozenset()
        lists = Lists(station, self._words, self._view, self._store, self.link.now)
        self.pages = Pages(
            parts.reactor,
            parts.log,
            posts=tuple(self._posts),
            tell=Tellers(
                frame=self._frame,
                status=self._status,
                held=lambda post: telltale.held(
                    self._steps.told, post, self._view, self._terminals, self.link.now()
                ),
                coming=lambda post: telltale.coming(
                    self._steps.told, post, self._view, self.link.now()
                ),
                overview=lambda: telltale.overview(
                    self._steps.told, self._view, self._terminals, parts.reactor.seconds()
                ),
            ),
            reception=self._reception(),
            lists=lists,
            words=self._words,
        )

    def begin(self) -> None:
        """Go on where an earlier life ended."""
        self._parts.reactor.addSystemEventTrigger("after", "shutdown", self._close)
        self._parts.reactor.addSystemEventTrigger("before", "shutdown", self._timers.stop)
        self._parts.reactor.addSystemEventTrigger("before", "shutdown", self._keeper.close)
        self._on_status()
        self._step(Changed(dict(self.link.runs())))
        self._timers.every("terminals", TERMINALS_EVERY_S, self._look_at_terminals)
        self._tick()

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows beyond the link."""
        return {
            "posts": len(self._posts),
            "notices": self.gauges.by_status(),
            "terminals": dict(self._terminals.counts(self._parts.reactor.seconds())),
            "not_on_disk": self._keeper.waiting,
            "audit_head": self._store.head,
            "pins": self._listed is not None,
        }

    # -- events ---------------------------------------------------------------------------------

    def _on_runs(self, changed: frozenset[str]) -> None:
        runs = self.link.runs()
        self._trust()
        self._step(Changed({run_id: runs.get(run_id) for run_id in changed}))

    def _trust(self) -> None:
        """How far deviations are to be believed, before any of them is told."""
        confirmed_at = self.link.confirmed_at
        until = None if confirmed_at is None else confirmed_at + self.link.estimate_lifetime
        if until != self._steps.state.trusted_until:
            self._step(Trusted(until))

    def _on_status(self) -> None:
        self._trust()
        online = self.link.mode is LinkMode.ONLINE
        if online and not self._was_online:
            self._step(Everything(dict(self.link.runs())))
        self._was_online = online
        self.pages.say_status()

    def _tick(self) -> None:
        self._timers.after("tick", LOOK_EVERY_S, self._tick)
        self._step(Tick())

    def _step(self, event: Event) -> None:
        self._steps.step(event)
        self._again()

    def _again(self) -> None:
        """Look again at the very instant at which something is due."""
        due = machine.next_at(self._steps.state)
        if due is None:
            return
        delay_s = (due - self.link.now()).total_seconds() / self._parts.clock.rate
        if delay_s < LOOK_EVERY_S:
            self._timers.after("tick", max(SOONEST_S, delay_s), self._tick)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Show(posts):
                for post in posts:
                    self._timers.soon(f"show {post}", lambda post=post: self.pages.show(post))  # type: ignore[misc]
            case Raise(post, alarm):
                self._bells.ring(post, alarm)
                self._timers.soon("show ", lambda: self.pages.show(""))
            case _:
                pass

    def _sign(self, signed: tuple[Signed, ...]) -> Deferred[list[Answer]]:
        def count(answers: list[Answer]) -> list[Answer]:
            self.gauges.signed += sum(each.verdict is Verdict.ACCEPTED for each in answers)
            self._again()
            return answers

        return self._steps.sign(signed).addCallback(count)

    # -- what is told ---------------------------------------------------------------------------

    def _reception(self) -> Reception:
        return Reception(
            posts=self._posts,
            listed=self._listed,
            store=self._store,
            terminals=self._terminals,
            limit=Limit(PIN_TRIES_PER_S, PIN_TRIES),
            now=self.link.now,
            seconds=self._parts.reactor.seconds,
            sign=self._sign,
            keep=self._keeper.keep,
            changed=self.pages_show,
            reactor=self._parts.reactor,
            rate=self._parts.clock.rate,
        )

    def pages_show(self, post: str) -> None:
        """Show a post's terminals, and the overview, what they see now."""
        self._timers.soon(f"show {post}", lambda: self.pages.show(post))

    def _frame(self, post: str, code: str) -> Frame:
        station = self._parts.station
        return Frame(
            station={tag: station.names.get(tag, station.id) for tag in self._words},
            zone=station.zone,
            languages=tuple(self._words),
            posts=tuple(PostName(each.id, each.names) for each in self._posts.values()),
            post=post,
            pins=self._listed is not None,
            words=page_words(self._words),
            alone={tag: table.line.alone() for tag, table in self._words.items()},
            code=code,
        )

    def _status(self) -> Status:
        line = self.link.status(self._parts.station.zone_info)
        until = self._steps.state.trusted_until
        return Status(
            now=milliseconds(self.link.now()),
            rate=self._parts.clock.rate,
            line={tag: table.line.told(line) for tag, table in self._words.items()},
            code=line.code,
            tone=TONES.get(line.code, "soon"),
            confirmed_until=None if until is None else milliseconds(until),
        )

    def _look_at_terminals(self) -> None:
        now_s = self._parts.reactor.seconds()
        self._terminals.prune(now_s)
        every = [each for post in self._posts for each in self._terminals.of(post)]
        dark = frozenset(each.id for each in every if each.dark(now_s))
        if dark != self._dark:
            for name in dark - self._dark:
                self._parts.log.warning("notices.terminal-dark", terminal=name)
            self._dark = dark
            self.pages_show("")

    def _test(self, _command: Command) -> Outcome:
        """Look whether the file is sound and the audit's chain holds."""
        why = self._store.check()
        if why:
            raise CommandRefusedError(why)
        counted = self._terminals.counts(self._parts.reactor.seconds())
        return Outcome({"audit": "holds", "head": self._store.head[:16], **counted})

    def _in_thread(self, call: Callable[[], None]) -> Deferred[None]:
        reactor = self._parts.reactor
        return deferToThreadPool(reactor, reactor.getThreadPool(), call)

    def _close(self) -> None:
        self._store.close()


def wire(parts: Parts) -> Wired:
    """Put staff notices together."""
    staff = Staff(parts)
    return Wired(
        staff.link,
        staff.pages.root,
        staff.pages.channels,
        staff.begin,
        staff.details,
        silent_is_well=True,
        measure=staff.gauges.add,
    )


def run(path: Path) -> int:
    """Run the process of ``[subsystems.staff-notices]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
