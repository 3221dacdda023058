"""The published vectors are what the code makes, and a reader of the document can follow them.

`spec_*` are written from docs/one-way-feed.md alone: they share no line with the product.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import one_way_feed
from one_way_feed import vectors
from one_way_feed.intake import Intake
from one_way_feed.keyring import KeyRing
from one_way_feed.status import Counters

FILE = Path(one_way_feed.__file__).parent.parent / "docs" / "one-way-feed-vectors.json"


@pytest.fixture(scope="module")
def published():
    return json.loads(FILE.read_text(encoding="utf-8"))


def spec_crc32c(octets: bytes) -> int:
    value = 0xFFFFFFFF
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def spec_cobs(octets: bytes) -> bytes:
    out, code_at, code = bytearray(b"\0"), 0, 1
    for octet in octets:
        if octet:
            out.append(octet)
            code += 1
        else:
            out[code_at], code_at, code = code, len(out), 1
            out.append(0)
    out[code_at] = code
    return bytes(out)


def spec_frame(kind: int, session: dict, told: dict, key: bytes) -> bytes:
    header = bytes([0x11, kind, session["link"] << 4 | session["key_id"]])
    header += session["epoch"].to_bytes(4, "big") + told["sequence"].to_bytes(4, "big")
    header += told["sent_at_ms"].to_bytes(6, "big")
    signed = header + bytes.fromhex(told["body"])
    salt = bytes(7) + bytes([session["link"]])
    tag = hashlib.blake2s(signed, key=key, digest_size=8, person=b"stnfeed1", salt=salt)
    stuffed = spec_cobs(signed + tag.digest())
    crc = spec_crc32c(stuffed)
    marked = bytes(0x80 | crc >> shift & 0x7F for shift in (28, 21, 14, 7, 0))
    return b"\0" + stuffed + marked + b"\0"


TYPES = ["HEARTBEAT", "MANIFEST", "SNAPSHOT", "PARITY", "DELTA", "DICTIONARY"]


def test_the_file_is_what_the_code_makes():
    assert FILE.read_text(encoding="utf-8") == vectors.text(), (
        "renew it: python -m one_way_feed.vectors docs/one-way-feed-vectors.json"
    )


def test_every_frame_can_be_made_from_the_document_alone(published):
    key = bytes.fromhex(published["constants"]["key"])
    session = published["session"]
    assert {told["type"] for told in session["frames"]} == set(TYPES)
    for told in session["frames"]:
        kind = TYPES.index(told["type"]) + 1
        assert spec_frame(kind, session, told, key).hex() == told["octets"]
    assert spec_crc32c(b"123456789") == published["constants"]["crc32c_of_123456789"]
    for each in published["cobs"]:
        assert spec_cobs(bytes.fromhex(each["in"])).hex() == each["out"]


def test_a_receiver_that_gets_the_session_has_its_table(published):
    session = published["session"]
    keys = KeyRing(1, 0, {0: bytes.fromhex(published["constants"]["key"])})
    intake = Intake(keys, {}, (0, 0), lambda _mark: None)
    for told in session["frames"]:
        intake.feed(bytes.fromhex(told["octets"]), 0.0, 0.0)
    known = intake.reassembly.known
    assert intake.counters == Counters(good=len(session["frames"]))
    assert len(known) == len(session["rows_after"])
    assert known.digest.to_bytes(16).hex() == session["digest_after"]
    assert known.verified == (session["epoch"], session["revision_after"])


def test_the_digest_of_a_table_is_the_sum_of_its_rows(published):
    total = 0
    for each in published["session"]["rows_after"]:
        record = bytes.fromhex(each["canonical_record"])
        digest = hashlib.blake2s(record, digest_size=16).hexdigest()
        assert digest == each["digest"]
        total = (total + int(digest, 16)) % 2**128
    assert f"{total:032x}" == published["session"]["digest_after"]


def test_the_code_word_of_the_document(published):
    erasure = published["erasure"]
    data = [bytes.fromhex(symbol) for symbol in erasure["data"]]

    def times(a: int, b: int) -> int:
        product = 0
        while b:
            product ^= a if b & 1 else 0
            a = a << 1 ^ (0x11D if a & 0x80 else 0)
            b >>= 1
        return product

    for number, parity in enumerate(erasure["parity"]):
        row = erasure["coefficients"][number]
        for index, factor in enumerate(row):
            assert times(factor, (128 + number) ^ index) == 1
        summed = [0] * 8
        for factor, symbol in zip(row, data, strict=True):
            summed = [a ^ times(factor, b) for a, b in zip(summed, symbol, strict=True)]
        assert bytes(summed).hex() == parity


def test_what_is_not_a_frame(published):
    keys = KeyRing(1, 0, {0: bytes.fromhex(published["constants"]["key"])})
    for each in published["not_frames"]:
        intake = Intake(keys, {}, (0, 0), lambda _mark: None)
        intake.feed(bytes.fromhex(each["octets"]), 0.0, 0.0)
        assert intake.counters == Counters(**{each["counts_as"]: 1}), each["what"]


class SpecSender:
    """The least sender of the document: log rows without times, one a symbol; no product code."""

    def __init__(self, key: bytes, schema: int) -> None:
        self.key, self.schema, self.sequence = key, schema, 0
        self.session = {"link": 1, "key_id": 0, "epoch": 1_800_000_000}

    def frame(self, kind: int, body: bytes) -> bytes:
        self.sequence += 1
        told = {"sequence": self.sequence, "sent_at_ms": 5, "body": body.hex()}
        return spec_frame(kind, self.session, told, self.key)

    def record(self, key: str, track: str, offset: int = 0) -> bytes:
        """Step ARRIVED, no times, the track written out."""
        named = bytes([offset, 0, len(key)]) + key.encode()
        text = track.encode()
        return bytes([1 | 3 << 2]) + named + b"\0" + bytes([1, len(text)]) + text

    def digest(self, table: dict) -> bytes:
        total = 0
        for key, track in table.items():
            octets = hashlib.blake2s(self.record(key, track), digest_size=16).digest()
            total += int.from_bytes(octets, "big")
        return (total % 2**128).to_bytes(16, "big")

    def heartbeat(self, table: dict, revision: int) -> bytes:
        told = len(table).to_bytes(4, "big") + self.digest(table) + self.schema.to_bytes(4, "big")
        head = bytes(1) + bytes(12) + (20).to_bytes(2, "big") + revision.to_bytes(4, "big")
        return self.frame(1, head + told + bytes(4) + bytes(2) + bytes(4))

    def snapshot(self, generation: int, table: dict, revision: int) -> bytes:
        number = generation.to_bytes(4, "big")
        counts = revision.to_bytes(4, "big") + len(table).to_bytes(4, "big")
        schema = self.schema.to_bytes(4, "big")
        frames = self.frame(2, number + counts + self.digest(table) + schema + b"\1\0\0")
        for index, (key, track) in enumerate(table.items()):
            block = revision.to_bytes(4, "big") + bytes(4) + b"\1" + self.record(key, track)
            frames += self.frame(3, number + bytes([0, 1, len(table), index]) + b"\2" + block)
        return frames

    def delta(self, key: str, track: str, revision: int) -> bytes:
        block = revision.to_bytes(4, "big") + bytes(4) + b"\1" + self.record(key, track)
        return self.frame(5, block)


def test_the_least_sender_of_the_document_is_understood(published):
    key, schema = bytes.fromhex(published["constants"]["key"]), published["constants"]["schema"]
    sender, table = SpecSender(key, schema), {"K1": "3", "K2": "4", "K3": "站"}
    intake = Intake(KeyRing(1, 0, {0: key}), {}, (0, 0), lambda _mark: None)
    known = intake.reassembly.known
    intake.feed(sender.heartbeat({}, 0) + sender.snapshot(1, table, 3), 0.0, 0.0)
    assert {row.key: row.track for row in known.rows.values()} == table
    assert known.verified == (1_800_000_000, 3)
    table["K2"] = "5"
    intake.feed(sender.delta("K2", "5", 4) * 3 + sender.heartbeat(table, 4), 0.0, 0.0)
    assert known.verified == (1_800_000_000, 4)
    del table["K1"]
    intake.feed(sender.snapshot(2, table, 5) + sender.heartbeat(table, 5), 0.0, 0.0)
    assert {row.key: row.track for row in known.rows.values()} == table
    assert known.verified == (1_800_000_000, 5)
    assert intake.counters.rejected == intake.counters.forged == intake.counters.noise == 0
