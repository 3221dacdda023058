"""`station explain`: why a run is in its state, for people and for programs.

Law: wiring and words; what is told is `hub.past.why`'s.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from hub.past.source import given_station, instant, language_of, opened, station_of
from hub.past.text import Speech
from hub.past.why import Why, lived_until, why, why_then
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.identifiers import slug
from protocol.runs import Timeline
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from hub.store.reading import Reader
    from protocol.times import Instant

_NO_RULES = frozenset({"facts", "finish"})


def run(arguments: argparse.Namespace) -> int:
    """Explain; return 0.

    Raises:
        OperatorError: there is no such run.
    """
    with opened(arguments) as reader:
        station = station_of(arguments, reader, None)
        if arguments.at is None:
            now = _now(arguments, reader)
            run_id = _choose(reader.run_ids(), arguments.run_id, now.astimezone(station.zone_info))
            found = why(reader, run_id, station, now)
        else:
            at = instant(arguments.at, station, reader.last_at())
            given = given_station(arguments)
            with lived_until(reader, at, given) as again, reading(again.url) as then:
                known = then.run_ids()
            run_id = _choose(known, arguments.run_id, at.astimezone(station.zone_info))
            found = why_then(reader, run_id, given, at)
    if found is None:
        raise OperatorError(f"there is no run {run_id!r}")
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        speech = Speech(language_of(arguments), station.zone_info)
        sys.stdout.write("\n".join(lines(found, speech)) + "\n")
    return 0


def lines(found: Why, speech: Speech) -> Iterator[str]:
    """Yield the answer as lines of text."""
    yield from _state(found, speech)
    yield from _head(speech, "rows")
    for said in found.said:
        when = speech.instant(said.at) if said.at is not None else "-"
        text = speech.fields(said.fields.items()) or speech.word("deleted" if said.deleted else "=")
        text = speech.set_fields(said.row) if said.row is not None else text
        yield f"  {when:<19} {speech.word(said.source)} {said.key}  {text}"
    yield from _persons(found, speech)
    yield from _feeders(found, speech)
    yield from _held_back(found, speech)
    yield from _conclusions(found, speech)
    yield from _head(speech, "timeline_head")
    for mark in found.timeline:
        reached = speech.word("past" if mark.reached else "ahead")
        sign = "✓" if mark.reached else " "
        yield f"  {sign} {speech.instant(mark.at)}  {speech.word(mark.name)} ({reached})"


def _state(found: Why, speech: Speech) -> Iterator[str]:
    run = found.run
    yield f"{run.run_id}  {speech.run(run)}   @ {speech.instant(found.at)}"
    state = [speech.word(v) for v in (found.passengers, found.train, run.punctuality, run.control)]
    state += [speech.word(name) for name in ("cancelled", "held") if getattr(run, name)]
    state += [speech.word("withdrawn")] * found.withdrawn
    yield "  " + " · ".join(state)
    told = f"{speech.word('published')}: rev {found.rev}"
    yield f"  {told if found.rev is not None else speech.word('unpublished')}"
    if not found.as_published:
        yield f"  {speech.word('otherwise_now')}"


def _conclusions(found: Why, speech: Speech) -> Iterator[str]:
    yield from _head(speech, "concluded")
    timeline: Timeline | None = None
    for each in found.concluded:
        reads = f"  ← {', '.join(map(speech.word, each.reads))}" if each.reads else ""
        value = _value(each.value, speech)
        if isinstance(each.value, Timeline):
            value = _timeline(timeline, each.value, speech)
            timeline = each.value
        rule = f"{speech.word('rule')} " if each.rule not in _NO_RULES else ""
        yield f"  {rule}{speech.word(each.rule)}: {speech.word(each.field)} {value}{reads}"
    yield from _head(speech, "rejects")
    for reject in found.disbelieved:
        sentence = reject.zh if speech.language == "zh" else reject.en
        yield f"  {speech.instant(reject.at)} {reject.key}  {sentence}"
    if not found.disbelieved:
        yield f"  {speech.word('nobody')}"


def _persons(found: Why, speech: Speech) -> Iterator[str]:
    if not found.persons:
        return
    yield from _head(speech, "persons")
    for person in found.persons:
        until = (
            speech.instant(person.until) if person.until is not None else speech.word("departure")
        )
        yield (
            f"  {speech.instant(person.since)} {person.who}: {speech.word(person.field)} "
            f"{speech.set_fields(person.word)}  ({person.why}; {speech.word('until')} {until})"
        )
    auto = found.run.auto
    if auto is not None:
        yield f"  {speech.word('auto_says')}: {speech.set_fields(auto)}"


def _feeders(found: Why, speech: Speech) -> Iterator[str]:
    if not found.feeders and found.run.feeder is None:
        return
    yield from _head(speech, "stock_head")
    if all(feeder.run_id != found.run.feeder for feeder in found.feeders):
        yield f"  {found.run.feeder or '-'}  {speech.word('feeder_silent')}"
    for feeder in found.feeders:
        counts = feeder.run_id == found.run.feeder
        note = "" if counts else f"  ({speech.word('feeder_not_asked')})"
        yield f"  {speech.set_fields(feeder)}{note}"


def _held_back(found: Why, speech: Speech) -> Iterator[str]:
    if found.held_back:
        yield from _head(speech, "held_back")
    for each in found.held_back:
        until = f"; {speech.word('until')} {speech.instant(each.until)}" if each.until else ""
        reported = f"{speech.word('estimated')} {speech.instant(each.reported)}"
        told = f"{speech.word('told')} {speech.instant(each.told)}"
        yield f"  {speech.word(each.end)}: {reported}, {told}{until}"


def _head(speech: Speech, code: str) -> Iterator[str]:
    yield ""
    yield f"{speech.word(code)}:"


def _timeline(before: Timeline | None, after: Timeline, speech: Speech) -> str:
    """Return what a rule changed of the timeline."""
    old = before or Timeline()
    names = [n for n in after.__struct_fields__ if getattr(after, n) != getattr(old, n)]
    return ", ".join(f"{speech.word(n)} {speech.value(getattr(after, n))}" for n in names)


def _value(value: object, speech: Speech) -> str:
    if isinstance(value, list):
        return " ".join(map(speech.value, value)) or "-"
    return speech.value(value)


def _choose(known: list[str], asked: str, near: Instant) -> str:
    """Return the run that `asked` names: an identifier, or the number of the train of that day.

    Raises:
        OperatorError: there is none.
    """
    if asked in known:
        return asked
    number = slug(asked)
    found = [run_id for run_id in known if run_id.partition(".")[2] == number]
    if not found:
        raise OperatorError(f"there is no run {asked!r}; see: station history --at TIME")
    today = near.date().isoformat()
    return min(found, key=lambda run_id: (run_id[:10] != today, run_id))


def _now(arguments: argparse.Namespace, reader: Reader) -> Instant:
    """Return station time: the deployment's clock, else the journal's last instant or now."""
    if arguments.deployment is not None:
        return load_deployment(arguments.deployment).station_clock().now()
    return reader.last_at() or system_clock().now()
