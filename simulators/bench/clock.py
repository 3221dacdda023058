"""How well time arrives: at subsystem, browser, NTP client, slave clock; steps; a day alone.

Law: the way from the hub on is measured over real processes, a real browser, a real socket and a
real terminal of this machine, whose clock is the scale. What takes hours (a day without a source, a
step that sources have to confirm) is lived by the hub's discipline itself, in no time.
"""

from __future__ import annotations

import random
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from hub.clock.discipline import Discipline
from hub.clock.readings import Reading
from protocol.errors import DeviceError
from simulators.bench.clock_station import ClockStation, wall
from simulators.bench.figure import Figure
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = {"small": 3.0, "default": 6.0, "nightly": 60.0}
STEP_S = 5.0
NEAR_S = 0.05
PATIENCE_S = 15.0
DRIFT = 50e-6
FLIPS = """count => new Promise(resolve => {
  const late = [];
  new MutationObserver((_, watch) => {
    const shown = Date.parse(document.documentElement.dataset.shown.replace(" ", "T") + "+08:00");
    late.push((Date.now() - shown) / 1000);
    if (late.length >= count) { watch.disconnect(); resolve(late); }
  }).observe(document.documentElement, { attributeFilter: ["data-shown"] });
})"""
"""In the page: how late after its second, by the machine's clock, each second is shown."""


def run(size: str) -> Iterator[Figure]:
    """Measure."""
    yield from _alone()
    yield from _sources_step()
    with ClockStation() as station:
        time.sleep(1)
        yield from _steady(station, SECONDS[size])
        yield from _browser(station)
        yield from _step(station)


def _steady(station: ClockStation, seconds: float) -> Iterator[Figure]:
    errors = []
    for _ in range(20):
        errors.append(abs(station.subsystem_error()))
        time.sleep(0.05)
    yield _ms("clock: subsystem against the hub, median", median(errors), 10)
    found = [station.sntp_error() for _ in range(3)]
    yield _ms("clock: SNTP client against the hub, worst of 3", max(abs(e) for e, _ in found), 20)
    packet = found[-1][1]
    admitted_s = packet.root_delay_s / 2 + packet.root_dispersion_s
    yield _ms("clock: what the SNTP server admits to be off by", admitted_s, None)
    late = station.telegrams(seconds)
    if not late:
        raise DeviceError("no telegram came")
    yield _ms("clock: RS-422 telegram after its second, median", median(late), 5)
    yield _ms("clock: RS-422 telegram after its second, worst", max(late), None)
    yield _ms("clock: RS-422 telegram, jitter (worst minus best)", max(late) - min(late), 20)


def _browser(station: ClockStation) -> Iterator[Figure]:
    try:
        from simulators.browser import launched  # noqa: PLC0415 - optional

        with launched() as browser:
            page = browser.new_page()
            page.goto(station.url)
            page.wait_for_timeout(1500)
            late = page.evaluate(FLIPS, 4)
    except (ImportError, DeviceError) as error:
        print(f"without a browser: {error}", file=sys.stderr)  # noqa: T201 - progress
        return
    yield _ms("clock: a second shown in the browser, late, median", median(late), 50)


def _step(station: ClockStation) -> Iterator[Figure]:
    """The hub's time is stepped; the beat tells it, a request confirms it."""
    at = station.step(STEP_S)
    ends = time.monotonic() + PATIENCE_S
    while abs(station.subsystem_error()) > NEAR_S:
        if time.monotonic() > ends:
            raise DeviceError("the subsystem does not follow the hub")
        time.sleep(0.02)
    yield Figure(
        figure="clock: subsystem right again after the hub's step of 5 s",
        value=round(wall() - at, 2),
        unit="s",
        aim=6.0,
    )


class _Life:
    """A discipline over sources that are known, in seconds that pass at once."""

    def __init__(self, names: tuple[str, ...], drift: float, every_s: float) -> None:
        self.mono_s = 0.0
        self.offset_s = 0.0
        self._names = names
        self._drift = drift
        self._every_s = every_s
        self._dice = random.Random(3)  # noqa: S311 - repeatable
        self.discipline = Discipline(1_795_000_000.0, 0.0, dict.fromkeys(names, every_s))

    @property
    def error(self) -> float:
        """Return the time minus the true one, seconds."""
        return self.discipline.unix(self.mono_s) - self._true()

    def _true(self) -> float:
        return 1_795_000_000.0 + self.mono_s * (1 - self._drift) + self.offset_s

    def followed(self, seconds: float) -> None:
        """Live so long with sources that are right to ± 2 ms."""
        ends = self.mono_s + seconds
        while self.mono_s < ends:
            for name in self._names:
                utc = self._true() + self._dice.uniform(-0.002, 0.002)
                self.discipline.take(
                    Reading(
                        source=name,
                        utc=utc,
                        mono_s=self.mono_s,
                        uncertainty_s=0.002,
                        stratum=1,
                    )
                )
            self.alone(self._every_s)

    def alone(self, seconds: float) -> None:
        """Live so long without any."""
        self.mono_s += seconds
        self.discipline.look(self.mono_s)


def _alone() -> Iterator[Figure]:
    life = _Life(("a", "b", "c"), DRIFT, 16.0)
    life.followed(4 * 3600)
    life.alone(86_400)
    admitted_s = life.discipline.uncertainty(life.mono_s) or 0.0
    if life.discipline.quality(life.mono_s) is not Quality.HOLDOVER:
        raise DeviceError("a day without sources is no holdover")
    name = "clock: off after 24 h without any source, 50 ppm, simulated"
    yield _ms(name, abs(life.error), 250)
    yield _ms("clock: what it admits to be off by then", admitted_s, 500)
    yield Figure(
        figure="clock: that without the measured drift",
        value=round(DRIFT * 86_400_000),
        unit="ms",
    )


def _sources_step() -> Iterator[Figure]:
    for names in (("a",), ("a", "b", "c")):
        life = _Life(names, 0.0, 4.0)
        life.followed(600)
        life.offset_s = STEP_S
        began_s = life.mono_s
        while abs(life.error) > NEAR_S:
            life.followed(4)
        yield Figure(
            figure=f"clock: hub follows a step of 5 s of {len(names)} source(s), simulated",
            value=life.mono_s - began_s,
            unit="s",
        )


def _ms(name: str, seconds: float, aim: float | None) -> Figure:
    return Figure(figure=name, value=round(seconds * 1000, 3), unit="ms", aim=aim)
