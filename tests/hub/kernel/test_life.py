"""Every quality of a run with every other, for every role, at every instant (domain.md).

The table is the product of `Case`'s fields without what cannot be said of a role. What must hold
of each is a function `holds_…` below; each has a sentence of domain.md.
"""

# ruff: noqa: ARG001 - what must hold is asked with one signature

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise, product

import msgspec
import pytest
from msgspec.structs import replace

from hub.kernel.agenda import make_agenda
from hub.kernel.apply import with_log, with_plan
from hub.kernel.conclude import conclude
from hub.kernel.derive import derive
from hub.kernel.facts import Standing
from hub.kernel.manual import STATION, standing_still, with_override
from hub.kernel.override import (
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    Delayed,
    DelayUnknown,
    EndsHere,
    OnTrack,
    Override,
    ReplacedBy,
    StartsHere,
)
from protocol.codec import encode_body
from protocol.phases import passengers_of, train_of
from protocol.runs import Control, PassengerPhase, Punctuality, Role, Run, TrainPhase
from protocol.timeline import (
    at_gate,
    change_instants,
    disorder,
    on_arrival_board,
    on_departure_board,
    passenger_phase,
    stand_back,
    train_phase,
)
from protocol.times import to_unix

RUN = "2021-01-20.k1"
SECOND = timedelta(seconds=1)
UNSEEN = {PassengerPhase.PLANNED, PassengerPhase.GONE}
TOLD_ONLY = {PassengerPhase.PLANNED, PassengerPhase.SHOWN, PassengerPhase.GONE}
OPEN = {PassengerPhase.CHECK_IN, PassengerPhase.LAST_CALL}
PHASES = list(PassengerPhase)


@dataclass(frozen=True)
class Case:
    """What is said of a train at 09:55, when its check-in is open (10:00 to 10:20, platform 1).

    Attributes:
        late: minutes; "unknown": the delay is; None: nobody has said anything.
        part: which part of its call is cancelled.
        by: who says all this.
        moved: what of its place is another; "lost": it has no platform any more.
        check_in: what a person does with check-in.
        happened: what is reported at its time afterwards.
    """

    role: Role
    late: int | str | None
    cancelled: bool
    part: str | None
    replaced: bool
    by: str
    moved: str | None
    check_in: str | None
    happened: str | None


def cases(role, late):
    """Every combination that can be said of a train of that role."""
    through = role is Role.INTERMEDIATE
    boards = role in {Role.ORIGIN, Role.INTERMEDIATE}
    for rest in product(
        (False, True),
        (None, "ends", "starts") if through else (None,),
        (False, True),
        ("feed", "person"),
        (None, "platform", "lost", "gates") if boards else (None, "platform"),
        (None, "opened", "closed") if boards else (None,),
        (None, "arrived", "departed"),
    ):
        case = Case(role, late, *rest)
        if case.replaced and not (case.cancelled or case.part):
            continue
        if case.happened == "arrived" and (role is Role.ORIGIN or case.part == "starts"):
            continue
        if case.happened == "departed" and (role is Role.TERMINUS or case.part == "ends"):
            continue
        yield case


