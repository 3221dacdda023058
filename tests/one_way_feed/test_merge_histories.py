"""Two lines over any history: delays, losses, restarts, one dying and coming back.

A small world by the step of half a second: a database whose rows carry their version, a sender (or
two) that polls it, cables that lose and delay, and the hub. The receiver's judgement of a line is
the real one, and so are both tables and the merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from one_way_feed.bodies import SourceState
from one_way_feed.known import KnownTable
from one_way_feed.merge import Merge, MergedLine, Takeover
from one_way_feed.rows import RowUpserted, TrafficLogRow, row_key
from one_way_feed.status import Observed, judge
from one_way_feed.table import Table
from one_way_feed.timing import timing_of
from protocol.messages import SourceMode

STEP_S = 0.5
POLL_S = 1.0
TIMING = timing_of(115_200)
KEYS = [f"K{number}" for number in range(6)]


@dataclass
class Database:
    """Rows by key; every version ever, with the moments at which each began and ended."""

    rows: dict = field(default_factory=dict)
    versions: int = 0
    ended: dict = field(default_factory=dict)

    def write(self, key, now):
        self.end(key, now)
        self.versions += 1
        row = TrafficLogRow(key=key, track=str(self.versions))
        self.rows[row_key(row)] = row

    def end(self, key, now):
        old = self.rows.pop(("log", key), None)
        if old is not None:
            self.ended[old.track] = now


class Sender:
    def __init__(self, database):
        self.database = database
        self.epoch = 1_000
        self.running = True
        self.restart()

    def restart(self):
        self.epoch += 10
        self.table = Table(self.epoch)
        self.polled_at = -1e9

    def poll(self, now):
        """Return what goes out: changed rows, twice more later, and the heartbeat."""
        changes = self.table.update(self.database.rows)
        self.polled_at = now
        return changes


@dataclass
class Cable:
    """What is on its way; each message is delivered after its delay, or never."""

    loss: float = 0.0
    delay_s: float = 0.0
    cut: bool = False
    flying: list = field(default_factory=list)

    def send(self, message, now, random):
        if not self.cut and random.random() >= self.loss:
            self.flying.append((now + self.delay_s * random.random(), message))

    def arrived(self, now):
        due = sorted((each for each in self.flying if each[0] <= now), key=lambda each: each[0])
        self.flying = [each for each in self.flying if each[0] > now]
        return [message for _, message in due]


class World:
    def __init__(self, links, seed):
        self.random = Random(seed)
        self.now = 1_000.0
        self.database = Database()
        self.senders = {link: Sender(self.database) for link in dict.fromkeys(links)}
        self.cables = [Cable() for _ in links]
        self.links = links
        self.repeats = []
        self.epoch = 100
        self.table = {}
        self.told_by_sender = {}
        self.in_part_ever = False
        self.last_revision = (0, 0)
        self.start_hub()

    def start_hub(self):
        self.epoch += 1
        seed = {key: (row, (0, 0)) for key, row in self.table.items()}
        self.lines = [
            MergedLine(f"line-{number}", link, KnownTable(seed))
            for number, link in enumerate(self.links)
        ]
        self.observed = [Observed() for _ in self.links]
        self.merge = Merge(self.lines, self.table, self.epoch)

    def run(self, seconds):
        for _ in range(int(seconds / STEP_S)):
            self.now += STEP_S
            for link, sender in self.senders.items():
                if sender.running:
                    self.let_send(link, sender)
            for number in range(len(self.lines)):
                self.receive(number)

    def let_send(self, link, sender):
        if self.now - sender.polled_at >= POLL_S:
            changes = sender.poll(self.now)
            self.repeats += [(self.now + s, link, sender.epoch, changes) for s in (0, 0.5, 2)]
        due = [each for each in self.repeats if each[0] <= self.now and each[1] == link]
        self.repeats = [each for each in self.repeats if each not in due]
        records = sender.table.records()
        messages = [
            ("rows", sender.epoch, each[3], None) for each in due if each[2] == sender.epoch
        ]
        if records:
            messages.append(("rows", sender.epoch, [self.random.choice(records)], None))
        if self.random.random() < 0.2:
            messages.append(("snapshot", sender.epoch, records, sender.table.state))
        messages.append(("beat", sender.epoch, self.now - sender.polled_at, sender.table.state))
        for number, cable in enumerate(self.cables):
            if self.links[number] == link:
                for message in messages:
                    cable.send(message, self.now, self.random)

    def receive(self, number):
        line = self.lines[number]
        for message in self.cables[number].arrived(self.now):
            if message[1] >= line.epoch:  # Anti-replay.
                line.epoch = message[1]
                self.take(number, line, *message)
        line.mode = judge(self.observed[number], TIMING, self.now)
        line.whole_at = self.observed[number].whole_at
        self.hear(line)

    def take(self, number, line, kind, epoch, content, state):
        observed = replace(self.observed[number], frame_at=self.now)
        confirmed = line.known.confirmed
        if kind == "rows":
            line.known.merge(content)
        elif kind == "snapshot":
            revision = (epoch, state.revision)
            line.known.merge(content)
            if revision > line.known.verified:
                line.known.drop_all_but({row_key(each.row) for each in content}, revision)
                line.known.confirm(revision)
        else:
            if line.known.matches(state.rows, state.digest):
                line.known.confirm((epoch, state.revision))
            observed = replace(observed, poll_ok_at=self.now - content, source=SourceState.OK)
            if line.known.confirmed > confirmed:
                observed = replace(observed, whole_at=observed.poll_ok_at)
        if line.known.confirmed > confirmed:
            observed = replace(observed, confirmed_at=self.now)
        self.observed[number] = observed
        self.hear(line)

    def hear(self, line):
        told = self.merge.hear(line, line.known.drain(), self.now)
        self.in_part_ever = self.in_part_ever or self.merge.in_part
        for change in told:
            self.check(change)
        assert self.table == self.merge.rows
        for news in self.merge.news():
            assert isinstance(news, Takeover), news

    def check(self, change):
        assert change.revision > self.last_revision
        self.last_revision = change.revision
        sender = self.merge.lines[self.merge.lead].link
        if isinstance(change, RowUpserted):
            key, version = row_key(change.row), int(change.row.track)
            newest = self.told_by_sender.get((sender, key), 0)
            assert version > newest, "a row went back to an older state of the same sender"
            held = self.table.get(key)
            if held is not None and not self.in_part_ever:
                assert version > int(held.track), "a row went back"
            self.told_by_sender[sender, key] = version
            self.table[key] = change.row
        else:
            held = self.table.pop(change.key)
            assert held.track in self.database.ended, "a deletion was invented"


EVENTS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(KEYS)),
    st.tuples(st.just("write"), st.sampled_from(KEYS)),
    st.tuples(st.just("end"), st.sampled_from(KEYS)),
    st.tuples(st.just("cut"), st.integers(0, 1)),
    st.tuples(st.just("mend"), st.integers(0, 1)),
    st.tuples(st.just("kill"), st.integers(0, 1)),
    st.tuples(st.just("restart"), st.integers(0, 1)),
    st.tuples(st.just("lossy"), st.integers(0, 1)),
    st.tuples(st.just("slow"), st.integers(0, 1)),
    st.tuples(st.just("hub"), st.just(0)),
)


def happen(world, what, which):
    if what == "write":
        world.database.write(which, world.now)
    elif what == "end":
        world.database.end(which, world.now)
    elif what == "hub":
        world.start_hub()
    elif what in {"kill", "restart"}:
        sender = world.senders[world.links[which]]
        sender.running = what == "restart"
        if sender.running:
            sender.restart()
    else:
        cable = world.cables[which]
        cable.cut = what == "cut"
        cable.loss = 0.6 if what == "lossy" else 0.0
        cable.delay_s = 1.5 if what == "slow" else 0.0


@settings(max_examples=150, deadline=None)
@given(
    links=st.sampled_from([(1, 2), (1, 1)]),
    seed=st.integers(0, 2**32),
    events=st.lists(st.tuples(st.floats(0, 15), EVENTS), max_size=25),
    survivor=st.integers(0, 1),
)
def test_whatever_happens_the_table_becomes_the_living_lines(links, seed, events, survivor):
    world = World(links, seed)
    world.database.write("K0", world.now)
    for wait, (what, which) in events:
        world.run(wait)
        happen(world, what, which)
    happen(world, "cut", 1 - survivor)
    happen(world, "mend", survivor)
    happen(world, "restart", survivor)
    world.database.write("K5", world.now)
    world.run(60)
    assert world.lines[survivor].mode is SourceMode.LIVE
    assert world.merge.lead == f"line-{survivor}"
    assert world.table == world.database.rows
    assert world.lines[survivor].known.rows == world.database.rows
    assert not world.merge.in_part
