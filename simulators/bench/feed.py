"""`station bench feed`: what the one-way link withstands, and what it costs.

Law: every figure is measured in this run; peers do the same work on the same line. ``small`` and
``default`` are slices, ``nightly`` is the whole campaign.
"""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec
import reedsolo

from one_way_feed.erasure import parity_symbol, recover
from one_way_feed.frame import MAX_U32, OVERHEAD, Chunks, FrameType, encode, unseal
from one_way_feed.intake import Intake
from one_way_feed.keys import KeyRing
from simulators.bench.feed_corruption import campaign
from simulators.bench.feed_day import live
from simulators.bench.feed_link import percentile, recording
from simulators.bench.feed_race import disagreements, ours, per_block, race, repetition, seeded
from simulators.bench.feed_table import day_table
from simulators.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from one_way_feed.rows import Row, RowKey
    from simulators.bench.feed_link import Sent

SLOW, FAST = 9600, 115200
RECORDED_S = {SLOW: 240.0, FAST: 20.0}
AIMS_S = {SLOW: 27.0, FAST: 2.3}
LOSSES = ((0.0, 1), (0.1, 5), (0.2, 5))
PEERS = {"plain repetition": repetition, "Reed-Solomon per block of 8, interleaved": per_block}
CPU_AIM = 2.0
CPU_SECONDS = 30.0


@dataclass(frozen=True)
class _Size:
    """How much to do."""

    damaged: int
    joins: int
    checked: int
    replayed: int
    day_s: float


SIZES = {
    "small": _Size(20_000, 1000, 20, 10_000, 60.0),
    "default": _Size(300_000, 10_000, 50, 100_000, 1800.0),
    "nightly": _Size(10_000_000, 100_000, 1000, 1_000_000, 86_400.0),
}


def run(size: str) -> Iterator[Figure]:
    """Yield the figures of ``small``, ``default`` or ``nightly``."""
    how_much = SIZES[size]
    rows = day_table()
    keys = KeyRing(1, 0, {0: os.urandom(32)})
    sent = {baud: recording(rows, baud, seconds) for baud, seconds in RECORDED_S.items()}
    yield from _corruption(sent[FAST], keys, how_much)
    yield from _replay(sent[FAST], keys, how_much)
    yield from _joining(sent, how_much)
    yield from _octets(rows, sent[SLOW])
    yield from _code()
    yield from _cost(rows, keys)
    yield from _one_way(rows, keys, how_much)


def _corruption(sent: list[Sent], keys: KeyRing, how_much: _Size) -> Iterator[Figure]:
    frames = [encode(each.frame, keys.key) for each in sent[:200]]
    outcome = campaign(frames, how_much.damaged, keys, seeded(1))
    yield Figure(figure="damaged frames tried", value=outcome.frames, unit="frames")
    yield Figure(figure="damaged frames accepted", value=outcome.wrong, unit="frames", aim=0)
    yield Figure(
        figure="damaged frames accepted, tag off", value=outcome.crc_wrong, unit="frames", aim=0
    )
    tried = accepted = 0
    for kind in FrameType:
        shortest = min((f for f in frames if f and _kind(f) == kind), key=len, default=None)
        if shortest is not None:
            bits = 2 if len(shortest) < 128 else 1  # noqa: PLR2004 - two in a long one take hours
            one, wrong = _flips(shortest, bits)
            tried, accepted = tried + one, accepted + wrong
    yield Figure(figure="1-2 flipped bits tried, tag off", value=tried, unit="frames")
    yield Figure(figure="1-2 flipped bits accepted, tag off", value=accepted, unit="frames", aim=0)


def _kind(octets: bytes) -> int:
    inner = unseal(octets[1:-1])
    return -1 if inner is None else inner[1]


def _flips(octets: bytes, most: int) -> tuple[int, int]:
    """Flip every one and, if `most` is 2, every two bits of a frame, the tag not looked at."""
    whole = int.from_bytes(octets)
    single = [1 << bit for bit in range(8 * len(octets))]
    flips = single + ([a | b for a, b in combinations(single, 2)] if most > 1 else [])
    wrong = 0
    for flip in flips:
        damaged = (whole ^ flip).to_bytes(len(octets))
        wrong += any(unseal(chunk) is not None for chunk in Chunks().feed(damaged + b"\0"))
    return len(flips), wrong


def _replay(sent: list[Sent], keys: KeyRing, how_much: _Size) -> Iterator[Figure]:
    """Recorded frames, frames of a foreign key and of an older epoch, after a restart."""
    intake = Intake(keys, {}, (sent[-1].frame.epoch, sent[-1].frame.sequence), lambda _mark: None)
    foreign = KeyRing(1, 0, {0: os.urandom(32)})
    random = seeded(2)
    for _ in range(how_much.replayed):
        frame = random.choice(sent).frame
        choice = random.randrange(3)
        if choice == 1:
            frame = replace(frame, epoch=frame.epoch - 1, sequence=MAX_U32)
        key = foreign.key if choice == 2 else keys.key  # noqa: PLR2004 - the third choice
        intake.feed(encode(frame, key), 0.0, 0.0)
    yield Figure(
        figure=f"accepted of {how_much.replayed} replayed and foreign frames",
        value=intake.counters.good,
        unit="frames",
        aim=0,
    )