class Life:
    """A train lives through a case.

    Attributes:
        first: as it was told before anything was said.
        said_at: when it was said.
        run: as it is told then.
        last: as it is told after what happened, None if nothing did.
        back: as it is told if all that was said is taken back instead.
        agenda: of the run that is looked at.
    """

    def __init__(self, case, build, station):
        self.case, self.build, self.station = case, build, station
        self.said_at = build.at("09:55")
        self.first = self._conclude(None, self._printed(), build.at("07:30"))
        self.second = self._conclude(self.first, self._said(self.first.facts), self.said_at)
        self.run = self.second.run
        self.last = None
        if case.happened is not None:
            at = self._happens_at()
            row = build.log(**{f"actual_{HAPPENED[case.happened]}": at})
            self.last = self._conclude(self.second, with_log(self.second.facts, row), at).run
        self.back = self._taken_back().run

    @property
    def runs(self):
        runs = [self.first.run, self.run, self.back]
        return runs + ([self.last] if self.last is not None else [])

    def _conclude(self, before, facts, now):
        return conclude(before, facts, self.station, now).stored

    def _taken_back(self):
        facts = replace(self.second.facts, overrides=())
        if self.case.late is not None:
            facts = with_plan(facts, self._row(), self.said_at + SECOND)
        return self._conclude(self.second, facts, self.said_at + SECOND)

    def _ends(self):
        """Numbers and times by role; another number on arrival than on departure."""
        role, at = self.case.role, self.build.at
        comes = {"arrival_number": "K1", "arrival": at("10:00")}
        leaves = {"departure_number": "K2", "departure": at("10:20")}
        if role is Role.ORIGIN:
            comes = dict.fromkeys(comes)
        if role is Role.TERMINUS:
            leaves = dict.fromkeys(leaves)
        return comes | leaves

    def _printed(self):
        timetable = self.build.planned(role=self.case.role, **self._ends())
        facts = self.build.facts(timetable=timetable)
        return facts if self.case.late is None else with_plan(facts, self._row(), self.said_at)

    def _row(self, **changes):
        ends = self._ends()
        row = {name: ends[name] for name in ("arrival_number", "departure_number")}
        row |= {f"planned_{name}": ends[name] for name in ("arrival", "departure")}
        return self.build.plan(**({"role": self.case.role} | row | changes))

    def _said(self, facts):
        case = self.case
        if case.by == "feed" and case.late is not None:
            facts = with_plan(facts, self._row(**self._changes()), self.said_at)
        for number, word in enumerate(self._words(), 1):
            facts = with_override(
                facts,
                Override(
                    id=str(number),
                    run_id=RUN,
                    word=word,
                    who="Li",
                    why="x",
                    since=self.said_at,
                ),
            )
        return facts

    def _changes(self):
        """What dispatching's row says otherwise."""
        case, ends = self.case, self._ends()
        changes = {"cancelled": case.cancelled, "delay_known": case.late != "unknown"}
        if case.part is not None:
            changes["role"] = Role.TERMINUS if case.part == "ends" else Role.ORIGIN
            end = "departure" if case.part == "ends" else "arrival"
            changes |= {f"{end}_number": None, f"planned_{end}": None}
        if case.moved in TRACKS:
            track = TRACKS[case.moved]
            changes |= {"arrival_track": track, "departure_track": track}
        if isinstance(case.late, int):
            late = timedelta(minutes=case.late)
            for name in ("arrival", "departure"):
                if ends[name] is not None:
                    changes[f"estimated_{name}"] = ends[name] + late
        return changes

    def _words(self):
        """What persons say: all, or what dispatching has no word for."""
        case = self.case
        if case.by == "person" or case.late is None:
            yield from self._dispatchings()
        if case.moved == "gates":
            yield ByGates(("g2",))
        if case.replaced:
            yield ReplacedBy(number="Z9")
        if case.check_in is not None:
            yield CheckIn(case.check_in == "opened")

    def _dispatchings(self):
        """Persons' words for what dispatching could say, too."""
        case = self.case
        if case.late == "unknown":
            yield DelayUnknown({"zh": "等候通知"})
        elif case.late is not None:
            yield Delayed(case.late)
        if case.cancelled:
            yield Cancelled()
        if case.part is not None:
            yield EndsHere() if case.part == "ends" else StartsHere()
        if case.moved == "platform":
            yield AtPlatform("p2")
        if case.moved == "lost":
            yield OnTrack("t2")

    def _happens_at(self):
        call = getattr(self.run, HAPPENED[self.case.happened])
        return max(call.expected, self.said_at + SECOND)


TRACKS = {"platform": "t3", "lost": "t2"}
HAPPENED = {"arrived": "arrival", "departed": "departure"}


def moments(run, said_at):
    """Return the instants about all changes of `run`, and long before and after."""
    instants = [*change_instants(run.timeline), said_at]
    around = {at + step * SECOND for at in instants for step in (-1, 0)}
    day = timedelta(days=1)
    return sorted({min(around) - day, *around, max(around) + day})


# --- what must hold of every run


def holds_phases_are_of_the_tables(run, at, life):
    """The life of a run: no phase but those of its tables."""
    assert passenger_phase(run, at) in passengers_of(run.role, cancelled=run.cancelled)
    assert train_phase(run, at) in train_of(run.role, cancelled=run.cancelled)


def holds_a_train_that_passes_is_on_no_board(run, at, life):
    """通过: does not stop; never on a board."""
    boards = (on_departure_board(run, at), on_arrival_board(run, at), at_gate(run, at))
    if run.role is Role.PASS:
        assert boards == (False, False, False)
        assert passenger_phase(run, at) in UNSEEN
        assert (run.gates, run.waiting_room) == ((), None)
    else:
        assert not stand_back(run, at)


