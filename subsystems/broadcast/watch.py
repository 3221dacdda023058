"""What is looked at each second: loudspeakers, voices, trains that need a person; told as faults.

Law: reads how things are and tells; decides nothing about what is spoken. What nothing certain is
known of is not guessed: the staff is asked to announce it, on the pages and by a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.devices import Severity
from protocol.messages import LinkMode
from protocol.timeline import lapsed, on_arrival_board, on_departure_board
from subsystems.broadcast.events import RulesChanged, Sinks
from subsystems.broadcast.view import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.runs import Run
    from protocol.times import Instant
    from subsystems.broadcast.driver import Driver
    from subsystems.broadcast.ledger import Ledger
    from subsystems.broadcast.speech.loudspeakers import Loudspeakers
    from subsystems.broadcast.speech.works import SpeechWorks
    from subsystems.kit.hub_link import HubLink

ASK_STAFF = "ask-staff"
HINTS_MOST = 60
NAMED_MOST = 8
"""Trains that a fault names."""
NOBODY = "nobody speaks it"


@dataclass(frozen=True)
class Watched:
    """What is looked at.

    Attributes:
        link: to the hub.
        driver: of the scheduler.
        loudspeakers: all sinks.
        works: makes sounds.
        ledger: remembers.
        archived: whether the last records were written.
        started: whether `works` has had the time to start.
    """

    link: HubLink
    driver: Driver
    loudspeakers: Loudspeakers
    works: SpeechWorks
    ledger: Ledger
    archived: Callable[[], bool]
    started: Callable[[], bool]


class Watch:
    """The watch.

    Args:
        watched: see `Watched`.

    Attributes:
        hints: trains of which nothing can be said.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._lost: dict[str, str] = {}
        self._lapsed: bool | None = None
        self.hints: tuple[Hint, ...] = ()

    def look(self) -> None:
        """Look at everything."""
        self._look_at_sinks()
        self._look_at_voices()
        self._look_at_disks()
        self._look_at_truth()

    def look_for_hints(self) -> bool:
        """Find the trains that need a person; return whether they are others than before."""
        link = self._watched.link
        now, alone = link.now(), link.mode is not LinkMode.ONLINE
        found = [self._hint(run, now, alone=alone) for run in link.runs().values()]
        hints = tuple(hint for hint in found if hint is not None)[:HINTS_MOST]
        if hints == self.hints:
            return False
        self.hints = hints
        trains = ", ".join(hint.train for hint in hints[:NAMED_MOST])
        if hints:
            text = {
                "zh": f"以下列车情况不明，请人工通告：{trains}",
                "en": f"Not known, please announce by hand: {trains}",
            }
            link.faults.begin(ASK_STAFF, Severity.WARNING, text)
        else:
            link.faults.end(ASK_STAFF)
        return True

    def _hint(self, run: Run, now: Instant, *, alone: bool) -> Hint | None:
        link = self._watched.link
        if not (on_departure_board(run, now) or on_arrival_board(run, now)):
            return None
        unknown = lapsed(run, now, link.confirmed_at, link.estimate_lifetime)
        if not unknown and not (alone and run.held):
            return None
        return Hint(
            run_id=run.run_id,
            train=run.departure_number or run.arrival_number or run.run_id,
            destination=run.destination.names,
            why="lapsed" if unknown else "held",
        )

    def _look_at_sinks(self) -> None:
        speakers, driver = self._watched.loudspeakers, self._watched.driver
        faults = self._watched.link.faults
        states = speakers.states()
        for name, state in states.items():
            if state.works:
                faults.end(f"sink-{name}")
            else:
                told = {"zh": f"扬声器 {name}：{state.why}", "en": f"{name}: {state.why}"}
                faults.begin(f"sink-{name}", Severity.ERROR, told, part=name)
        zones = driver.state.zones.order
        whys = "; ".join(f"{n}: {s.why}" for n, s in states.items() if not s.works)
        lost = dict.fromkeys(speakers.silent(zones), whys or "no loudspeaker")
        if lost != self._lost:
            self._lost = lost
            driver.happen(Sinks(lost))

    def _look_at_voices(self) -> None:
        if not self._watched.started():
            return
        faults = self._watched.link.faults
        mute = [tag for tag, name in self._watched.works.state.engines.items() if not name]
        if mute:
            told = ", ".join(mute)
            text = {"zh": f"无法合成：{told}", "en": f"{NOBODY}: {told}"}
            faults.begin("speech-engine", Severity.CRITICAL, text)
        else:
            faults.end("speech-engine")

    def _look_at_disks(self) -> None:
        faults = self._watched.link.faults
        fine = {"ledger": self._watched.ledger.works, "archive": self._watched.archived()}
        texts = {
            "ledger": {
                "zh": "播出记录无法写入，重启后可能重播",
                "en": "The ledger cannot be written: after a restart something may be said again",
            },
            "archive": {
                "zh": "广播档案无法写入",
                "en": "The archive cannot be written: what is said is not on record",
            },
        }
        for code, works in fine.items():
            if works:
                faults.end(code)
            else:
                faults.begin(code, Severity.ERROR, texts[code])

    def _look_at_truth(self) -> None:
        """Have the rules asked anew when deviations lapse, or are confirmed again."""
        link = self._watched.link
        at = link.confirmed_at
        over = at is None or link.now() > at + link.estimate_lifetime
        if self._lapsed is not None and over != self._lapsed:
            self._watched.driver.happen(RulesChanged())
        self._lapsed = over