def _joining(sent: Mapping[int, list[Sent]], how_much: _Size) -> Iterator[Figure]:
    for baud, recorded in sent.items():
        course = ours(recorded)
        symbols = sum(course.need.values())
        yield Figure(figure=f"symbols of the table at {baud} baud", value=symbols, unit="frames")
        wrong = disagreements(recorded, 0.2, 5, how_much.checked)
        yield Figure(
            figure=f"joins counted otherwise than received, {baud} baud",
            value=wrong,
            unit="joins",
            aim=0,
        )
        for share, burst in LOSSES:
            aim = AIMS_S[baud] if share == max(LOSSES)[0] else None
            named = f"{share:.0%} loss in bursts of {burst}, {baud} baud"
            seconds, octets = race(course, share, burst, how_much.joins)
            yield _seconds(f"verified table, {named}: median", percentile(seconds, 0.5))
            yield _seconds(f"verified table, {named}: p99.9", percentile(seconds, 0.999), aim)
            line = percentile(octets, 0.999)
            yield Figure(figure=f"octets until then, {named}: p99.9", value=line, unit="octets")
        yield from _peers(recorded, baud, how_much)


def _peers(recorded: list[Sent], baud: int, how_much: _Size) -> Iterator[Figure]:
    for name, fill in PEERS.items():
        course = fill(recorded)
        for share, burst in LOSSES:
            named = f"peer, {name}, {share:.0%} loss in bursts of {burst}, {baud} baud"
            seconds, octets = race(course, share, burst, how_much.joins)
            yield _seconds(f"{named}: median", percentile(seconds, 0.5))
            yield _seconds(f"{named}: p99.9", percentile(seconds, 0.999))
            line = percentile(octets, 0.999)
            yield Figure(figure=f"{named}: octets, p99.9", value=line, unit="octets")


def _seconds(name: str, value: float, aim: float | None = None) -> Figure:
    return Figure(figure=name, value=round(value, 3), unit="s", aim=aim)


def _octets(rows: Mapping[RowKey, Row], sent: list[Sent]) -> Iterator[Figure]:
    """The day's table once over the line, in frames of the same kind."""
    one_pass = {
        each.frame.body[4:8]: each.octets for each in sent if each.frame.kind == FrameType.SNAPSHOT
    }
    yield Figure(
        figure=f"the day's {len(rows)} rows once on the line",
        value=sum(one_pass.values()),
        unit="octets",
    )
    arrays = sum(
        len(msgspec.msgpack.encode(list(msgspec.structs.astuple(row)))) for row in rows.values()
    )
    texts = sum(
        len(json.dumps(msgspec.to_builtins(row), ensure_ascii=False).encode())
        for row in rows.values()
    )
    room = 229
    for name, size in (("MessagePack arrays", arrays), ("JSON", texts)):
        framed = size + -(-size // room) * OVERHEAD
        yield Figure(figure=f"peer, {name}: the same rows", value=framed, unit="octets")


def _code() -> Iterator[Figure]:
    """Parity made and losses filled per second, against reedsolo on the same symbols."""
    random = seeded(3)
    data = [random.randbytes(221) for _ in range(100)]
    size = sum(map(len, data)) / 1e6
    begun = time.perf_counter()
    parity = {number: parity_symbol(data, number) for number in range(20)}
    yield _speed("erasure code: 20 parity symbols of 100", size, begun)
    kept = {index: symbol for index, symbol in enumerate(data) if index >= len(parity)}
    begun = time.perf_counter()
    if recover(len(data), kept, parity) != data:
        raise AssertionError("the code is broken")
    yield _speed("erasure code: 20 lost of 100 recovered", size, begun)
    codec = reedsolo.RSCodec(20, nsize=120)
    begun = time.perf_counter()
    for column in zip(*data, strict=True):
        codec.encode(bytes(column))
    yield _speed("peer, reedsolo: 20 parity symbols of 100", size, begun)


def _speed(name: str, megabytes: float, begun: float) -> Figure:
    value = round(megabytes / (time.perf_counter() - begun), 2)
    return Figure(figure=name, value=value, unit="MB/s", better="higher")


def _cost(rows: Mapping[RowKey, Row], keys: KeyRing) -> Iterator[Figure]:
    """Share of a core at 115,200 baud, without the operating system's part; memory."""
    begun = time.process_time()
    sent = recording(rows, FAST, CPU_SECONDS)
    octets = b"".join(encode(each.frame, keys.key) for each in sent)
    sending = time.process_time() - begun
    begun = time.process_time()
    intake = Intake(keys, {}, (0, 0), lambda _mark: None)
    _pour(intake, octets)
    receiving = time.process_time() - begun
    for name, used in (("sending", sending), ("receiving", receiving)):
        share = round(100 * used / CPU_SECONDS, 2)
        yield Figure(figure=f"{name} at {FAST} baud, of a core", value=share, unit="%", aim=CPU_AIM)
    yield Figure(
        figure="memory grown by 15 s of line", value=_grown(octets, keys), unit="kB", aim=16
    )


def _pour(intake: Intake, octets: bytes) -> None:
    for at in range(0, len(octets), 128):
        intake.feed(octets[at : at + 128], 0.0, 0.0)


def _grown(octets: bytes, keys: KeyRing) -> float:
    """Return how much a receiver that has the table keeps of what comes after it."""
    intake = Intake(keys, {}, (0, 0), lambda _mark: None)
    half = len(octets) // 2
    _pour(intake, octets[:half])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    _pour(intake, octets[half:])
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return round((after - before) / 1024, 1)


def _one_way(rows: Mapping[RowKey, Row], keys: KeyRing, how_much: _Size) -> Iterator[Figure]:
    day = live(rows, keys, SLOW, how_much.day_s)
    hours = f"{how_much.day_s / 3600:g} simulated hours on a two-way cable"
    yield Figure(figure=f"frames sent in {hours}", value=day.frames, unit="frames")
    yield Figure(
        figure=f"frames lost in {hours}", value=day.frames - day.good, unit="frames", aim=0
    )
    yield Figure(
        figure=f"octets that the sender received in {hours}",
        value=day.received,
        unit="octets",
        aim=0,
    )
