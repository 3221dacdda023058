"""One step's working copy of the state, and what every part of the scheduler does with it.

Law: lives for one step, inside `machine.step`, and is seen by nobody else; so the step as a whole
is pure. What is large is copied only if it is changed.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import replace
from typing import TYPE_CHECKING

from subsystems.broadcast.effects import Ask, Dropped, Effect, Prepare, Remember
from subsystems.broadcast.records import OrderOver, Outcome, Past, Reason, Record, Settled, Why
from subsystems.broadcast.state import Item, Sound, Source, State, Voice, clip_name, same_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.times import Instant
    from subsystems.broadcast.model import Occasion, Told


class Work:
    """A copy that is worked on.

    Args:
        state: before the step.
        now: station time.
        mono_s: real seconds.
    """

    def __init__(self, state: State, now: Instant, mono_s: float) -> None:
        self.before = state
        self.now = now
        self.mono_s = mono_s
        self.zones = state.zones
        self.items: dict[str, Item] = dict(state.items)
        self.voices: dict[str, Voice] = dict(state.voices)
        self.sounds: dict[str, Sound] = dict(state.sounds)
        self.sources: dict[str, Source] = dict(state.sources)
        self.agenda: list[tuple[Instant, str]] = list(state.agenda)
        self.settled = state.settled
        self.told = state.told
        self.takeovers: dict[str, Occasion] = dict(state.takeovers)
        self.muted = state.muted
        self.lost = state.lost
        self.serial = state.serial
        self.tidied_s = state.tidied_s
        self.checked_s = state.checked_s
        self.asked: set[str] = set()
        self._records: list[Record] = []
        self._effects: list[Effect] = []

    def result(self) -> tuple[State, tuple[Effect, ...]]:
        """Return the state after the step, and its effects: what is remembered comes first."""
        state = replace(
            self.before,
            items=self.items,
            voices=self.voices,
            sounds=self.sounds,
            sources=self.sources,
            agenda=tuple(self.agenda),
            settled=self.settled,
            told=self.told,
            takeovers=self.takeovers,
            muted=self.muted,
            lost=self.lost,
            serial=self.serial,
            tidied_s=self.tidied_s,
            checked_s=self.checked_s,
        )
        ask = (Ask(tuple(sorted(self.asked))),) if self.asked else ()
        return state, (*map(Remember, self._records), *self._effects, *ask)

    @property
    def rate(self) -> float:
        """Station seconds per real second."""
        return self.before.rate

    @property
    def taken(self) -> frozenset[str]:
        """Zones that an emergency has."""
        return frozenset(zone for each in self.takeovers.values() for zone in each.zones)

    def want(self, *effects: Effect) -> None:
        """Add effects, in the order in which they are to be done."""
        self._effects += effects

    def remember(self, *records: Record) -> None:
        """Add what is to be on disk before anything else is done."""
        self._records += records

    def settle(self, key: str, zone: str, rounds: int, outcome: Outcome) -> None:
        """Remember what became of `key` in `zone`."""
        settled = Settled(key, zone, rounds, self.now, outcome)
        self.recall(settled)
        self.remember(settled)

    def recall(self, settled: Settled) -> None:
        """Know it, as it is on disk already."""
        if self.settled is self.before.settled:
            self.settled = dict(self.settled)
        assert isinstance(self.settled, dict)  # noqa: S101 - copied above
        self.settled[settled.key] = {
            **self.settled.get(settled.key, {}),
            settled.zone: settled,
        }

    def tell_rules(self, told: Told) -> None:
        """Let the rules know that it was told; the first time counts."""
        if told.key not in self.told:
            self.told = {**self.told, told.key: told}
            self.remember(told)

    def note(self, key: str, zones: Iterable[str], why: Why) -> None:
        """Say why `key` is not spoken in `zones` now."""
        item = self.items[key]
        if any(item.why.get(zone) is not why for zone in zones):
            self.items[key] = replace(item, why={**item.why, **dict.fromkeys(zones, why)})

    def close(self, key: str) -> None:
        """Let go of an item: nothing is left to be said of it."""
        item = self.items.pop(key)
        if item.source is None:
            self.remember(OrderOver(key))
        source = self.sources.get(item.source) if item.source is not None else None
        if source is not None and item.source is not None:
            self.sources[item.source] = replace(source, open=source.open - {key})

    def drop(self, item: Item, zones: Iterable[str], reason: Reason) -> None:
        """Say and write down that it is not spoken in `zones`, by what it waited for."""
        waits: dict[Why | None, list[str]] = {}
        for zone in zones:
            waits.setdefault(item.why.get(zone), []).append(zone)
        for why, those in waits.items():
            occasion = item.occasion
            self.want(Dropped(occasion, tuple(those), reason, why))
            self.remember(
                Past(
                    at=self.now,
                    until=None,
                    key=occasion.key,
                    kind=occasion.kind,
                    run_ids=runs_of(occasion),
                    zones=tuple(those),
                    reason=reason,
                    waited=why,
                )
            )

    def enter(self, at: Instant, source: str) -> None:
        """Look at `source` again at `at`."""
        insort(self.agenda, (at, source))

    def speaks(self, occasion: Occasion) -> frozenset[str]:
        """Return the zones that hear just these words of `occasion`."""
        return frozenset(
            zone
            for voice in self.voices.values()
            if any(same_words(each, occasion) for each in voice.told)
            for zone in voice.live
        )

    def prepare(self, occasion: Occasion, *, urgent: bool) -> Sound:
        """Return the sound of `occasion`, asking for it if nobody has."""
        name = clip_name(occasion)
        sound = self.sounds.get(name)
        if sound is None:
            sound = self.sounds[name] = Sound(occasion, self.mono_s)
            self.want(Prepare(name, occasion, urgent))
        return sound


def runs_of(occasion: Occasion) -> tuple[str, ...]:
    """Return the runs that `occasion` is about."""
    about = (each.run_id for each in occasion.members or (occasion,))
    return tuple(run_id for run_id in about if run_id is not None)
