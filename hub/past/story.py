"""The whole story of a run: what was said about it, what was told, which phases it entered.

Law: records of the journal in their order; nothing is computed. What an output says is told as what
it changed against the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hub.store.journal import (
    COMMAND,
    INPUT,
    MANUAL,
    OUTPUT,
    PHASE,
    REJECT,
    Record,
    decode_change,
    decode_output,
)
from one_way_feed.rows import RowDeleted
from protocol.identifiers import slug
from protocol.topics import run_entity

if TYPE_CHECKING:
    from hub.store.reading import Reader
    from protocol.times import Instant

_TOLD = frozenset({INPUT, OUTPUT, PHASE, REJECT, COMMAND, MANUAL})
_KINDS = ("plan", "log")


@dataclass(frozen=True)
class Chapter:
    """One record of a story.

    Attributes:
        text: what it says.
        codes: the text is codes parted by ``/``.
        own: the record's subject is the run itself.
        rev: of an output.
        body: of an output, JSON.
    """

    record: Record
    text: str
    codes: bool = False
    own: bool = True
    rev: int | None = None
    body: bytes | None = None


def run_ids_of(reader: Reader, asked: str) -> list[str]:
    """Return the runs that `asked` names: one identifier, or a train number on any date."""
    if reader.knows(asked):
        return [asked]
    return reader.subjects_like(PHASE, f"____-__-__.{slug(asked)}")


def story_of(reader: Reader, run_id: str, until: Instant | None = None) -> list[Chapter]:
    """Return everything that the journal says of a run, up to `until`."""
    own = [r for subject in (run_id, run_entity(run_id)) for r in reader.of_subject(subject)]
    causes = {record.cause for record in own}
    keys = {c for c in causes if c.partition("/")[0] in _KINDS} | set(reader.keys_of(run_id))
    names = {key.partition("/")[2] for key in keys}
    rows = [r for name in names for kind in _KINDS for r in reader.of_subject(f"{kind}/{name}")]
    found = (r for r in {r.number: r for r in (*own, *rows)}.values() if r.kind in _TOLD)
    ordered = sorted((r for r in found if until is None or r.at <= until), key=_number)
    chapters: list[Chapter] = []
    last: bytes | None = None
    for record in ordered:
        chapter = _chapter(record, last)
        last = chapter.body if record.kind == OUTPUT else last
        chapters.append(chapter)
    return chapters


def changes(before: bytes | None, after: bytes) -> str:
    """Return what of a body is another value than before, as ``name value``."""
    old = _flat(msgspec.json.decode(before)) if before else {}
    new = _flat(msgspec.json.decode(after))
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    if not before:
        names = [name for name in names if not name.startswith(("timeline.", "origin", "destin"))]
    return ", ".join(f"{name} {new.get(name, '-')}" for name in names)


def _chapter(record: Record, last: bytes | None) -> Chapter:
    if record.kind == OUTPUT:
        output = decode_output(record.detail)
        body = output.body
        text = f"rev {output.rev} " + (changes(last, body) if body else "deleted")
        return Chapter(record, text, rev=output.rev, body=body)
    if record.kind == INPUT:
        change = decode_change(record.detail)
        text = "deleted" if isinstance(change, RowDeleted) else _row(record.detail)
        return Chapter(record, text, own=False)
    text = record.detail.decode()
    return Chapter(record, text, codes=record.kind == PHASE, own=record.kind != REJECT)


def _row(detail: bytes) -> str:
    row = msgspec.json.decode(detail)["row"]
    return ", ".join(
        f"{name} {value}" for name, value in row.items() if name not in {"type", "key"}
    )


def _flat(value: dict[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat.update(_flat(inner, f"{prefix}{name}."))
        else:
            flat[prefix + name] = inner
    return flat


def _number(record: Record) -> int:
    return record.number
