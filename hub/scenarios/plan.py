"""From a scenario to commands, and back: pure.

Law: the same wish gives the same commands. They are ordinary ones: the kernel judges each, and each
is recorded. The end takes back what the beginning did and nothing else: a word that somebody has
said since stays.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.kernel.notice import SetNotice, WithdrawNotice
from hub.kernel.override import ClearOverride, DelayUnknown, Field, SetOverride, SetStationMode
from hub.scenarios.model import Running
from protocol.errors import OperatorError
from protocol.notices import Notice, NoticeKind
from protocol.runs import TrainPhase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.kernel.override import Command
    from hub.scenarios.model import Wanted
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.announcements.model import Prepared
    from station_config.model import Station

ALL_CLEAR = timedelta(minutes=5)
"""How long a text at the end of a scenario is told."""
_GONE = frozenset({TrainPhase.DEPARTED, TrainPhase.TERMINATED})


def prepared(station: Station, scenario: str) -> Prepared:
    """Return the prepared text of that id.

    Raises:
        OperatorError: the station has none.
    """
    for each in station.announcements.prepared:
        if each.id == scenario:
            return each
    known = ", ".join(each.id for each in station.announcements.prepared) or "none"
    raise OperatorError(f"no scenario {scenario!r}; known: {known}", where="scenario")


def begin(
    wanted: Wanted,
    station: Station,
    runs: Iterable[tuple[Run, TrainPhase]],
    now: Instant,
    *,
    running_id: str,
    who: str,
    why: str,
) -> tuple[Running, tuple[Command, ...]]:
    """Return what is under way then, and the commands of it: none of a drill.

    Args:
        wanted: the scenario.
        station: what the station is.
        runs: all runs with the phase of the train.
        now: station time.
        running_id: names this time; ids of commands begin with it.
        who: begins it.
        why: the reason.

    Raises:
        OperatorError: there is no such scenario or track.
    """
    text = prepared(station, wanted.scenario)
    layout = station.layout_on(now.astimezone(station.zone_info).date())
    for track in wanted.tracks:
        if layout.track(track) is None:
            raise OperatorError(f"the station has no track {track!r}", where="tracks")
    until = now + timedelta(minutes=wanted.minutes)
    held = tuple(sorted(_held(wanted, runs, now, until)))
    running = Running(
        id=running_id,
        wanted=wanted,
        names=text.names,
        texts=text.texts,
        who=who,
        why=why,
        since=now,
        until=until,
        notice_id="" if wanted.drill else f"scenario.{running_id}",
        held=held,
    )
    return running, () if wanted.drill else tuple(_commands(running))


def end(
    running: Running, station: Station, now: Instant, *, who: str, why: str, say: str = ""
) -> tuple[Command, ...]:
    """Return the commands that take a scenario back; none of a drill.

    Args:
        running: the scenario.
        station: what the station is.
        now: station time.
        who: ends it.
        why: the reason.
        say: id of a prepared text that is told then, e.g. that all is clear; "": nothing is.

    Raises:
        OperatorError: there is no such text.
    """
    text = prepared(station, say) if say else None
    if running.wanted.drill:
        return ()
    said: dict[str, Any] = {"who": who, "why": why}
    commands: list[Command] = [
        WithdrawNotice(command_id=f"{running.id}-end", notice_id=running.notice_id, **said)
    ]
    commands += [
        ClearOverride(command_id=f"{running.id}-{n}", run_id=run_id, field=Field.UNKNOWN, **said)
        for n, run_id in enumerate(running.held, 1)
    ]
    if running.wanted.manual:
        command_id = f"{running.id}-auto"
        commands.append(SetStationMode(command_id=command_id, manual=False, **said))
    if text is not None:
        notice = Notice(
            notice_id=f"{running.notice_id}.over",
            kind=NoticeKind.EMERGENCY,
            text=text.texts,
            title=text.names,
            ends_at=now + ALL_CLEAR,
            zones=running.wanted.zones,
            spoken=True,
        )
        commands.append(SetNotice(command_id=f"{running.id}-say", notice=notice, **said))
    return tuple(commands)


def _held(
    wanted: Wanted, runs: Iterable[tuple[Run, TrainPhase]], now: Instant, until: Instant
) -> Iterable[str]:
    for run, phase in runs:
        times = [each.expected for each in (run.arrival, run.departure) if each is not None]
        there = bool(times) and min(times) < until and max(times) > now - timedelta(hours=24)
        if run.track in wanted.tracks and there and not run.cancelled and phase not in _GONE:
            yield run.run_id


def _commands(running: Running) -> Iterable[Command]:
    said: dict[str, Any] = {"who": running.who, "why": running.why}
    wanted = running.wanted
    notice = Notice(
        notice_id=running.notice_id,
        kind=NoticeKind.EMERGENCY,
        text=running.texts,
        title=running.names,
        ends_at=running.until,
        zones=wanted.zones,
        spoken=True,
    )
    yield SetNotice(command_id=f"{running.id}-notice", notice=notice, **said)
    if wanted.manual:
        yield SetStationMode(
            command_id=f"{running.id}-manual", manual=True, until=running.until, **said
        )
    for number, run_id in enumerate(running.held, 1):
        yield SetOverride(
            command_id=f"{running.id}-hold-{number}",
            run_id=run_id,
            word=DelayUnknown(),
            until=running.until,
            **said,
        )
