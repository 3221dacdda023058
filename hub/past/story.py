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
from protocol.topics import notice_entity, run_entity

if TYPE_CHECKING:
    from hub.store.reading import Reader
    from protocol.times import Instant

_TOLD = frozenset({INPUT, OUTPUT, PHASE, REJECT, COMMAND, MANUAL})
_KINDS = ("plan", "log")
_IDENTITY = frozenset({"type", "key", "run_id", "service_date"})


@dataclass(frozen=True)
class Chapter:
    """One record of a story.

    Attributes:
        text: what it says, where that is not `fields`.
        fields: what a row or a publication says otherwise than the one before it.
        codes: the text is codes parted by ``/``.
        own: the record's subject is the run itself.
        rev: of an output.
        body: of an output, JSON.
    """

    record: Record
    text: str = ""
    fields: tuple[tuple[str, object], ...] = ()
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
    before: dict[str, dict[str, object]] = {}
    return [_chapter(record, before) for record in ordered]


def notice_story(reader: Reader, notice_id: str, until: Instant | None = None) -> list[Chapter]:
    """Return everything that the journal says of a notice, up to `until`."""
    records = reader.of_subject(notice_entity(notice_id))
    before: dict[str, dict[str, object]] = {}
    told = (r for r in records if r.kind in _TOLD and (until is None or r.at <= until))
    return [_chapter(record, before) for record in told]


def _chapter(record: Record, before: dict[str, dict[str, object]]) -> Chapter:
    """Return a record's chapter; `before` is what each subject said last."""
    if record.kind == OUTPUT:
        output = decode_output(record.detail)
        body = output.body
        if body is None:
            before.pop(record.subject, None)
            return Chapter(record, "deleted", codes=True, rev=output.rev)
        fields = _changes(record.subject, _flat(msgspec.json.decode(body)), before)
        return Chapter(record, fields=fields, rev=output.rev, body=body)
    if record.kind == INPUT:
        if isinstance(decode_change(record.detail), RowDeleted):
            return Chapter(record, "deleted", codes=True, own=False)
        row = msgspec.json.decode(record.detail)["row"]
        return Chapter(record, fields=_changes(record.subject, row, before), own=False)
    text = record.detail.decode()
    return Chapter(record, text, codes=record.kind == PHASE, own=record.kind != REJECT)


def _changes(
    subject: str, said: dict[str, object], before: dict[str, dict[str, object]]
) -> tuple[tuple[str, object], ...]:
    """Return what is said otherwise than before; at first everything that is not a default."""
    old = before.get(subject)
    before[subject] = said
    if old is None:
        return tuple((name, value) for name, value in said.items() if _tells(name, value))
    names = dict.fromkeys((*said, *old))
    return tuple((n, said.get(n)) for n in names if said.get(n) != old.get(n))


def _tells(name: str, value: object) -> bool:
    usual = {"delay_known": True, "cancelled": False}
    return name not in _IDENTITY and value not in (None, "") and usual.get(name) is not value


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
