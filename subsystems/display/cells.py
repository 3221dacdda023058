"""The fields of a row that do not change by themselves: train, places, times, gate, platform.

Law: pure functions of (run, languages, words, zone). What no longer holds (planned time, former
platform, former gates) stays visible beside what holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.times import clock_text
from station_config.model import Column
from subsystems.display.model import Cell, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from protocol.runs import CallTime, Named, Run
    from subsystems.display.model import Text
    from subsystems.display.phrases import Phrase
    from subsystems.display.words import Words


def told(words: Mapping[str, Words], text: Callable[[Words], str]) -> str | Text:
    """Return `text` of every language's words; one string if it is the same in all."""
    texts = {language: text(table) for language, table in words.items()}
    distinct = set(texts.values())
    return distinct.pop() if len(distinct) == 1 else texts


def every(words: Mapping[str, Words], text: Callable[[Words], str]) -> Text:
    """Return `text` of every language's words, always by language."""
    return {language: text(table) for language, table in words.items()}


def phrase_cell(phrase: Phrase, words: Mapping[str, Words]) -> Cell:
    """Return `phrase` in all languages."""
    if not phrase.key:
        return Cell()
    texts = every(words, lambda table: table.word(phrase.key, **phrase.values))
    texts = {language: _written(phrase, language, text) for language, text in texts.items()}
    distinct = set(texts.values())
    text = distinct.pop() if len(distinct) == 1 else texts
    return Cell(text, tone=phrase.tone, mark=phrase.mark)


def _written(phrase: Phrase, language: str, text: str) -> str:
    """Return `text` of a language with what a person wrote."""
    text = phrase.texts.get(language, text)
    beside = phrase.beside.get(language)
    return f"{text} {beside}" if beside else text


def named_cell(named: Named | None, words: Mapping[str, Words]) -> Cell:
    """Return a place's name in all languages."""
    if named is None:
        return Cell()
    texts = {language: named.name(language) for language in words}
    distinct = set(texts.values())
    return Cell(distinct.pop() if len(distinct) == 1 else texts)


def time_cell(time: CallTime | None, run: Run, zone: ZoneInfo, words: Mapping[str, Words]) -> Cell:
    """Return the time passengers may count on, with the planned one where that differs.

    Unknown: "to be confirmed". Cancelled: the planned time, struck through.
    """
    if time is None:
        return Cell()
    planned = clock_text(time.planned, zone)
    if run.cancelled or time.cancelled:
        return Cell(was=planned)
    if run.held and time.actual is None:
        return open_time_cell(time, zone, words)
    if not time.deviates:
        return Cell(planned)
    tone = Tone.BAD if time.delay_minutes > 0 else Tone.GOOD
    return Cell(clock_text(time.expected, zone), was=planned, tone=tone)


def open_time_cell(time: CallTime, zone: ZoneInfo, words: Mapping[str, Words]) -> Cell:
    """Return the planned time as one that does not hold, and that nobody knows another."""
    text = told(words, lambda table: table.to_be_confirmed)
    return Cell(text, was=clock_text(time.planned, zone), tone=Tone.BAD)


def platform_cell(run: Run) -> Cell:
    """Return the platform, and the one it was."""
    was = run.platform_changed_from or ""
    if not was or was == run.platform:
        return Cell(run.platform or "")
    return Cell(run.platform or "?", was=was, tone=Tone.SOON)


def gate_cell(run: Run) -> Cell:
    """Return the gates, and those that led to the train before and do not now."""
    gates = " ".join(run.gates)
    if not run.gates_changed_from:
        return Cell(gates)
    lost = (gate for gate in run.gates_changed_from if gate not in run.gates)
    return Cell(gates, was=" ".join(lost), tone=Tone.SOON)


def standing_cells(
    run: Run, number: str | None, zone: ZoneInfo, words: Mapping[str, Words]
) -> dict[str, Cell]:
    """Return all cells of `run` except its status, by column."""
    room = run.waiting_room
    return {
        Column.TRAIN: Cell(number or ""),
        Column.ORIGIN: named_cell(run.origin, words),
        Column.DESTINATION: named_cell(run.destination, words),
        Column.ARRIVAL: time_cell(run.arrival, run, zone, words),
        Column.DEPARTURE: time_cell(run.departure, run, zone, words),
        Column.GATE: gate_cell(run),
        Column.PLATFORM: platform_cell(run),
        Column.WAITING_ROOM: named_cell(room, words),
    }


def lapsed_cells(run: Run, zone: ZoneInfo, words: Mapping[str, Words]) -> dict[str, Cell]:
    """Return the cells that stand instead when `run` has been unconfirmed for too long."""
    cells = {}
    for column, time in ((Column.ARRIVAL, run.arrival), (Column.DEPARTURE, run.departure)):
        if time is None or time.actual is not None:
            continue
        if time.deviates or time.cancelled or run.held or run.cancelled:
            cells[str(column)] = open_time_cell(time, zone, words)
    return cells
