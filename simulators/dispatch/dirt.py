"""Dirty rows: what real dispatching data has in it now and then, and the hub must refuse.

Law: pure. A dirty row is marked nowhere in the database; what was written stands in `Dirt`, for
tests to compare with what the hub rejected. Every dirty row is taken back after some minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.times import MINUTE, Instant
from simulators.dispatch.changes import Change, StepCode, Table, Value
from simulators.dispatch.life import REMOVED_AFTER, delay_at, plan_row, step_at, track_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from simulators.dispatch.fates import Fate
    from station_config.model import Layout

STAYS_MINUTES = (3, 12)
JUMP_MINUTES = 26 * 60
BACKWARDS = timedelta(minutes=45)
LONG_PAST = timedelta(days=2)


class DirtKind(StrEnum):
    """The bad data of domain.md, "What comes in from dispatching"."""

    DEPARTURE_BEFORE_ARRIVAL = "departure-before-arrival"
    JUMP = "jump"
    UNKNOWN_TRACK = "unknown-track"
    UNKNOWN_PLAN = "unknown-plan"
    BACKWARDS = "backwards"
    DUPLICATE = "duplicate"
    PAST_DAY = "past-day"


@dataclass(frozen=True)
class Dirt:
    """One dirty row.

    Attributes:
        kind: what is wrong with it.
        victim: key of the visit that it spoils or copies.
        dirty: writes it.
        clean: takes it back.
    """

    kind: DirtKind
    victim: str
    dirty: Change
    clean: Change


@dataclass(frozen=True)
class _Place:
    """Where dirt may fall: on `fate`, from `at` to `until`."""

    fate: Fate
    at: Instant
    until: Instant
    layout: Layout

    def spoil(self, table: Table, dirty: dict[str, Value], clean: dict[str, Value] | None) -> _Pair:
        """Overwrite columns of the visit's own row, and put them right again."""
        key = self.fate.visit.key
        return Change(self.at, table, key, dirty), Change(self.until, table, key, clean)

    def add(self, table: Table, key: str, values: dict[str, Value]) -> _Pair:
        """Write a row that should not be there, and take it away again."""
        return Change(self.at, table, key, values), Change(self.until, table, key, None)


_Pair = tuple[Change, Change]


def dirt_of_day(
    fates: Sequence[Fate], layout: Layout, begin: Instant, end: Instant, mean: float, random: Random
) -> list[Dirt]:
    """Return the dirt that falls from `begin` to `end`, `mean` rows on average.

    Args:
        fates: victims.
        layout: says which tracks there are.
        begin: of the day.
        end: of the day.
        mean: rows in the whole time (Poisson).
        random: the day's random source for dirt.
    """
    fallen = []
    at = begin + _gap(begin, end, mean, random)
    while at < end:
        until = at + random.randint(*STAYS_MINUTES) * MINUTE
        present = [f for f in fates if _is_present(f, at, until)]
        if present:
            fallen.append(_fall(_Place(random.choice(present), at, until, layout), random))
        at += _gap(begin, end, mean, random)
    return fallen


def _gap(begin: Instant, end: Instant, mean: float, random: Random) -> timedelta:
    seconds = random.expovariate(mean) * (end - begin).total_seconds() if mean else 1e6
    return timedelta(seconds=int(seconds) + 1)


def _is_present(fate: Fate, at: Instant, until: Instant) -> bool:
    return fate.appears + MINUTE < at and until + MINUTE < fate.ends + REMOVED_AFTER


def _fall(place: _Place, random: Random) -> Dirt:
    """Choose among the kinds that are possible there; some always are."""
    kinds = list(_WAYS)
    random.shuffle(kinds)
    for kind in kinds:
        pair = _WAYS[kind](place)
        if pair is not None:
            return Dirt(kind, place.fate.visit.key, *pair)
    raise AssertionError("an added row is always possible")


def _departure_before_arrival(place: _Place) -> _Pair | None:
    visit = place.fate.visit
    if visit.arrival is None or visit.departure is None:
        return None
    dirty: dict[str, Value] = {"plan_dep_time": visit.arrival - 10 * MINUTE}
    return place.spoil(Table.PLAN, dirty, {"plan_dep_time": visit.departure})


def _jump(place: _Place) -> _Pair:
    visit = place.fate.visit
    dirty: dict[str, Value] = {"delay_state": "K"}
    dirty |= {"arr_delay_min": JUMP_MINUTES} if visit.arrival else {}
    dirty |= {"dep_delay_min": JUMP_MINUTES} if visit.departure else {}
    return place.spoil(Table.PLAN, dirty, delay_at(place.fate, place.until))


def _unknown_track(place: _Place) -> _Pair:
    nowhere = "99"
    while place.layout.track(nowhere) is not None:
        nowhere += "9"
    visit = place.fate.visit
    dirty = track_columns(visit, nowhere)
    change = place.fate.track_change
    changed = change is not None and change.at <= place.until
    right = place.fate.track if changed else visit.row.track
    return place.spoil(Table.PLAN, dirty, track_columns(visit, right))


def _unknown_plan(place: _Place) -> _Pair:
    key = f"{place.fate.visit.key}-N"
    row: dict[str, Value] = {"step": StepCode.ARRIVED.value, "act_arr_time": place.at}
    return place.add(Table.LOG, key, row)


def _backwards(place: _Place) -> _Pair | None:
    """The log says that the train left before it came."""
    fate = place.fate
    if fate.arrival is None or fate.departure is None or place.at < fate.arrival + 2 * fate.lag:
        return None
    gone = fate.departure + fate.lag <= place.until
    dirty: dict[str, Value] = {"act_dep_time": fate.arrival - BACKWARDS}
    dirty["step"] = StepCode.DEPARTED.value
    clean: dict[str, Value] = {"act_dep_time": fate.departure if gone else None}
    clean["step"] = step_at(fate, place.until)
    return place.spoil(Table.LOG, dirty, clean)


def _duplicate(place: _Place) -> _Pair:
    fate = place.fate
    row = plan_row(fate) | delay_at(fate, place.at)
    return place.add(Table.PLAN, f"{fate.visit.key}-D", row)


def _past_day(place: _Place) -> _Pair:
    visit = place.fate.visit
    row = plan_row(place.fate)
    row["plan_arr_time"] = visit.arrival - LONG_PAST if visit.arrival else None
    row["plan_dep_time"] = visit.departure - LONG_PAST if visit.departure else None
    return place.add(Table.PLAN, f"{visit.key}-P", row)


_WAYS: dict[DirtKind, Callable[[_Place], _Pair | None]] = {
    DirtKind.DEPARTURE_BEFORE_ARRIVAL: _departure_before_arrival,
    DirtKind.JUMP: _jump,
    DirtKind.UNKNOWN_TRACK: _unknown_track,
    DirtKind.UNKNOWN_PLAN: _unknown_plan,
    DirtKind.BACKWARDS: _backwards,
    DirtKind.DUPLICATE: _duplicate,
    DirtKind.PAST_DAY: _past_day,
}
