"""Whatever a person sets can be taken back alone, and then all is as if it had never been said."""

import msgspec
import pytest

from hub.kernel.objections import Code
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
    StartsHere,
    StockOf,
    Word,
)
from hub.operations import Operations
from protocol.runs import Role, Run

WHO = {"who": "Li", "why": "电话通知"}
THROUGH = "2021-01-20.k1"
ADDED = "2021-01-20.l8"
NOW = "08:01"


def words(build):
    """One word of every kind, with what must be said before it, about which run."""
    return {
        Field.ARRIVAL: (THROUGH, (), ArrivalAt(build.at("10:07"))),
        Field.DEPARTURE: (THROUGH, (), DepartureAt(build.at("10:40"))),
        Field.DELAY: (THROUGH, (), Delayed(12)),
        Field.UNKNOWN: (THROUGH, (), DelayUnknown({"zh": "等候通知"})),
        Field.TRACK: (THROUGH, (), OnTrack("t3")),
        Field.PLATFORM: (THROUGH, (), AtPlatform("p2")),
        Field.WAITING_ROOM: (THROUGH, (), InWaitingRoom("w2")),
        Field.GATES: (THROUGH, (), ByGates(("g2",))),
        Field.CHECK_IN: (THROUGH, (), CheckIn(is_open=True)),
        Field.CANCELLED: (THROUGH, (), Cancelled()),
        Field.ENDS_HERE: (THROUGH, (), EndsHere()),
        Field.STARTS_HERE: (THROUGH, (), StartsHere()),
        Field.REPLACED: (THROUGH, (Cancelled(),), ReplacedBy(number="Z9")),
        Field.STOCK: (ADDED, (), StockOf(THROUGH)),
        Field.ACTUAL_ARRIVAL: (THROUGH, (), ArrivedAt(build.at("08:00"))),
        Field.ACTUAL_DEPARTURE: (
            THROUGH,
            (ArrivedAt(build.at("07:59")),),
            DepartedAt(build.at("08:00")),
        ),
        Field.ADDED: (None, (), None),
    }


class Day:
    """A hub to which a person speaks at `NOW`."""

    def __init__(self, url, station, build):
        self.build = build
        self.hub = Operations(url, station)
        self.hub.open(build.at("08:00"))
        self.commands = 0

    def command(self, kind, **fields):
        self.commands += 1
        said = kind(command_id=str(self.commands), **WHO, **fields)
        return self.hub.command(self.build.at(NOW), said)

    def say(self, run_id, word):
        answer = self.command(SetOverride, run_id=run_id, word=word)
        assert answer.accepted, answer.refused
        return answer

    def clear(self, run_id, field):
        return self.command(ClearOverride, run_id=run_id, field=field)

    def add(self, **changes):
        train = {
            "departure_number": "L8",
            "role": Role.ORIGIN,
            "origin": "East",
            "destination": "West",
            "departure": self.build.at("10:30"),
            "track": "t3",
        }
        return self.command(AddRun, **(train | changes))

    def told(self, run_id):
        bodies = {p.entity: p.body for p in self.hub.live()}
        body = bodies.get(f"run/{run_id}")
        return msgspec.json.decode(body, type=Run) if body is not None else None


@pytest.fixture
def day(database_url, station, build):
    made = Day(database_url, station, build)
    yield made
    made.hub.close()


def test_every_word_is_tried(build):
    assert set(words(build)) == set(Field)
    tried = {type(word) for _, _, word in words(build).values()}
    assert tried - {type(None)} == set(Word.__args__)


@pytest.mark.parametrize("field", [each for each in Field if each is not Field.ADDED])
def test_a_word_is_taken_back_alone(day, build, field):
    run_id, before, word = words(build)[field]
    if run_id == ADDED:
        day.add()
        day.say(THROUGH, EndsHere())
    else:
        day.say(THROUGH, Delayed(0))  # so that it has a publication
        day.clear(THROUGH, Field.DELAY)
    for said in before:
        day.say(run_id, said)
    was = day.told(run_id)
    told = day.say(run_id, word)
    assert field.value in told.run.manual
    if field is Field.STOCK:
        assert told.run.feeder == THROUGH
    assert day.told(run_id) != was
    back = day.clear(run_id, field)
    assert back.accepted
    assert same(day.told(run_id), was)
    assert [each.code for each in day.clear(run_id, field).refused] == [Code.NOTHING]


def same(after, before):
    """Equal but for what was told between, which passengers must be told has changed again."""
    now = msgspec.structs.replace(after, platform_changed_from=None, gates_changed_from=())
    return now == before


def test_an_added_train_goes_with_its_stock_and_gives_it_back(day):
    day.say(THROUGH, EndsHere())
    day.say(THROUGH, Delayed(40))
    answer = day.add(stock_of=THROUGH)
    assert answer.accepted
    assert answer.run.feeder == THROUGH
    assert answer.run.departure.expected >= day.build.at("10:40")
    day.say(THROUGH, Delayed(60))
    assert day.told(ADDED).departure.expected >= day.build.at("11:00"), "in the same step"
    assert day.clear(ADDED, Field.STOCK).accepted
    told = day.told(ADDED)
    assert (told.feeder, told.departure.expected) == (None, day.build.at("10:30"))
    assert day.clear(ADDED, Field.ADDED).accepted
    assert day.told(ADDED) is None


def test_an_added_train_that_cannot_have_that_stock_is_not_added(day):
    answer = day.add(stock_of=THROUGH)
    assert [each.code for each in answer.refused] == [Code.ENDS_ELSEWHERE]
    assert day.told(ADDED) is None
    missing = day.add(stock_of="2021-01-20.x9")
    assert [each.code for each in missing.refused] == [Code.NO_OTHER]
