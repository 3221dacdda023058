"""A run as a line of a list and as a page of its own, with its future.

Law: pure. Every instant and phase is asked of `protocol.timeline`; no rule about time is written
here, and none in the page. What is shown is the same whether the hub lives or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.runs import PassengerPhase, Role
from protocol.timeline import change_instants, passenger_phase
from protocol.times import clock_text, to_unix
from subsystems.query import phrases
from subsystems.query.model import Card, Cell, Item, Stage, Step, Tone, Unconfirmed, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.runs import CallTime, Named, Run
    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.query.model import Text
    from subsystems.query.phrases import Phrase
    from subsystems.query.words import Words

A_DAY = timedelta(days=1)
STAGES = (
    ("waiting", PassengerPhase.WAITING, "waiting_at"),
    ("check_in", PassengerPhase.CHECK_IN, "check_in_opens_at"),
    ("last_call", PassengerPhase.LAST_CALL, "last_call_at"),
    ("check_in_closed", PassengerPhase.CHECK_IN_CLOSED, "check_in_closes_at"),
)
"""Word, phase and instant of what a station with ticket gates does for a train."""


@dataclass(frozen=True)
class View:
    """How trains are told at a station.

    Attributes:
        station: the station.
        words: tables of its languages, in their order.
    """

    station: Station
    words: Mapping[str, Words]

    def item(self, run: Run, way: Way, until: Instant | None = None) -> Item | None:
        """Return the line of `run`, None if it has no such half here.

        Args:
            run: the run.
            way: as a departure or as an arrival.
            until: when it stops being held, None: it is held for good.
        """
        call = run.departure if way is Way.DEPARTURE else run.arrival
        if call is None or run.role is Role.PASS:
            return None
        return Item(
            id=run.run_id,
            day=run.service_date,
            key=milliseconds(call.planned),
            number=_number(run, way),
            way=way,
            place=self._named(run.destination if way is Way.DEPARTURE else run.origin),
            time=self._time(call, run),
            platform=self._platform(run),
            gates=" ".join(run.gates) if way is Way.DEPARTURE else "",
            room=self._named(run.waiting_room) if way is Way.DEPARTURE else {},
            steps=self._steps(run, way),
            unconfirmed=self._unconfirmed(run),
            over_at=_known(_over(run, way)),
            until=_known(until),
        )

    def card(self, run: Run, asked_at: Instant | None = None, until: Instant | None = None) -> Card:
        """Return the page of `run`; `asked_at` and `until` as in `Card`."""
        way = Way.ARRIVAL if run.departure is None else Way.DEPARTURE
        numbers = (_number(run, Way.ARRIVAL), _number(run, Way.DEPARTURE))
        calls = {"arrival": run.arrival, "departure": run.departure}
        return Card(
            id=run.run_id,
            day=run.service_date,
            numbers=tuple(dict.fromkeys(filter(None, numbers))),
            category=run.category,
            origin=self._named(run.origin),
            destination=self._named(run.destination),
            here=self._word(phrases.role_key(run)),
            arrival=None if run.arrival is None else self._time(run.arrival, run),
            departure=None if run.departure is None else self._time(run.departure, run),
            told={
                name: self._word(_kind(call, run))
                for name, call in calls.items()
                if call is not None
            },
            platform=self._platform(run),
            gates=" ".join(run.gates),
            room=self._named(run.waiting_room),
            remarks=self._remarks(run),
            instead=(run.replaced_by.run_id or "") if run.replaced_by is not None else "",
            stages=self._stages(run),
            steps=self._steps(run, way),
            unconfirmed=self._unconfirmed(run),
            until=_known(until),
            asked_at=_known(asked_at),
        )

    def _steps(self, run: Run, way: Way) -> tuple[Step, ...]:
        instants = change_instants(run.timeline)
        calls = [call.planned for call in (run.arrival, run.departure) if call is not None]
        dawn = min([*instants, *calls]) - A_DAY
        steps: list[Step] = []
        for at in (None, *instants):
            step = self._step(run, way, at, at or dawn)
            if not steps or (steps[-1].status, steps[-1].stage) != (step.status, step.stage):
                steps.append(step)
        return tuple(steps)

    def _step(self, run: Run, way: Way, at: Instant | None, now: Instant) -> Step:
        phrase = phrases.phrase_of(run, way, now, gates=self._gates(run))
        phase = passenger_phase(run, now)
        stage = next((key for key, reached, _ in STAGES if reached is phase), "")
        return Step(_known(at), self._phrase(phrase), stage)

    def _unconfirmed(self, run: Run) -> Unconfirmed | None:
        if not run.uncertain:
            return None
        return Unconfirmed(
            self._phrase(phrases.lapsed_phrase(run)),
            arrival=self._lapsed(run.arrival, run),
            departure=self._lapsed(run.departure, run),
        )

    def _lapsed(self, call: CallTime | None, run: Run) -> Cell | None:
        if call is None or call.actual is not None:
            return None
        if not (call.deviates or call.cancelled or run.held or run.cancelled):
            return None
        return self._open(call)

    def _open(self, call: CallTime) -> Cell:
        """Return the planned time as one that does not hold, and that nobody knows another."""
        was = clock_text(call.planned, self.station.zone_info)
        return Cell(self._word("to_be_confirmed"), was=was, tone=Tone.BAD)

    def _time(self, call: CallTime, run: Run) -> Cell:
        zone = self.station.zone_info
        planned = clock_text(call.planned, zone)
        if run.cancelled or call.cancelled:
            return Cell(was=planned)
        if run.held and call.actual is None:
            return self._open(call)
        if not call.deviates:
            return Cell(planned)
        tone = Tone.BAD if call.delay_minutes > 0 else Tone.GOOD
        return Cell(clock_text(call.expected, zone), was=planned, tone=tone)

    def _platform(self, run: Run) -> Cell:
        was = run.platform_changed_from or ""
        if not was or was == run.platform:
            return Cell(run.platform or "")
        return Cell(run.platform or "?", was=was, tone=Tone.SOON, mark="▲")

    def _stages(self, run: Run) -> tuple[Stage, ...]:
        if run.departure is None or run.cancelled or run.departure.cancelled:
            return ()
        if not self._gates(run):
            return ()
        zone, times = self.station.zone_info, run.timeline
        stages = [(key, getattr(times, name)) for key, _, name in STAGES]
        return tuple(
            Stage(key, _known(at), clock_text(at, zone) if at else "") for key, at in stages
        )

    def _remarks(self, run: Run) -> tuple[Cell, ...]:
        remarks: list[Cell] = []
        if run.replaced_by is not None:
            remarks.append(Cell(self._replaced(run), tone=Tone.SOON, mark="▲"))
        if run.platform_changed_from and run.platform_changed_from != run.platform:
            remarks.append(Cell(self._word("platform_changed"), tone=Tone.SOON, mark="▲"))
        if run.gates_changed_from and run.gates:
            remarks.append(Cell(self._word("gate_changed"), tone=Tone.SOON, mark="▲"))
        return tuple(remarks)

    def _replaced(self, run: Run) -> Text:
        by = run.replaced_by
        assert by is not None  # noqa: S101 - asked before
        texts: Text = {}
        for language, table in self.words.items():
            what = by.number or table.bus
            said = by.texts.get(language) or next(iter(by.texts.values()), "")
            texts[language] = " ".join(filter(None, (table.replaced_by.format(what=what), said)))
        return texts

    def _phrase(self, phrase: Phrase) -> Cell:
        if not phrase.key:
            return Cell()
        word = self._word(phrase.key, phrase.values)
        word.update({k: v for k, v in phrase.texts.items() if k in word and v})
        return Cell(word, tone=phrase.tone, mark=phrase.mark)

    def _word(self, key: str, values: Mapping[str, object] | None = None) -> Text:
        return {tag: table.word(key).format(**values or {}) for tag, table in self.words.items()}

    def _named(self, named: Named | None) -> Text:
        return {} if named is None else {tag: named.name(tag) for tag in self.words}

    def _gates(self, run: Run) -> bool:
        return bool(self.station.layout_on(run.service_date).gates)


def milliseconds(instant: Instant) -> int:
    """Return whole milliseconds since 1970 UTC."""
    return round(to_unix(instant) * 1000)


def _known(instant: Instant | None) -> int | None:
    return None if instant is None else milliseconds(instant)


def _over(run: Run, way: Way) -> Instant | None:
    times = run.timeline
    return times.departure_shown_until if way is Way.DEPARTURE else times.arrival_shown_until


def _number(run: Run, way: Way) -> str:
    """Return the train's number on this way; one that only passes has the same on both."""
    numbers = (run.departure_number, run.arrival_number)
    ordered = numbers if way is Way.DEPARTURE else reversed(numbers)
    return next(filter(None, ordered), "")


def _kind(call: CallTime, run: Run) -> str:
    if call.actual is not None:
        return "actual"
    if run.cancelled or call.cancelled:
        return "cancelled"
    return "expected" if call.estimated is not None or run.held else "planned"
