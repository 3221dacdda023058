"""From the deployment's `[[hub.time]]` to sources of time.

Law: wiring and checks of what an operator wrote; nothing is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.clock.ntp_source import NtpSource
from hub.clock.serial_source import SerialSource
from hub.clock.system_source import SystemSource
from hub.clock.wall_clock import say_meinberg, say_telegram
from protocol.errors import OperatorError
from station_config.runtime.timekeeping import meinberg, telegram

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from structlog.typing import FilteringBoundLogger

    from hub.clock.readings import Reading, Said, TimeSource
    from station_config.runtime.deployment import TimeSettings
    from station_config.runtime.reactor import Reactor
    from station_config.runtime.timekeeping.framing import Framer, Told


@dataclass(frozen=True)
class Surroundings:
    """What every source needs.

    Attributes:
        reactor: time, sockets, descriptors.
        seconds: monotonic, going on while the machine sleeps.
        wall: the machine's clock, unix seconds.
        near: the time as it is known, unix seconds.
        zone: the station's.
        random: for the bits of questions.
        take: gets each reading.
        log: of the process.
    """

    reactor: Reactor
    seconds: Callable[[], float]
    wall: Callable[[], float]
    near: Callable[[], float]
    zone: ZoneInfo
    random: Random
    take: Callable[[Reading], None]
    log: FilteringBoundLogger


def make_sources(
    settings: tuple[TimeSettings, ...], around: Surroundings
) -> tuple[TimeSource, ...]:
    """Return the sources.

    Raises:
        OperatorError: a name is given twice, or a setting is missing or cannot be used.
    """
    names = [each.name for each in settings]
    for name in names:
        if not name or names.count(name) > 1:
            raise OperatorError("each [[hub.time]] needs a name of its own", where=name)
    return tuple(_make(each, around) for each in settings)


def _make(each: TimeSettings, around: Surroundings) -> TimeSource:
    match each.kind:
        case "ntp":
            return _ntp(each, around)
        case "system":
            return SystemSource(
                around.reactor,
                each.name,
                seconds=around.seconds,
                wall=around.wall,
                take=around.take,
            )
        case "telegram":
            framer = telegram.telegram_framer(each.checksum)
            say = say_telegram(_zone(each, around), around.near)
            return _serial(each, around, framer, say, telegram.BAUD)
        case "meinberg":
            strings = meinberg.meinberg_framer()
            return _serial(each, around, strings, say_meinberg(_zone(each, around)), meinberg.BAUD)


def _ntp(each: TimeSettings, around: Surroundings) -> TimeSource:
    if not each.host:
        raise OperatorError("an ntp source needs its host", where=f"hub.time {each.name}")
    return NtpSource(
        around.reactor,
        each.name,
        host=each.host,
        port=each.port,
        every_s=each.poll_s,
        seconds=around.seconds,
        wall=around.wall,
        random=around.random,
        take=around.take,
    )


def _serial(
    each: TimeSettings,
    around: Surroundings,
    framer: Framer[Told],
    say: Callable[[Told], Said],
    baud: int,
) -> TimeSource:
    if each.device is None:
        where = f"hub.time {each.name}"
        raise OperatorError(f"a {each.kind} source needs its device", where=where)
    return SerialSource(
        around.reactor,
        each.name,
        kind=each.kind,
        device=each.device,
        baud=each.baud or baud,
        framer=framer,
        say=say,
        delay_s=each.delay_ms / 1000,
        seconds=around.seconds,
        take=around.take,
        log=around.log,
    )


def _zone(each: TimeSettings, around: Surroundings) -> ZoneInfo:
    try:
        return ZoneInfo(each.zone) if each.zone else around.zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"no time zone {each.zone!r}"
        raise OperatorError(message, where=f"hub.time {each.name}") from error
