"""Marks: the records that begin a step in the journal, so that the day can be lived again.

Law: a mark stands before everything that its step decided. It is made when the step is known to do
something, just before it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.store.journal import AUTO, OPEN, PLAN, REBASE, STATION, STEP, encode_station, fingerprint
from hub.store.packed import pack
from hub.store.records import from_micros
from hub.store.snapshot import write_snapshot

if TYPE_CHECKING:
    from hub.store.step import Step

_LEVEL = 9


def mark_open(step: Step) -> None:
    """Note that the hub took the database over, with which station, and what it found there."""
    encoded = encode_station(step.station)
    known_as = fingerprint(encoded)
    last = step.opened.rows(step.statements.latest_snapshot)
    today = step.days.local_date(step.now)
    whole = not last or step.days.local_date(from_micros(last[0][0])) != today
    said = _take(step)
    _note_station(step, known_as, encoded, OPEN)
    if whole:
        write_snapshot(step.opened, step.statements, step.writes, known_as)
    step.writes.note(OPEN, known_as, b"", OPEN)
    step.writes.journal += said


def mark_plan(step: Step) -> None:
    """Note that the hub goes on with another timetable."""
    encoded = encode_station(step.station)
    known_as = fingerprint(encoded)
    said = _take(step)
    _note_station(step, known_as, encoded, PLAN)
    step.writes.note(PLAN, known_as, b"", PLAN)
    step.writes.journal += said


def mark_step(step: Step, minute: int | None, *, new_day: bool) -> None:
    """Note a step, if it does anything."""
    if step.writes.idle:
        return
    said = _take(step)
    if new_day:
        known_as = fingerprint(encode_station(step.station))
        write_snapshot(step.opened, step.statements, step.writes, known_as)
    step.writes.note(STEP, "", b"" if minute is None else b"%d" % minute, "")
    step.writes.journal += said


def mark_auto(step: Step) -> None:
    """Note that the station's manual mode has ended as it was set to."""
    said = _take(step)
    step.writes.note(AUTO, "", b"", "")
    step.writes.journal += said


def mark_rebase(step: Step, minute: int) -> None:
    """Note that the clock was set back."""
    said = _take(step)
    step.writes.note(REBASE, "clock", b"%d" % minute, "clock")
    step.writes.journal += said


def _note_station(step: Step, known_as: str, encoded: bytes, cause: str) -> None:
    """Note the station, once for each one."""
    if not step.opened.rows(step.statements.known_station, of_subject=known_as):
        step.writes.note(STATION, known_as, pack(encoded, _LEVEL), cause)


def _take(step: Step) -> list[dict[str, object]]:
    said, step.writes.journal = step.writes.journal, []
    return said
