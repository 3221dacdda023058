"""Test vectors for whoever writes a sender of his own: ``docs/one-way-feed-vectors.json``.

Law: deterministic; everything in the file is made here by the code that runs in production, and a
test compares file and code. Renew it with ``python -m one_way_feed.vectors FILE``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import google_crc32c
import msgspec

from one_way_feed.bodies import MAX_SYMBOL, SourceState
from one_way_feed.carousel import Carousel, SourceReport
from one_way_feed.cobs import stuff
from one_way_feed.erasure import coefficient, parity_symbol
from one_way_feed.frame import Frame, FrameType, encode, seal, unseal
from one_way_feed.keyring import KeyRing
from one_way_feed.octets import varint, zigzag
from one_way_feed.row_codec import (
    DIGEST_OCTETS,
    LAYOUT_VERSION,
    SCHEMA,
    canonical,
    pack,
    row_digest,
)
from one_way_feed.rows import (
    Row,
    RowChange,
    RowDeleted,
    RowUpserted,
    StagePlanRow,
    Step,
    TrafficLogRow,
    row_key,
)
from one_way_feed.table import Table
from one_way_feed.timing import timing_of
from protocol.runs import Role

EPOCH = 1_700_000_000
SENT_AT_MS = 1_700_000_123_456
NOON = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
KEYS = KeyRing(1, 0, {0: bytes(range(32))})
STEP_S = 0.05

PLAN = StagePlanRow(
    key="20210120-Z180",
    arrival_number="Z180",
    departure_number="Z180",
    category="Z",
    role=Role.INTERMEDIATE,
    origin="乌鲁木齐",
    destination="北京西",
    arrival_track="4",
    departure_track="4",
    planned_arrival=NOON,
    planned_departure=NOON + timedelta(minutes=21),
    estimated_arrival=NOON + timedelta(minutes=7),
    estimated_departure=NOON + timedelta(minutes=25),
)
ORIGIN = StagePlanRow(
    key="20210120-D6756",
    departure_number="D6756",
    category="D",
    role=Role.ORIGIN,
    origin="呼和浩特东",
    destination="包头",
    departure_track="7",
    planned_departure=NOON + timedelta(hours=2),
    delay_known=False,
    cancelled=True,
)
LOG = TrafficLogRow(
    key="20210120-Z180",
    step=Step.ARRIVED,
    actual_arrival=NOON + timedelta(minutes=6, seconds=31),
    track="4",
)
BARE = TrafficLogRow(key="20210120-D6756", actual_departure=NOON + timedelta(microseconds=1))
ROWS: tuple[Row, ...] = (PLAN, ORIGIN, LOG, BARE)


def vectors() -> dict[str, Any]:
    """Return the whole file."""
    session, frames = _session()
    return {
        "about": "Test vectors of the one-way feed; see one-way-feed.md. Octets are hexadecimal.",
        "constants": {
            "schema": SCHEMA,
            "layout_version": LAYOUT_VERSION,
            "key": KEYS.key.hex(),
            "crc32c_of_123456789": int(google_crc32c.value(b"123456789")),
        },
        "varint": {str(n): varint(n).hex() for n in (0, 1, 127, 128, 300, 2**32 - 1, 2**63)},
        "zigzag": {str(n): zigzag(n).hex() for n in (0, -1, 1, -2, 63, -64, 64, -65, 1440)},
        "cobs": [{"in": i.hex(), "out": stuff(i).hex()} for i in _cobs_inputs()],
        "erasure": _erasure(),
        "rows": [_row(row) for row in ROWS],
        "block": _block(),
        "session": session,
        "not_frames": _not_frames(frames),
    }


def _cobs_inputs() -> tuple[bytes, ...]:
    return (b"", b"\0", b"\0\0", b"\x11\x22\0\x33", bytes(range(1, 255)), bytes(range(254)))


def _erasure() -> dict[str, Any]:
    data = [bytes((16 * i + j) * 7 % 256 for j in range(8)) for i in range(4)]
    return {
        "data": [symbol.hex() for symbol in data],
        "parity": [parity_symbol(data, number).hex() for number in range(4)],
        "coefficients": [[coefficient(number, i) for i in range(4)] for number in range(4)],
        "last_coefficient": coefficient(127, 126),
    }


def _row(row: Row) -> dict[str, Any]:
    """Return a row, the record that its digest is taken over, and the digest."""
    return {
        "row": msgspec.to_builtins(row),
        "canonical_record": canonical(row).hex(),
        "digest": row_digest(row).to_bytes(DIGEST_OCTETS).hex(),
    }


def _block() -> dict[str, Any]:
    changes: list[RowChange] = [
        RowUpserted(PLAN, (EPOCH, 7)),
        RowUpserted(LOG, (EPOCH, 9)),
        RowDeleted(("log", "20210120-D6756"), (EPOCH, 10)),
    ]
    dictionary = ["Z", "乌鲁木齐", "北京西", "4"]
    block, _ = pack(
        changes, MAX_SYMBOL, 10, {text: entry for entry, text in enumerate(dictionary)}.get
    )
    return {
        "dictionary": dictionary,
        "changes": [msgspec.to_builtins(change) for change in changes],
        "octets": block.hex(),
    }


def _session() -> tuple[dict[str, Any], list[bytes]]:
    """A sender's first seconds: heartbeat, snapshot with parity, a change and its repeats."""
    table = Table(EPOCH)
    carousel = Carousel(table, timing_of(9600))
    carousel.report = SourceReport(
        state=SourceState.OK,
        poll_ok_at_ms=SENT_AT_MS - 456,
        changed_at_ms=SENT_AT_MS - 60_000,
        poll_interval_ds=20,
        rejected=2,
    )
    rows = {row_key(row): row for row in ROWS}
    carousel.changed(table.update(rows), 0.0)
    told, frames = [], []
    for number in range(1, 61):
        now = number * STEP_S
        if number == 20:  # noqa: PLR2004 - in the middle
            del rows["log", BARE.key]
            rows["plan", PLAN.key] = msgspec.structs.replace(PLAN, arrival_track="5")
            carousel.changed(table.update(rows), now)
        outgoing = carousel.next(now)
        if outgoing is None:
            continue
        at = SENT_AT_MS + int(now * 1000)
        frame = Frame(outgoing.kind, 1, 0, EPOCH, number, at, outgoing.body, LAYOUT_VERSION)
        frames.append(encode(frame, KEYS.key))
        told.append(
            {
                "type": FrameType(frame.kind).name,
                "sequence": number,
                "sent_at_ms": at,
                "body": frame.body.hex(),
                "octets": frames[-1].hex(),
            }
        )
    state = table.state
    session = {
        "link": 1,
        "key_id": 0,
        "epoch": EPOCH,
        "frames": told,
        "rows_after": [_row(rows[key]) for key in sorted(rows)],
        "revision_after": state.revision,
        "digest_after": state.digest.to_bytes(DIGEST_OCTETS).hex(),
    }
    return session, frames


