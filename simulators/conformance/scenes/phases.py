"""Scenes "phases" and "unusual": what a run becomes by the clock, what is told of trouble.

Law: see `simulators.conformance.scenes`. A device's words are its own, so a line is compared with
the line of the same train without that trouble; numbers, names and times are found as they are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from protocol.runs import CallTime, Named, Replacement, Timeline
from simulators.conformance.day import run_of

if TYPE_CHECKING:
    from protocol.runs import Run
    from protocol.times import Instant
    from simulators.conformance.stage import Stage

COMES, GUESSED, NAMED, CODED = "QX711", "QX712", "QX713", "QX714"
TROUBLED, PARTED, HELD, LATE = "QX715", "QX716", "QX717", "QX718"
INSTEAD = "QX733"
PLACE, CODE, NOTE = "Zielort", "ZCODE", "QZ-NOTE"
BEFORE_S, SHOWN_S = 7.0, 9.0
LIFETIME_S = 12
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def phases(stage: Stage) -> None:
    """A train appears and goes without a message; another never does."""
    hub = stage.hub
    now = hub.clock.now()
    begins, ends = now + BEFORE_S * _SECOND, now + (BEFORE_S + SHOWN_S) * _SECOND
    times = Timeline(shown_at=begins, arrival_shown_until=ends, departure_shown_until=ends)
    put(stage, replace(run_of(COMES, now), timeline=times))
    never = replace(run_of(GUESSED, now).timeline, shown_at=None)
    put(stage, replace(run_of(GUESSED, now), timeline=never))
    await complete(stage, "trains that come and go by the clock")
    began = await stage.line_of(COMES)
    if began is None:
        return
    early = began != "" and hub.clock.now() < begins
    stage.check("C-5.2", not early, f"before shown_at: {began!r}")
    await stage.sleep(max(0.0, (begins - hub.clock.now()).total_seconds()))
    await stage.shows("C-5.2", with_=(COMES,), why="after shown_at, without a word", timeout_s=4.0)
    await stage.shows("C-5.3", without=(GUESSED,), why="a run whose shown_at nobody knows")
    await stage.sleep(max(0.0, (ends - hub.clock.now()).total_seconds()))
    await stage.shows("C-5.2", without=(COMES,), why="after ..._shown_until, without a word")
    for number in (COMES, GUESSED):
        hub.forget(f"run/{run_of(number, now).run_id}")
    await complete(stage, "they are gone")


async def unusual(stage: Stage) -> None:
    """Cancelled, a part of it cancelled, held, replaced, nameless, late and unconfirmed."""
    hub = stage.hub
    now = hub.clock.now()
    usual = [boarding(number, now) for number in (NAMED, CODED, TROUBLED, PARTED, HELD, LATE)]
    for run in usual:
        put(stage, run)
    await complete(stage, "six trains, check-in is open")
    before = {
        run.departure_number: await stage.line_of(run.departure_number or "") for run in usual
    }
    named, coded, troubled, parted, held, late = usual
    place = Named("QQQ", {"fr": PLACE})
    put(stage, replace(named, origin=place, destination=place))
    put(stage, replace(coded, origin=Named(CODE, {}), destination=Named(CODE, {})))
    bus = Replacement(number=INSTEAD, texts={"zh": INSTEAD, "en": INSTEAD})
    put(stage, replace(troubled, cancelled=True, replaced_by=bus))
    put(stage, replace(parted, departure=_cancelled(parted), arrival=_cancelled(parted)))
    told = at(stage, late_by(held, 23))
    put(stage, replace(late_by(held, 23), held=True, note={"zh": NOTE, "en": NOTE}))
    put(stage, late_by(late, 18))
    await complete(stage, "each in its own trouble")
    await stage.shows("C-5.9", with_=(PLACE,), why="a name that is there in one language only")
    await stage.shows("C-5.9", with_=(CODE,), why="a place without a name")
    await stage.shows("C-5.5", with_=(TROUBLED,), why="a cancelled train")
    await stage.shows("C-5.12", with_=(INSTEAD,), why="what comes instead")
    await stage.shows("C-5.11", with_=(PARTED,), why="a train that does not leave")
    await stage.shows("C-5.6", with_=(HELD, NOTE), without=(told,), why="a delay nobody knows")
    await _otherwise(stage, "C-5.5", TROUBLED, before)
    await _otherwise(stage, "C-5.11", PARTED, before)
    await _unconfirmed(stage, late_by(late, 18))
    for run in usual:
        hub.forget(f"run/{run.run_id}")
    await complete(stage, "they are gone")


async def _otherwise(
    stage: Stage, clause: str, number: str, before: dict[str | None, str | None]
) -> None:
    """Check that the line of a train is not the one that it had with its check-in open."""
    line = await stage.line_of(number)
    if line is not None:
        stage.check(clause, line != before[number], f"told as {line!r}, before {before[number]!r}")


async def _unconfirmed(stage: Stage, run: Run) -> None:
    """An estimate is told while the source is fresh, and no longer than it may."""
    hub = stage.hub
    estimate = at(stage, run)
    line = await stage.line_of(LATE)
    if line is None or estimate not in line:
        stage.findings.note(f"no time {estimate} in {line!r}: C-5.4 is not observed")
        return
    hub.lifetime_s, hub.confirmed_at = LIFETIME_S, hub.clock.now()
    hub.state(online=True)
    hub.beat()
    await stage.shows("C-5.4", with_=(estimate,), why="an estimate confirmed just now")
    await stage.sleep(LIFETIME_S + 1.0)
    await stage.shows("C-5.4", with_=(LATE,), without=(estimate,), why="nobody confirms it")
    put(stage, replace(run, manual=("delay",)))
    await complete(stage, "a person vouches for the estimate")
    await stage.shows("C-5.4", with_=(estimate,), why="a person vouches for it")
    hub.lifetime_s, hub.confirmed_at = 1800, None
    hub.state(online=True)
    hub.beat()


def boarding(number: str, now: Instant) -> Run:
    """Return a train whose check-in is open: it is here in 5 minutes, and leaves 5 later."""
    run = run_of(number, now)
    assert run.arrival is not None  # noqa: S101 - an intermediate stop
    assert run.departure is not None  # noqa: S101 - likewise
    shift = run.arrival.planned - (now.replace(second=0, microsecond=0) + 5 * _MINUTE)
    arrives, leaves = run.arrival.planned - shift, run.departure.planned - shift
    times = Timeline(
        shown_at=arrives - 180 * _MINUTE,
        waiting_at=leaves - 60 * _MINUTE,
        gate_shown_at=leaves - 20 * _MINUTE,
        check_in_opens_at=leaves - 15 * _MINUTE,
        check_in_closes_at=leaves - 2 * _MINUTE,
        arrives_at=arrives,
        departs_at=leaves,
        arrival_shown_until=arrives + 30 * _MINUTE,
        departure_shown_until=leaves + 30 * _MINUTE,
    )
    calls = {"arrival": CallTime(planned=arrives), "departure": CallTime(planned=leaves)}
    return replace(run, timeline=times, **calls)


def late_by(run: Run, minutes: int) -> Run:
    """Return the run with that estimate; check-in stays open."""
    assert run.arrival is not None  # noqa: S101 - an intermediate stop
    assert run.departure is not None  # noqa: S101 - likewise
    shift = minutes * _MINUTE
    return replace(
        run,
        arrival=replace(run.arrival, estimated=run.arrival.planned + shift),
        departure=replace(run.departure, estimated=run.departure.planned + shift),
    )


def _cancelled(run: Run) -> CallTime:
    assert run.departure is not None  # noqa: S101 - an intermediate stop
    return replace(run.departure, cancelled=True)


def at(stage: Stage, run: Run) -> str:
    """Return the estimated departure as a board shows it."""
    assert run.departure is not None  # noqa: S101 - an intermediate stop
    assert run.departure.estimated is not None  # noqa: S101 - `late_by`
    return f"{run.departure.estimated.astimezone(ZoneInfo(stage.hub.zone)):%H:%M}"


def put(stage: Stage, run: Run) -> None:
    """Publish a run, and keep it live."""
    stage.hub.put(f"run/{run.run_id}", run)


async def complete(stage: Stage, what: str) -> None:
    """Say what is live, and wait until the device has it."""
    wanted = stage.hub.manifest()
    stage.hub.beat()
    await stage.complete(wanted, what)
