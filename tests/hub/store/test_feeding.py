"""Stock shared by two runs, on real databases: what a feeder says is told in the same step."""

from dataclasses import replace
from datetime import time, timedelta

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from hub.kernel.objections import Code
from hub.kernel.override import (
    Cancelled,
    ClearOverride,
    Delayed,
    EndsHere,
    Field,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
    StockOf,
)
from hub.kernel.stock import wanted, with_feeder
from hub.operations import Operations
from hub.past.replay import replay
from hub.store import tables
from hub.store.reading import reading
from hub.store.records import to_stored
from protocol.messages import Plan
from protocol.runs import Role, Run
from protocol.times import MINUTE, minute_number
from station_config.model import Timetable, TimetableRow
from station_config.policies import TurnRound
from tests.hub.test_operations_histories import Histories, live, usually

WHO = {"who": "Li", "why": "电话通知"}
COMES, LEAVES, NIGHT, MORNING = (
    f"2021-01-{day}.{number}" for day, number in ((20, "g3"), (20, "g4"), (20, "g7"), (21, "g8"))
)


@pytest.fixture(scope="module")
def sharing(build):
    """G3 becomes G4, and G7 the next morning G8; G5 and G6 share nothing; K1 and K2 go through."""
    station = build.station()

    def ends(number, at, stock=None):
        return TimetableRow(
            number, None, "G", Role.TERMINUS, "South", "Here", at, None, "t3", stock=stock
        )

    def starts(number, at, stock=None):
        return TimetableRow(
            None, number, "G", Role.ORIGIN, "Here", "South", None, at, "t3", stock=stock
        )

    def through(number, hour):
        return TimetableRow(
            *(number, number, "K", Role.INTERMEDIATE, "East", "West"),
            *(time(hour, 0), time(hour, 20), "t1"),
        )

    rows = (
        starts("G8", time(6, 30), "s2"),
        starts("G4", time(12, 30), "s1"),
        ends("G3", time(12, 0), "s1"),
        ends("G7", time(23, 0), "s2"),
        ends("G5", time(11, 40)),
        through("K1", 10),
        through("K2", 11),
    )
    policies = replace(station.policies, turn_rounds=(TurnRound(timedelta(minutes=10)),))
    return replace(station, timetable=Timetable(build.day, rows), policies=policies)


@pytest.fixture
def hub(database_url, sharing, build):
    operations = Operations(database_url, sharing)
    operations.open(build.at("08:00"))
    settle(operations)
    yield operations
    operations.close()


@pytest.fixture
def row(build):
    """A row about G3."""

    def made(**changes):
        number = changes.pop("number", "G3")
        fields = {
            "arrival_number": number,
            "departure_number": None,
            "role": Role.TERMINUS,
            "planned_arrival": build.at("12:00"),
            "planned_departure": None,
            "arrival_track": "t3",
            "departure_track": None,
        }
        return build.upsert(build.plan(number.lower(), **(fields | changes)))

    return made


@pytest.fixture
def command(build, hub):
    numbers = iter(range(1000))

    def said(word, run_id=LEAVES, now="09:00", **changes):
        fields = {"command_id": str(next(numbers)), "run_id": run_id, "word": word}
        return hub.command(build.at(now), SetOverride(**(WHO | fields | changes)))

    return said


def settle(operations):
    operations.acknowledge([each.number for each in operations.pending(1000)])


def said(operations):
    return {p.entity: p.cause for p in operations.pending(1000)}


def told(operations, run_id=LEAVES):
    """The run as subsystems hold it."""
    bodies = {p.entity: p.body for p in operations.live()}
    own = bodies.get(f"run/{run_id}")
    if own is not None:
        return msgspec.json.decode(own, type=Run)
    plan = msgspec.json.decode(bodies[f"plan/{run_id[:10]}"], type=Plan)
    return next(run for run in plan.runs if run.run_id == run_id)


def test_the_days_plan_says_whose_stock_leaves(hub):
    assert told(hub).feeder == COMES
    assert told(hub, MORNING).feeder == NIGHT
    assert said(hub) == {}


