"""Killed with SIGKILL at random points, again and again, on one database.

A child takes steps and persons' commands, hears what the outbox says and writes it all into a pipe:
a step and an answer when they have returned, a publication before it is acknowledged. The parent
kills it, reads what it wrote, looks into the database, and lets the next child go on after the last
step that was told; commands whose answer was lost are given again.
"""

from __future__ import annotations

import os
import select
import signal
import time
from hashlib import sha256
from random import Random

import msgspec
import pytest
from hypothesis import settings
from sqlalchemy import create_engine
from sqlalchemy import select as sql

from hub.kernel.objections import encode_answer
from hub.kernel.override import encode_command
from hub.operations import Operations
from hub.store import tables
from hub.store.journal import decode_output
from one_way_feed.rows import RowDeleted, Step, row_key
from protocol.codec import encode_body
from protocol.times import minute_number
from tests.hub.reference.days import (
    OFFSETS,
    SCENES,
    DeleteRecipe,
    Dispatching,
    LogRecipe,
    PlanRecipe,
    minutes,
)
from tests.hub.reference.model import Reference
from tests.hub.reference.officer import Officer, by_chance

KILLS, NIGHTLY_KILLS = 12, 500
AHEAD = 1500
"""Steps that are made before a child begins: more than it lives to take."""
LONGEST_LIFE_S = {"sqlite": 0.3, "postgresql": 1.5}
"""A hub opens PostgreSQL five times as slowly."""
KEPT = 24 * 60
"""Steps whose answers must be kept; after two days they are forgotten."""
PATIENCE_S = 20.0


class Told(msgspec.Struct, tag=True):
    """A publication that the child heard; the body as its digest."""

    epoch: int
    entity: str
    rev: int
    digest: str | None
    event_id: str = ""


class Opened(msgspec.Struct, tag=True):
    last_minute: int


class Answered(msgspec.Struct, tag=True):
    """A person got the answer, as its digest."""

    command_id: str
    digest: str


class Done(msgspec.Struct, tag=True):
    number: int


class Life:
    """The steps, one a minute, made by chance of a seed, and the same for every child."""

    def __init__(self, seed):
        self.scene = SCENES["hohhot-east"]()
        self._dispatching = Dispatching(self.scene)
        self._officer = Officer(self.scene)
        self._random = Random(seed)
        self.steps = []

    def grow(self, size):
        while len(self.steps) < size:
            now = self.scene.begin + minutes(len(self.steps))
            made_of = [self._recipe(now) for _ in range(self._random.randrange(4))]
            changes = self._dispatching.changes(made_of, now)
            said = [by_chance(self._random) for _ in range(self._random.choice((0, 0, 1, 2)))]
            commands = [self._officer.command(recipe, now) for recipe in said]
            self.steps.append((now, changes, commands))

    def _recipe(self, now):
        choice = self._random.choice
        since = now - self.scene.begin
        which = {"train": choice(range(7)), "day": since.days + choice((0, 0, 0, 1))}
        which["spare"] = choice((False, False, True))
        kind = choice(("plan", "plan", "plan", "log", "log", "delete"))
        if kind == "plan":
            late = (choice(OFFSETS), choice(OFFSETS))
            told = {"cancelled": choice((False, False, True)), "delay_known": choice((True, False))}
            return PlanRecipe(**which, late=late, tracks=(choice(range(6)), 0), **told)
        if kind == "log":
            came = choice((None, 0, -1))
            return LogRecipe(**which, step=choice((None, *Step)), came=came, left=choice((None, 0)))
        return DeleteRecipe(choice(("plan", "log")), **which)


def live_and_be_killed(url, life, first, pipe):
    """Take steps for ever, from the one numbered `first` on."""
    encoder = msgspec.json.Encoder()

    def write(message):
        os.write(pipe, encoder.encode(message) + b"\n")

    hub = Operations(url, life.scene.station)
    hub.open(life.steps[max(first - 1, 0)][0])
    write(Opened(hub.last_minute))
    for number in range(first, len(life.steps)):
        now, changes, commands = life.steps[number]
        hub.step(now, changes, minute_number(now))
        for command in commands:
            answer = hub.command(now, command)
            write(Answered(command.command_id, sha256(encode_answer(answer)).hexdigest()))
        write(Done(number))
        hear(hub, write, 3 + number % 7)
        if number % 5 == 0:
            hub.tidy(now)