def holds_nobody_is_checked_in_for_what_does_not_leave(run, at, life):
    """TERMINUS: no check-in; cancelled is never in check-in."""
    departs = run.departure is not None and not run.departure.cancelled and not run.cancelled
    if departs and run.role in {Role.ORIGIN, Role.INTERMEDIATE}:
        return
    times = run.timeline
    assert passenger_phase(run, at) in TOLD_ONLY
    assert times.check_in_opens_at is times.last_call_at is times.check_in_closes_at is None
    assert times.waiting_at is None
    if run.role is Role.TERMINUS:
        assert (run.gates, run.waiting_room) == ((), None)


def holds_a_hold_opens_nothing(run, at, life):
    """Delay unknown holds check-in: nothing begins after it but by a person's hand."""
    if not run.held:
        return
    assert run.punctuality is Punctuality.UNKNOWN
    for call in (run.arrival, run.departure):
        assert call is None or call.estimated is None or call.actual is not None
    if "check-in" in run.manual or at < life.said_at:
        return
    assert PHASES.index(passenger_phase(run, at)) <= PHASES.index(
        max((passenger_phase(run, life.said_at), PassengerPhase.SHOWN), key=PHASES.index)
    )


def holds_check_in_is_in_order(run, at, life):
    """检票 opens, is called last, closes, and then the train leaves; by gates that lead there."""
    assert disorder(run.timeline) is None
    if passenger_phase(run, at) in OPEN:
        assert run.gates or run.platform is None, "nobody knows yet through which"
        assert run.departure.actual is None or run.departure.actual >= at
        assert on_departure_board(run, at)
        assert at_gate(run, at), "no gate is open whose screen does not show the train"


def holds_who_is_told_stands_on_a_board(run, at, life):
    """A passenger finds the train as long as it has a phase that is told."""
    told = passenger_phase(run, at) not in UNSEEN
    assert not on_departure_board(run, at) or told
    if told and not (run.held and at > life.said_at):
        assert on_departure_board(run, at) or on_arrival_board(run, at)


def holds_a_part_that_is_cancelled_is_told_and_no_more(run, at, life):
    """本站终到, 本站始发: one end takes place."""
    ends = run.departure is not None and run.departure.cancelled
    starts = run.arrival is not None and run.arrival.cancelled
    assert not (ends and starts)
    if ends:
        assert run.role is Role.TERMINUS
        assert (run.departure.estimated, run.departure.actual) == (None, None)
        assert run.timeline.departs_at is None
        assert not at_gate(run, at)
    if starts:
        assert run.role is Role.ORIGIN
        assert run.timeline.arrives_at is run.timeline.approaches_at is None
        assert train_phase(run, at) is not TrainPhase.APPROACHING


def holds_what_has_happened_is_not_taken_back(run, at, life):
    """An actual time outranks a hold and a cancellation."""
    last = run.departure if run.departure and not run.departure.cancelled else run.arrival
    if last is not None and last.actual is not None:
        assert (run.held, run.cancelled) == (False, False)


def holds_replacement_and_hand_are_told_with_their_reason(run, at, life):
    """Replaced is what is cancelled; manual says what, and AUTO stands beside."""
    gone = run.cancelled or any(c is not None and c.cancelled for c in (run.arrival, run.departure))
    assert run.replaced_by is None or gone
    assert (run.control is Control.MANUAL) == bool(run.manual)
    assert run.auto is None or run.control is Control.MANUAL


def holds_what_was_told_before_is_another_place(run, at, life):
    """platform changed (from), gate changed."""
    assert run.platform_changed_from is None or run.platform_changed_from != run.platform
    assert not run.gates_changed_from or set(run.gates_changed_from) != set(run.gates)


def holds_each_end_has_its_number(run, at, life):
    """车次 may differ on arrival and departure."""
    assert run.arrival_number == ("K1" if run.arrival is not None else None)
    assert run.departure_number == ("K2" if run.departure is not None else None)


def holds_the_store_says_the_same(run, at, life):
    """The agenda by which the hub ticks has the phases that every screen reads."""
    moment = life.agenda.at(int(to_unix(at)))
    assert (moment.passengers, moment.train) == (passenger_phase(run, at), train_phase(run, at))


ALL = [found for name, found in sorted(globals().items()) if name.startswith("holds_")]


