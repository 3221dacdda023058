"""The kiosk's composition root.

Law: wiring only; how a subsystem starts and stops is `subsystems.kit.service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.commands import CommandKind, FailReason
from protocol.errors import StationError
from protocol.messages import DeviceDescription
from subsystems.kit.duties import Willing
from subsystems.kit.notes import make_notes
from subsystems.kit.orders import DONE, CommandRefusedError
from subsystems.kit.service import Parts, Wired, make_link, run_subsystem
from subsystems.kit.words import page_words
from subsystems.query import machine
from subsystems.query.catalogue import Catalogue, names_of
from subsystems.query.desk import Desk
from subsystems.query.driver import Pages
from subsystems.query.honest import make_status
from subsystems.query.model import Frame
from subsystems.query.spelling import LEXICON, needs_spelling, read_lexicon, spelled
from subsystems.query.view import View
from subsystems.query.words import load_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from protocol.commands import Command
    from protocol.runs import Run
    from subsystems.kit.orders import Outcome
    from subsystems.query.model import Status
    from subsystems.query.spelling import Spelling

KIND = "query"
SUFFIX = ".sqlite"
IDENTIFY_S = 10.0
"""Real seconds for which a kiosk shows which one it is, unless the command says otherwise."""
IDENTIFY_MOST_S = 60.0


class Kiosk:
    """The kiosk: keeps its database in step with the link, answers passengers.

    Raises:
        OperatorError: a language of the station has no words, or the lexicon has a mistake.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        station = parts.station
        self._words = load_words(station.languages)
        self._lexicon = read_lexicon(station.directory / LEXICON)
        self._spelled: frozenset[str] = frozenset()
        self._spelling: Spelling = {}
        self._identify = ""
        self._state = machine.State()
        self.link = make_link(
            parts,
            DeviceDescription(kind=KIND, languages=tuple(self._words), capabilities=("show",)),
            on_runs=self._on_runs,
            on_status=self._on_status,
            willing=Willing(does={CommandKind.IDENTIFY: self._identify_yourself}),
        )
        self._catalogue = Catalogue(
            parts.settings.cache.with_name(f"{parts.settings.id}{SUFFIX}"),
            lambda: self.link.runs().values(),
            lambda why: parts.log.warning("query.database", why=why),
        )
        desk = Desk(
            self._catalogue,
            View(station, self._words),
            now=self.link.now,
            ask=self.link.ask,
            learn=self._step,
            asked=lambda run_id: machine.asked(self._state, run_id, self.link.now()),
        )
        self.pages = Pages(
            parts.reactor,
            parts.log,
            desk=desk,
            catalogue=self._catalogue,
            frame=self._frame,
            status=self._status,
            time=lambda: (self.link.now(), parts.clock.rate),
            words=self._words,
        )

    def begin(self) -> None:
        """Tell what the cache holds."""
        self._on_status()
        stop = self._parts.reactor.addSystemEventTrigger
        stop("after", "shutdown", self._catalogue.close)

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows beyond the link."""
        return {
            "browsers": self.pages.channel.listeners,
            "days": self._catalogue.days(),
            "spelled": len(self._spelled),
        }

    def _frame(self, code: str) -> Frame:
        station = self._parts.station
        today = self.link.now().astimezone(station.zone_info).date()
        prefixes = {p[:1] for each in station.categories for p in each.prefixes if p[:1].isalpha()}
        return Frame(
            station={tag: station.names.get(tag, station.id) for tag in self._words},
            zone=station.zone,
            languages=tuple(self._words),
            platforms=tuple(p.label for p in station.layout_on(today).platforms),
            prefixes=tuple(sorted(prefixes)),
            spelled=any(map(needs_spelling, station.names.values())),
            words=page_words(self._words),
            alone={tag: table.line.alone() for tag, table in self._words.items()},
            code=code,
        )

    def _status(self) -> Status:
        link = self.link
        line = link.status(self._parts.station.zone_info)
        notices = make_notes(link.announced(), self._words)
        return make_status(
            line, link.confirmed_at, link.estimate_lifetime, self._words, self._identify, notices
        )

    def _on_runs(self, changed: frozenset[str]) -> None:
        runs = self.link.runs()
        now = {run_id: runs.get(run_id) for run_id in changed}
        self._step(machine.RunsChanged(now))
        self._spell(run for run in now.values() if run is not None)

    def _on_status(self) -> None:
        self._step(machine.StatusChanged(self._status()))

    def _step(self, event: machine.Event) -> None:
        self._state, effects = machine.step(self._state, event, self.link.now())
        for effect in effects:
            self.pages.perform(effect)

    def _spell(self, runs: Iterable[Run]) -> None:
        """Have new names spelled; until then they are found by their characters."""
        names = frozenset(filter(needs_spelling, names_of(runs)))
        if names <= self._spelled:
            return
        self._spelled |= names

        def use(spelling: Spelling) -> None:
            self._spelling = {**self._spelling, **spelling}
            self._catalogue.spell({**self._spelling, **self._lexicon})

        def failed(failure: Any) -> None:  # noqa: ANN401 - Twisted's Failure
            failure.trap(StationError, OSError)
            self._parts.log.error("query.not-spelled", why=str(failure.value))

        spelled(self._parts.reactor, names - self._spelling.keys()).addCallback(use).addErrback(
            failed
        )

    def _identify_yourself(self, command: Command) -> Outcome:
        seconds = command.parameters.get("seconds", IDENTIFY_S)
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
            message = f"seconds: {seconds!r} is no time"
            raise CommandRefusedError(message, reason=FailReason.BAD_PARAMETERS)
        self._identify = self._parts.settings.id
        self._on_status()
        self._parts.reactor.callLater(min(float(seconds), IDENTIFY_MOST_S), self._identified)
        return DONE

    def _identified(self) -> None:
        self._identify = ""
        self._on_status()


def wire(parts: Parts) -> Wired:
    """Put the kiosk together."""
    kiosk = Kiosk(parts)
    return Wired(
        kiosk.link,
        kiosk.pages.root,
        (kiosk.pages.channel,),
        kiosk.begin,
        kiosk.details,
        silent_is_well=True,
    )


def run(path: Path) -> int:
    """Run the process of ``[subsystems.query]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
