"""What a duty officer can say: commands, sensible and not, about the scenes' trains.

Law: values and strategies for tests, as `days`. A recipe names things by position, so that it fits
every station and shrinks well; `Officer` makes the command of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
    StockOf,
)
from protocol.identifiers import make_run_id
from protocol.runs import Role
from tests.hub.reference.days import EXTRA, minutes, trains

STRANGER = "X99"
"""A train that nobody but a person tells of."""

UNTIL = (None, None, 0, 1, 7, 7.5, 45, 300)
TEXTS = ({}, {"zh": "等候通知", "en": "Please wait"}, {"en": "x" * 24}, {"zh": "等" * 25})


@dataclass(frozen=True)
class WordRecipe:
    """A word about a train: `number` is minutes, a position or a truth, as the kind wants it."""

    kind: str
    train: int
    day: int
    number: int
    until: float | None


@dataclass(frozen=True)
class ClearRecipe:
    train: int
    day: int
    field: Field | None


@dataclass(frozen=True)
class ModeRecipe:
    manual: bool
    until: float | None


@dataclass(frozen=True)
class AddRecipe:
    stranger: bool
    role: Role
    comes: int | None
    leaves: int | None
    track: int
    length_m: int | None
    stock: int = 0


days = st.sampled_from((0, 0, 0, 1))
everyone = trains | st.just(7)
KINDS = {
    "delay": (-1441, -5, 0, 0, 4, 35, 200, 333),
    "arrival": (-30, -5, 0, 3, 40, 1500),
    "departure": (-30, -5, 0, 3, 40, 1500),
    "unknown": range(4),
    "track": range(6),
    "platform": range(4),
    "room": range(3),
    "gates": range(6),
    "check-in": (0, 1),
    "cancel": (0, 1, 1),
    "ends-here": (0, 1, 1),
    "starts-here": (0, 1, 1),
    "replaced": range(4),
    "stock": range(5),
    "arrived": (-1500, -30, -2, 0, 1),
    "departed": (-1500, -30, -2, 0, 1),
}


@st.composite
def words(draw):
    kind = draw(st.sampled_from(tuple(KINDS)))
    number = draw(st.sampled_from(KINDS[kind]))
    until = draw(st.sampled_from(UNTIL))
    return WordRecipe(kind, draw(everyone), draw(days), number, until)


clears = st.builds(
    ClearRecipe, train=everyone, day=days, field=st.none() | st.sampled_from(tuple(Field))
)
modes = st.builds(ModeRecipe, manual=st.booleans(), until=st.sampled_from(UNTIL))
adds = st.builds(
    AddRecipe,
    stranger=st.booleans(),
    role=st.sampled_from((Role.INTERMEDIATE, *Role)),
    comes=st.sampled_from((None, -20, 2, 40, 40, 600, 3000)),
    leaves=st.sampled_from((None, -20, 2, 55, 55, 1400)),
    track=st.integers(0, 5),
    length_m=st.sampled_from((None, 130, 700)),
    stock=st.sampled_from((0, 0, 3, 4)),
)
commands = st.one_of(words(), words(), words(), clears, modes, adds)


def by_chance(random):
    """Return a recipe that `random` makes, for histories without Hypothesis."""
    choice = random.choice
    which = {"train": choice(range(8)), "day": choice((0, 0, 0, 1))}
    kind = choice((*("word",) * 6, "clear", "mode", "add"))
    if kind == "word":
        said = choice(tuple(KINDS))
        return WordRecipe(said, **which, number=choice(KINDS[said]), until=choice(UNTIL))
    if kind == "clear":
        return ClearRecipe(**which, field=choice((None, *Field)))
    if kind == "mode":
        return ModeRecipe(manual=choice((True, False, False)), until=choice((1, 3, 7.5)))
    comes, leaves = choice((2, 40)), choice((50, 55))
    return AddRecipe(choice((True, False)), choice(tuple(Role)), comes, leaves, 0, 700)


class Officer:
    """Makes commands of recipes; each has an id of its own."""

    def __init__(self, scene):
        self._scene, self._number = scene, 0
        self._rows = scene.station.timetable.rows
        self._layout = scene.station.layout_on(scene.begin.date())
        zone = scene.station.zone_info
        self._first = scene.begin.astimezone(zone).date()

    def command(self, recipe, now):
        self._number += 1
        who = {"command_id": str(self._number), "who": "Li", "why": "电话通知"}
        make = {
            WordRecipe: self._set,
            ClearRecipe: self._clear,
            ModeRecipe: self._mode,
            AddRecipe: self._add,
        }
        return make[type(recipe)](recipe, now, who)

    def _run_id(self, recipe):
        number = STRANGER
        if recipe.train < len(self._rows):
            row = self._rows[recipe.train]
            number = row.departure_number or row.arrival_number
        elif recipe.train == len(self._rows):
            number = EXTRA
        return make_run_id(self._first + timedelta(days=recipe.day), number)

    def _set(self, recipe, now, who):
        word = self._word(recipe, now)
        until = _after(now, recipe.until)
        return SetOverride(**who, run_id=self._run_id(recipe), word=word, until=until)

    def _word(self, recipe, now):
        number, layout = recipe.number, self._layout
        if recipe.kind in _AT:
            why = {"texts": _reason(number)} if recipe.kind in {"arrival", "departure"} else {}
            return _AT[recipe.kind](now + minutes(number), **why)
        if recipe.kind == "gates":
            gates = [gate.id for gate in layout.gates]
            return ByGates(tuple(gates[number : number + 2 - number % 2]))
        return {
            "delay": lambda: Delayed(number, _reason(number)),
            "unknown": lambda: DelayUnknown(TEXTS[number]),
            "track": lambda: OnTrack(self._scene.tracks[number] or "?"),
            "platform": lambda: AtPlatform(_nth([p.id for p in layout.platforms], number)),
            "room": lambda: InWaitingRoom(_nth([r.id for r in layout.waiting_rooms], number)),
            "check-in": lambda: CheckIn(is_open=bool(number)),
            "ends-here": lambda: EndsHere(cancelled=bool(number)),
            "starts-here": lambda: StartsHere(cancelled=bool(number)),
            "stock": lambda: self._stock(number),
            "replaced": lambda: self._replaced(number),
            "cancel": lambda: Cancelled(cancelled=bool(number)),
        }[recipe.kind]()

    def _stock(self, number):
        other = (None, 0, 1, 3, 7)[number]
        if other is None:
            return StockOf()
        return StockOf(self._run_id(WordRecipe("", other, 0, 0, None)))

    def _replaced(self, number):
        other = WordRecipe("", (0, 1, 2, 7)[number], 0, 0, None)
        by_run = ReplacedBy(run_id=self._run_id(other))
        return (
            ReplacedBy(texts=TEXTS[1]),
            ReplacedBy(number="Z1", texts=TEXTS[3]),
            by_run,
            by_run,
        )[number]

    def _clear(self, recipe, _now, who):
        return ClearOverride(**who, run_id=self._run_id(recipe), field=recipe.field)

    def _mode(self, recipe, now, who):
        return SetStationMode(**who, manual=recipe.manual, until=_after(now, recipe.until))

    def _add(self, recipe, now, who):
        number = STRANGER if recipe.stranger else EXTRA
        comes, leaves = (_after(now, at) for at in (recipe.comes, recipe.leaves))
        return AddRun(
            **who,
            arrival_number=None if recipe.role is Role.ORIGIN else number,
            departure_number=None if recipe.role is Role.TERMINUS else number,
            role=recipe.role,
            origin="East",
            destination="West",
            arrival=None if recipe.role is Role.ORIGIN else comes,
            departure=None if recipe.role is Role.TERMINUS else leaves,
            track=self._scene.tracks[recipe.track],
            length_m=recipe.length_m,
            stock_of=self._stock(recipe.stock).run_id,
        )


def _reason(number):
    """Return why it is late: nothing, something, or with 333 minutes too much."""
    return TEXTS[3] if number == 333 else TEXTS[abs(number) % 3]


def _after(now, number):
    return None if number is None else now + minutes(number)


def _nth(ids, number):
    return ids[number] if number < len(ids) else "?"


_AT = {
    "arrival": ArrivalAt,
    "departure": DepartureAt,
    "arrived": ArrivedAt,
    "departed": DepartedAt,
}