def test_a_late_feeder_makes_the_run_late_in_the_same_step(hub, build, row):
    hub.step(build.at("09:00"), [row(estimated_arrival=build.at("12:45"))])
    assert told(hub).departure.estimated == build.at("12:55")
    assert said(hub) == {f"run/{COMES}": "plan/g3", f"run/{LEAVES}": f"feeder/{COMES}"}
    settle(hub)
    hub.step(build.at("09:10"), [row(estimated_arrival=build.at("12:00"))])
    assert told(hub).departure.estimated is None
    assert said(hub).keys() == {f"run/{COMES}", f"run/{LEAVES}"}


def test_a_feeder_on_time_is_no_publication_of_the_run(hub, build, row):
    result = hub.step(build.at("09:00"), [row()])
    assert result.runs == (COMES,)
    assert hub.facts_of(LEAVES).feeders[0].expected == build.at("12:00")


def test_the_actual_arrival_counts(hub, build, row):
    hub.step(build.at("09:00"), [row(estimated_arrival=build.at("12:45"))])
    came = build.log("g3", step=build.Step.ARRIVED, actual_arrival=build.at("12:50"), track="t3")
    hub.step(build.at("12:51"), [build.upsert(came)])
    assert told(hub).departure.estimated == build.at("13:00")


def test_an_unknown_delay_holds_the_run_until_it_is_known(hub, build, row):
    hub.step(build.at("09:00"), [row(delay_known=False)])
    assert told(hub).held
    hub.step(build.at("09:10"), [row(estimated_arrival=build.at("12:45"))])
    assert (told(hub).held, told(hub).departure.estimated) == (False, build.at("12:55"))


def test_rows_about_both_in_one_step(hub, build, row):
    own = row(
        number="G4",
        role=Role.ORIGIN,
        arrival_number=None,
        departure_number="G4",
        planned_arrival=None,
        planned_departure=build.at("12:30"),
        departure_track="t3",
        estimated_departure=build.at("12:40"),
    )
    for late in (row(estimated_arrival=build.at("12:45")), row(estimated_arrival=None)):
        hub.step(build.at("09:00"), [own, late])
    assert told(hub).departure.estimated == build.at("12:40")
    hub.step(build.at("09:05"), [row(estimated_arrival=build.at("12:45"))])
    assert told(hub).departure.estimated == build.at("12:55")


def test_a_cancelled_feeder_is_a_conflict_and_changes_nothing(hub, build, row):
    hub.step(build.at("09:00"), [row(cancelled=True)])
    assert (told(hub).cancelled, told(hub).departure.estimated) == (False, None)
    assert f"run/{LEAVES}" not in said(hub)
    listed = hub.in_force(build.at("09:01")).conflicts
    codes = {run_id: [each.code for each in found] for run_id, found in listed.items()}
    assert codes == {LEAVES: [Code.STOCK_LOST]}
    hub.step(build.at("09:02"), [row()])
    assert hub.in_force(build.at("09:03")).conflicts == {}


def test_stock_that_comes_late_at_night_leaves_late_in_the_morning(hub, build, row):
    late = row(
        number="G7",
        planned_arrival=build.at("23:00"),
        estimated_arrival=build.at("23:00") + timedelta(hours=8),
    )
    hub.step(build.at("22:00"), [late])
    assert told(hub, MORNING).departure.estimated == build.at("06:30") + timedelta(
        days=1, minutes=40
    )


def test_what_was_said_before_the_run_was_built_is_known_to_it(database_url, sharing, build, row):
    operations = Operations(database_url, sharing)
    operations.open(build.at("08:00"))
    tomorrow = timedelta(days=1)
    night = build.at("23:00") + tomorrow
    late = row(number="G7", planned_arrival=night, estimated_arrival=night + timedelta(hours=8))
    operations.step(build.at("22:00"), [late])
    assert operations.facts_of("2021-01-22.g8") is None
    now = build.at("00:00") + tomorrow
    operations.step(now, (), minute_number(now))
    found = told(operations, "2021-01-22.g8")
    assert found.departure.estimated == build.at("06:30") + 2 * tomorrow + timedelta(minutes=40)
    operations.close()