def hear(hub, write, limit):
    waiting = hub.pending(limit)
    for each in waiting:
        digest = each.body and sha256(each.body).hexdigest()
        event_id = "" if each.retained else msgspec.json.decode(each.body)["event_id"]
        write(Told(hub.epoch, each.entity, each.rev, digest, event_id))
    hub.acknowledge([each.number for each in waiting])
    return bool(waiting)


def lived(url, life, first, seconds):
    """Return what a child wrote until it was killed, `seconds` after it began."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            live_and_be_killed(url, life, first, writer)
        finally:
            os._exit(1)
    os.close(writer)
    written, kill_at = bytearray(), time.monotonic() + seconds
    while (left := kill_at - time.monotonic()) > 0:
        if select.select([reader], [], [], left)[0]:
            part = os.read(reader, 1 << 16)
            assert part, "the child ended by itself"
            written += part
    os.kill(child, signal.SIGKILL)
    while part := os.read(reader, 1 << 16):
        written += part
    os.close(reader)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, "the child ended by itself"
    whole = bytes(written).rpartition(b"\n")[0].split(b"\n")
    decoder = msgspec.json.Decoder(Told | Opened | Answered | Done)
    return [decoder.decode(line) for line in whole if line]


class Witness:
    """What all children together have told, and what follows from it."""

    def __init__(self, life):
        self.life = life
        self.done = -1
        self.held = {}  # entity -> (epoch, rev, digest)
        self.events = set()
        self.bodies = {}  # (entity, rev) -> digest
        self.answers = {}  # command id -> digest
        self._inputs, self._read_to = set(), 0

    def hear(self, message):
        if isinstance(message, Opened):
            begin = minute_number(self.life.scene.begin)
            reached = message.last_minute - begin
            assert reached in {max(self.done, 0), self.done + 1}, "a minute is missing"
        elif isinstance(message, Answered):
            known = self.answers.setdefault(message.command_id, message.digest)
            assert known == message.digest, "one command was answered in two ways"
        elif isinstance(message, Done):
            assert message.number == self.done + 1
            self.done = message.number
        elif message.event_id:
            self.events.add(message.event_id)
        else:
            mark = (message.entity, message.rev)
            assert self.bodies.setdefault(mark, message.digest) == message.digest, mark
            held = self.held.get(message.entity)
            fence = (message.epoch, message.rev)
            assert held is None or fence >= held[:2]
            self.held[message.entity] = (*fence, message.digest)

    def check_database(self, engine, checked):
        """Every acknowledged step from `checked` on is in the journal with its inputs."""
        with engine.connect() as connection:
            kernel = connection.execute(sql(tables.kernel)).one_or_none()
            statement = sql(
                tables.feed_row.c.kind, tables.feed_row.c.key, tables.feed_row.c.revision
            )
            held = {(kind, key): number for kind, key, number in connection.execute(statement)}
            inputs = tables.journal.select().where(
                tables.journal.c.kind == "input", tables.journal.c.number > self._read_to
            )
            for row in connection.execute(inputs):
                self._inputs.add(row.subject)
                self._read_to = row.number
            answers = connection.execute(sql(tables.command.c.command_id, tables.command.c.answer))
            kept = {row[0]: sha256(bytes(row[1])).hexdigest() for row in answers}
        lately = self.life.steps[max(self.done - KEPT, 0) : self.done + 1]
        for command in (each for _, _, said in lately for each in said):
            told = self.answers[command.command_id]
            assert kept[command.command_id] == told, "an answered command is lost"
        for _, changes, _ in self.life.steps[checked : self.done + 1]:
            for change in changes:
                key = change.key if isinstance(change, RowDeleted) else row_key(change.row)
                assert held[key] >= change.revision[1], "an acknowledged row is lost"
                assert "/".join(key) in self._inputs
        if kernel is not None and kernel.last_minute >= 0:
            reached = kernel.last_minute - minute_number(self.life.scene.begin)
            assert reached in {max(self.done, 0), self.done + 1}


def kills():
    nightly = settings.get_profile("nightly").max_examples
    return NIGHTLY_KILLS if settings.default.max_examples == nightly else KILLS


@pytest.mark.parametrize("seed", [1])
def test_nothing_is_lost_and_nothing_told_twice_in_two_ways(seed, database_url):
    url = database_url
    longest = LONGEST_LIFE_S[url.partition("+")[0].partition(":")[0]]
    life, delays = Life(seed), Random(seed)
    witness = Witness(life)
    engine = create_engine(url)
    prepare(url, life)
    for _ in range(kills()):
        before = witness.done + 1
        life.grow(before + AHEAD)
        for message in lived(url, life, before, delays.uniform(0, longest)):
            witness.hear(message)
        witness.check_database(engine, before)
    assert witness.done > kills(), "killed too early to have done anything"
    the_last_hub_tells_everything(url, life, witness)
    nothing_that_the_journal_says_was_told_is_missing(engine, witness)
    every_command_was_done_once(engine, life, witness)
    engine.dispose()


def prepare(url, life):
    """Make the tables, so that no child dies while it does so."""
    life.grow(1)
    hub = Operations(url, life.scene.station)
    hub.open(life.scene.begin)
    hub.close()


def the_last_hub_tells_everything(url, life, witness):
    """Live on without being killed: what was heard is what is so, and what the reference says."""
    hub = Operations(url, life.scene.station)
    hub.open(life.steps[witness.done][0])
    now, changes, commands = life.steps[witness.done + 1]
    hub.step(now, changes, minute_number(now))
    for command in commands:
        hub.command(now, command)
    while hear(hub, witness.hear, 100):
        pass
    live = {each.entity: each.body for each in hub.live()}
    hub.close()
    held = {e: digest for e, (_, _, digest) in witness.held.items() if digest is not None}
    assert held == {entity: sha256(body).hexdigest() for entity, body in live.items()}
    reference = Reference(life.scene.station)
    reference.open(life.scene.begin)
    for now, changes, commands in life.steps[: witness.done + 2]:
        reference.step(now, changes, minute=True)
        for command in commands:
            reference.command(now, command)
    told = {f"run/{run_id}": encode_body(run) for run_id, run in reference.published().items()}
    assert {e: body for e, body in live.items() if e.startswith("run/")} == told


def nothing_that_the_journal_says_was_told_is_missing(engine, witness):
    """Every event was heard; every revision that was heard is as the journal has it."""
    outputs = tables.journal.select().where(tables.journal.c.kind == "output")
    with engine.connect() as connection:
        said = [(row.subject, decode_output(row.detail)) for row in connection.execute(outputs)]
    events = [output.body for subject, output in said if subject.startswith("event/")]
    assert {msgspec.json.decode(body)["event_id"] for body in events} == witness.events
    bodies = {}
    for entity, output in said:
        if not entity.startswith("event/"):
            mark = (entity, output.rev)
            assert mark not in bodies
            bodies[mark] = output.body and sha256(output.body).hexdigest()
    assert witness.bodies.items() <= bodies.items()
    newest = dict(sorted(bodies))
    assert newest == {entity: rev for entity, (_, rev, _) in witness.held.items()}


def every_command_was_done_once(engine, life, witness):
    """However often it was given: one line of the journal, with who said it."""
    lines = tables.journal.select().where(tables.journal.c.kind == "command")
    with engine.connect() as connection:
        written = [bytes(row.detail) for row in connection.execute(lines)]
    given = [each for _, _, said in life.steps[: witness.done + 2] for each in said]
    assert len(given) > witness.done // 4
    assert sorted(written) == sorted(encode_command(each) for each in given)