@pytest.mark.parametrize("late", [None, 0, 7, 95, -4, "unknown"])
@pytest.mark.parametrize("role", Role)
def test_every_combination_holds_at_every_instant(role, late, build, station):
    lives = [Life(case, build, station) for case in cases(role, late)]
    assert len(lives) >= 20
    for life in lives:
        for run in life.runs:
            instants = moments(run, life.said_at)
            life.agenda = make_agenda(run)
            for at in instants:
                for holds in ALL:
                    try:
                        holds(run, at, life)
                    except AssertionError as error:
                        error.add_note(f"{holds.__doc__}\n{life.case}\nat {at}\n{run}")
                        raise
            phases = [passenger_phase(run, at) for at in instants]
            assert all(PHASES.index(a) <= PHASES.index(b) for a, b in pairwise(phases)), life.case
            if phases[-1] is not PassengerPhase.GONE:
                assert run.held or run.role is Role.PASS, "else it leaves the boards"


def test_the_table_has_every_phase_of_every_role_and_every_quality(build, station):
    found, qualities = set(), set()
    for role, late in product(Role, (0, 7, "unknown")):
        for case in cases(role, late):
            for run in Life(case, build, station).runs:
                found |= {
                    (run.role, passenger_phase(run, at), train_phase(run, at))
                    for at in moments(run, build.at("09:55"))
                }
                qualities |= qualities_of(run)
    for role in Role:
        passing = {PassengerPhase.SHOWN} if role is Role.PASS else set()
        wanted = set(passengers_of(role, cancelled=False)) - passing
        assert {p for r, p, _ in found if r is role} == wanted
        trains = {t for r, _, t in found if r is role}
        never = {
            Role.ORIGIN: {TrainPhase.APPROACHING, TrainPhase.AT_PLATFORM},
            Role.TERMINUS: {TrainPhase.DEPARTED},
        }.get(role, set())
        assert trains >= set(train_of(role, cancelled=False)) - never
    assert qualities == {
        *("held", "cancelled", "ends", "starts", "replaced", "manual", "platform", "gates"),
    }


def qualities_of(run):
    said = {
        "held": run.held,
        "cancelled": run.cancelled,
        "ends": run.departure is not None and run.departure.cancelled,
        "starts": run.arrival is not None and run.arrival.cancelled,
        "replaced": run.replaced_by is not None,
        "manual": run.control is Control.MANUAL,
        "platform": run.platform_changed_from is not None,
        "gates": bool(run.gates_changed_from),
    }
    return {name for name, holds in said.items() if holds}


def test_said_again_it_is_the_same_and_it_comes_back_as_it_was(build, station):
    for case in cases(Role.INTERMEDIATE, 7):
        life = Life(case, build, station)
        again = derive(life.second.facts, station, life.said_at)
        assert encode_body(again) == life.second.state
        assert msgspec.json.decode(life.second.state, type=Run) == life.run


@pytest.mark.parametrize("role", Role)
def test_a_manual_station_tells_what_it_told(role, build, station):
    """紧急状态: what the feed says meanwhile stands beside."""
    for late in (0, 7, "unknown"):
        for case in cases(role, late):
            if case.by != "feed" or case.happened or case.check_in or case.moved == "gates":
                continue
            life = Life(case, build, station)
            if case.replaced:
                continue
            manual = conclude(
                life.first,
                standing_still(life.first.facts, life.first.facts),
                station,
                life.said_at,
            ).stored
            row = life._row(**life._changes())
            said = with_plan(manual.facts, row, life.said_at)
            told = conclude(manual, said, station, life.said_at).stored.run
            assert told.manual == (STATION,)
            stripped = replace(told, control=Control.AUTO, manual=(), auto=None)
            assert stripped == life.first.run
            assert isinstance(said.standing, Standing)


@pytest.mark.parametrize("role", [Role.ORIGIN, Role.INTERMEDIATE])
def test_gone_is_final_unless_its_times_move(role, build, station):
    life = Life(Case(role, 0, False, None, False, "feed", None, None, None), build, station)
    late = build.at("10:30")
    assert passenger_phase(life.run, late) is PassengerPhase.GONE
    again = conclude(life.second, with_plan(life.second.facts, life._row(), late), station, late)
    assert passenger_phase(again.stored.run, late) is PassengerPhase.GONE
    moved = {f"estimated_{end}": build.at("11:30") for end in ("arrival", "departure")}
    moved = {name: at for name, at in moved.items() if role is not Role.ORIGIN or "dep" in name}
    facts = with_plan(life.second.facts, life._row(**moved), late)
    back = conclude(life.second, facts, station, late).stored.run
    assert passenger_phase(back, late) not in UNSEEN