def test_another_timetable_links_others(hub, build, sharing, row):
    hub.step(build.at("09:00"), [row(estimated_arrival=build.at("12:45"))])
    rows = [replace(each, stock=None) for each in sharing.timetable.rows]
    hub.replan(build.at("09:10"), replace(sharing, timetable=Timetable(build.day, tuple(rows))))
    assert (told(hub).feeder, told(hub).departure.estimated) == (None, None)
    hub.replan(build.at("09:20"), sharing)
    assert told(hub).departure.estimated == build.at("12:55")


# --- persons


def test_other_stock_by_hand(hub, build, row, command):
    other = row(number="G5", planned_arrival=build.at("11:40"), estimated_arrival=build.at("12:50"))
    hub.step(build.at("08:30"), [other, row(estimated_arrival=build.at("13:30"))])
    answer = command(StockOf("2021-01-20.g5"))
    assert answer.accepted
    assert (answer.run.feeder, answer.run.departure.estimated) == (
        "2021-01-20.g5",
        build.at("13:00"),
    )
    assert answer.run.auto.departure == build.at("13:40")
    later = row(number="G5", planned_arrival=build.at("11:40"), estimated_arrival=build.at("12:58"))
    hub.step(build.at("09:05"), [later])
    assert told(hub).departure.estimated == build.at("13:08")
    back = ClearOverride(command_id="b", run_id=LEAVES, field=Field.STOCK, **WHO)
    hub.command(build.at("09:10"), back)
    assert (told(hub).feeder, told(hub).departure.estimated) == (COMES, build.at("13:40"))


def test_a_persons_word_about_the_feeder_reaches_the_run_and_so_does_its_end(hub, build, command):
    command(Delayed(40), run_id=COMES, until=build.at("10:00"))
    assert told(hub).departure.estimated == build.at("12:50")
    hub.step(build.at("10:00"), (), minute_number(build.at("10:00")))
    assert told(hub).departure.estimated is None


def test_turned_back_here(hub, build, command):
    """K1 ends here, K2 starts here with its stock."""
    first, second = "2021-01-20.k1", "2021-01-20.k2"
    assert command(EndsHere(), run_id=first).accepted
    assert command(StartsHere(), run_id=second).accepted
    assert command(StockOf(first), run_id=second).accepted
    k1 = build.plan(estimated_arrival=build.at("11:30"), departure_track="t1")
    hub.step(build.at("09:30"), [build.upsert(k1)])
    found = told(hub, second)
    assert (found.role, found.arrival.cancelled) == (Role.ORIGIN, True)
    assert found.departure.estimated == build.at("11:40")


def test_while_the_station_is_manual_the_feed_moves_neither(hub, build, row):
    mode = SetStationMode(command_id="m", manual=True, **WHO)
    hub.command(build.at("09:00"), mode)
    hub.step(build.at("09:10"), [row(estimated_arrival=build.at("12:45"))])
    assert told(hub).departure.estimated is None
    hub.command(build.at("09:20"), SetStationMode(command_id="n", manual=False, **WHO))
    assert told(hub).departure.estimated == build.at("12:55")


def test_the_day_is_lived_again_octet_for_octet(hub, database_url, build, row, command):
    hub.step(build.at("08:10"), [row(estimated_arrival=build.at("12:45"))])
    command(EndsHere(), run_id="2021-01-20.k1", now="08:20")
    command(ReplacedBy(texts={"en": "square"}), run_id="2021-01-20.k1", now="08:21")
    command(StockOf(), until=build.at("08:40"), now="08:30")
    command(Cancelled(), run_id=COMES, now="08:31", until=build.at("08:50"))
    for minute in range(35, 60, 5):
        now = build.at(f"08:{minute}")
        hub.step(now, (), minute_number(now))
    assert told(hub).departure.estimated == build.at("12:55")
    hub.close()
    with reading(database_url) as reader:
        found = replay(reader.records(), reader.tables())
    assert found.differences == []
    assert found.outcomes > 0


# --- whole histories