def _not_frames(frames: list[bytes]) -> list[dict[str, str]]:
    """Return octets that a receiver must not take, and what it must count them as."""
    good = frames[0]
    inner = unseal(good[1:-1]) or b""
    forged = inner[:-1] + bytes((inner[-1] ^ 1,))
    damaged = {
        "one bit of the CRC": good[:-2] + bytes((good[-2] ^ 1,)) + b"\0",
        "one bit of the content": good[:9] + bytes((good[9] ^ 0x10,)) + good[10:],
        "the end is missing": good[:40] + b"\0",
        "too short": b"\0" + stuff(b"abc") + b"\x80" * 5 + b"\0",
    }
    noise = [{"what": w, "octets": o.hex(), "counts_as": "noise"} for w, o in damaged.items()]
    wrong = {
        "one bit of the tag, CRC right": seal(forged),
        "another link, CRC right": seal(inner[:2] + b"\x20" + inner[3:]),
        "another version, CRC right": seal(b"\x21" + inner[1:]),
    }
    return noise + [{"what": w, "octets": o.hex(), "counts_as": "forged"} for w, o in wrong.items()]


def text() -> str:
    """Return the file's content."""
    return (
        msgspec.json.format(msgspec.json.encode(vectors(), order="sorted"), indent=1).decode()
        + "\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
