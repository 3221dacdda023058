"""The scheduler of announcements in the busiest hour of a day with 884 calls.

Law: what is measured here is the scheduler: its steps, what it says and what it drops and why, how
long a platform change waits. Speech has its own figures: whoever makes sound adds a function to
`MORE`. The hour is drawn with ``python -m simulators.bench.broadcast FILE.svg``.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import TYPE_CHECKING

import station_config
from simulators.bench.broadcast_day import CALLS, BusyDay
from simulators.bench.broadcast_first_sound import figures as first_sounds
from simulators.bench.broadcast_speech import figures as speech_figures
from simulators.bench.broadcast_stage import DayStage
from simulators.bench.figure import Figure
from simulators.bench.kernel_load import url_of
from station_config.load import load_station
from subsystems.broadcast.bundles import BOUND_S
from subsystems.broadcast.effects import Effect, Play
from subsystems.broadcast.gantt import Chart, draw
from subsystems.broadcast.machine import step
from subsystems.broadcast.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from protocol.times import Instant
    from simulators.bench.broadcast_day import Changed
    from subsystems.broadcast.events import Event
    from subsystems.broadcast.records import Past
    from subsystems.broadcast.state import State

HOUR = timedelta(hours=1)
BEFORE = {"small": timedelta(minutes=10), "default": timedelta(minutes=30)}
"""Played before the hour, so that it begins in the middle of a day."""
LASTS = {"small": timedelta(minutes=15), "default": HOUR}
MORE: list[Callable[[str], Iterator[Figure]]] = [speech_figures, first_sounds]
"""Figures of speech: (size) to figures."""

STEP_AIM_MS = 5.0
"""A twentieth of what a person notices; a step is a few an hour of one processor's time."""


def run(size: str) -> Iterator[Figure]:
    """Measure; yield the figures as they come."""
    size = size if size in LASTS else "default"
    measured = Measured(CALLS, BEFORE[size], LASTS[size])
    measured.play()
    yield from measured.figures()
    for more in MORE:
        yield from more(size)


class Measured:
    """A busy hour, played through and measured.

    Args:
        calls: of the day.
        before: how long before the hour it begins.
        lasts: how long it goes on from the hour.
    """

    def __init__(self, calls: int, before: timedelta, lasts: timedelta) -> None:
        reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
        self.day = BusyDay(load_station(reference), calls)
        self.start = self.day.busiest
        self.end = self.start + lasts
        self._before = before
        self._seconds: list[float] = []
        self._waits: list[float] = []
        self._begun: set[tuple[str, str]] = set()
        self.stage = DayStage(self.day.station, self.start - before)

    def play(self) -> None:
        """Play it."""
        with tempfile.TemporaryDirectory(prefix="station-bench-") as directory:
            url = url_of(Path(directory) / "hub.sqlite")
            changes = list(self.day.changes(url, self.start - self._before, self.end))
        self._play(changes)

    def _play(self, changes: list[Changed]) -> None:
        stage = self.stage.stage
        heard = stage.heard

        def timed(
            state: State, event: Event, now: Instant, mono_s: float
        ) -> tuple[State, tuple[Effect, ...]]:
            began = process_time()
            result = step(state, event, now, mono_s)
            self._seconds.append(process_time() - began)
            return result

        def hear(effect: Effect) -> None:
            if isinstance(effect, Play):
                self._note_wait(effect)
            heard(effect)

        stage.decide, stage.heard = timed, hear
        self.stage.play(changes)

    def _note_wait(self, play: Play) -> None:
        """Note how long a platform change was known before its first word in each zone."""
        items = self.stage.stage.state.items
        for each in play.occasion.members or (play.occasion,):
            item = items[each.key]
            new = {(each.key, zone) for zone in play.zones} - self._begun
            if each.kind is Kind.PLATFORM_CHANGE and new and item.due_s is not None:
                self._begun |= new
                self._waits.append(self.stage.stage.now_s - item.due_s)

    @property
    def past(self) -> list[Past]:
        """What was spoken or dropped in the hour."""
        return [line for line in self.stage.past if self.start <= line.at < self.end]

    def figures(self) -> Iterator[Figure]:
        """Yield what was measured."""
        seconds = sorted(self._seconds)
        calls = self.day.calls_in(self.start)
        yield Figure(figure="calls in the busiest hour of 884 a day", value=calls, unit="calls")
        mean = sum(seconds) / len(seconds) * 1e3
        yield Figure(figure="a step of the scheduler", value=mean, unit="ms", aim=STEP_AIM_MS)
        worst = quantiles(seconds, n=1000)[-1] * 1e3
        yield Figure(figure="a step, 999 of 1000 within", value=worst, unit="ms")
        rate = len(seconds) / sum(seconds)
        yield Figure(
            figure="decisions per second of processor", value=rate, unit="/s", better="higher"
        )
        if self._waits:
            yield Figure(
                figure="a platform change waits at most",
                value=max(self._waits),
                unit="s",
                aim=BOUND_S,
            )
        yield from self._told()

    def _told(self) -> Iterator[Figure]:
        past = self.past
        spoken = [line for line in past if line.until is not None and line.reason is None]
        cut = [line for line in past if line.until is not None and line.reason is not None]
        dropped = [line for line in past if line.until is None]
        delays = [line.late_s for line in spoken if line.kind is Kind.DELAY]
        worst = max(delays, default=0.0)
        yield Figure(figure="a delay waits at most", value=worst, unit="s")
        yield Figure(figure="spoken to the end", value=len(spoken), unit="voices", better="higher")
        yield Figure(figure="cut off", value=len(cut), unit="voices")
        for kind, number in Counter(line.kind for line in spoken).most_common():
            yield Figure(figure=f"spoken: {kind}", value=number, unit="voices", better="higher")
        why = Counter((line.kind, line.reason, line.waited) for line in dropped)
        for (kind, reason, waited), number in why.most_common():
            told = f"dropped: {kind}, {reason}, waited for {waited or 'nothing'}"
            yield Figure(figure=told, value=number, unit="occasions")

    def chart(self) -> str:
        """Return the hour as a picture."""
        station = self.day.station
        zones = [
            (z.id, " ".join(z.names[x] for x in ("zh", "en"))) for z in station.announcement_zones
        ]
        past = self.past
        spoken = sum(line.until is not None and line.reason is None for line in past)
        cut = sum(line.until is not None and line.reason is not None for line in past)
        dropped = sum(line.until is None for line in past)
        calls, most = self.day.calls_in(self.start), max(self._waits, default=0.0)
        zh = (
            f"本小时 {calls} 列；播完 {spoken}，中断 {cut}，过时未播 {dropped}；"
            f"站台变更最长等待 {most:.1f} 秒"
        )
        en = (
            f"{calls} calls in this hour; {spoken} spoken to the end, {cut} cut off,"
            f" {dropped} dropped as too late; a platform change waited {most:.1f} s at most"
        )
        return draw(
            Chart(
                lines=self.stage.past,
                zones=zones,
                start=self.start,
                end=self.end,
                zone_info=station.zone_info,
                title=(
                    f"一日 {CALLS} 列：最忙一小时的广播",
                    f"{CALLS} calls a day: the busiest hour",
                ),
                notes=(zh, en),
            )
        )


def picture(path: Path) -> None:
    """Draw the busiest hour to `path`."""
    measured = Measured(CALLS, BEFORE["default"], HOUR)
    measured.play()
    path.write_text(measured.chart(), encoding="utf-8")


if __name__ == "__main__":
    picture(Path(sys.argv[1]))