class SharedStock(Histories):
    """Any words about both ends of shared stock, with persons, restarts and pauses between."""

    @rule(
        feeder=st.sampled_from(["G3", "G5"]),
        late=st.sampled_from([None, 0, 1, 9, 45, 300]),
        delay_known=usually,
        cancelled=usually.map(lambda often: not often),
        role=st.sampled_from([Role.TERMINUS, Role.TERMINUS, Role.INTERMEDIATE]),
    )
    def a_feeder_is_told_of(self, feeder, late, delay_known, cancelled, role):
        planned = self.build.at("12:00" if feeder == "G3" else "11:40")
        row = self.build.plan(
            feeder.lower(),
            arrival_number=feeder,
            departure_number=None if role is Role.TERMINUS else feeder,
            role=role,
            planned_arrival=planned,
            planned_departure=None if role is Role.TERMINUS else planned + MINUTE,
            estimated_arrival=None if late is None else planned + late * MINUTE,
            delay_known=delay_known,
            cancelled=cancelled,
        )
        self.operations.step(self.now, [self.build.upsert(row)])

    @rule(late=st.sampled_from([None, 0, 20, 90]), cancelled=usually.map(lambda often: not often))
    def the_run_that_leaves_is_told_of(self, late, cancelled):
        planned = self.build.at("12:30")
        row = self.build.plan(
            "g4",
            arrival_number=None,
            departure_number="G4",
            role=Role.ORIGIN,
            planned_arrival=None,
            planned_departure=planned,
            estimated_departure=None if late is None else planned + late * MINUTE,
            cancelled=cancelled,
        )
        self.operations.step(self.now, [self.build.upsert(row)])

    @rule(feeder=st.sampled_from(["g3", "g5"]))
    def a_feeder_comes(self, feeder):
        row = self.build.log(feeder, actual_arrival=self.now)
        self.operations.step(self.now, [self.build.upsert(row)])

    @rule(
        run_id=st.sampled_from([LEAVES, COMES, "2021-01-20.k1", "2021-01-20.k2"]),
        word=st.sampled_from(
            [
                StockOf(),
                StockOf("2021-01-20.g5"),
                StockOf("2021-01-20.k1"),
                Delayed(25),
                Cancelled(),
                EndsHere(),
                StartsHere(),
                ReplacedBy(number="Z9"),
            ]
        ),
        until=st.sampled_from([None, 3, 45]),
    )
    def a_person_says(self, run_id, word, until):
        until = None if until is None else self.now + until * MINUTE
        self.said(SetOverride, run_id=run_id, word=word, until=until)

    @rule(run_id=st.sampled_from([LEAVES, COMES, "2021-01-20.k1"]))
    def a_person_takes_back(self, run_id):
        self.said(ClearOverride, run_id=run_id)

    @rule(manual=st.booleans())
    def a_person_takes_the_station(self, manual):
        self.said(SetStationMode, manual=manual)

    def said(self, kind, **what):
        self.commands = getattr(self, "commands", 0) + 1
        self.operations.command(self.now, kind(command_id=str(self.commands), **WHO, **what))

    def true_to_passengers(self, facts, run):
        if facts.base.held_since is not None or not run.held:
            super().true_to_passengers(facts, run)

    @invariant()
    def what_a_feeder_says_has_reached_the_run(self):
        with self.engine.connect() as connection:
            records = connection.execute(select(*RUN_COLUMNS)).all()
        stored = dict(to_stored(tuple(record)) for record in records)
        for each in stored.values():
            for run_id in wanted(each.facts):
                feeder = stored.get(run_id)
                if feeder is not None and feeder.facts.base.heard:
                    assert with_feeder(each.facts, feeder, "", self.now) is each.facts

    def teardown(self):
        try:
            with reading(self.url) as reader:
                assert replay(reader.records(), reader.tables()).differences == []
        finally:
            super().teardown()


RUN_COLUMNS = [
    getattr(tables.run.c, name)
    for name in ("run_id", "facts", "state", "agenda", "rev", "passengers", "train")
]


def test_whatever_is_said_of_shared_stock(quick_database, build, sharing):
    SharedStock.build, SharedStock.station = build, sharing
    live(SharedStock, quick_database, examples=8, steps=25)
