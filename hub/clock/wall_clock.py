"""From what a master clock on a serial line says to an instant: zones, the hour that comes twice.

Law: pure. A telegram tells local time without a zone; whose it is, is configuration. In the hour
that comes twice the Meinberg string says which of the two it is, the RS-422 telegram does not: then
the one that is nearer to what is known is taken.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from hub.clock.readings import Said, Trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from station_config.runtime.timekeeping.meinberg import MeinbergString
    from station_config.runtime.timekeeping.telegram import Telegram

FREE_S = 0.1
"""± given to a master clock that says itself that it runs free."""
LOCKED_S = 0.001


def say_telegram(zone: ZoneInfo, near: Callable[[], float]) -> Callable[[Telegram], Said]:
    """Return what tells telegrams of `zone`; `near` is the time as it is known, unix seconds."""

    def say(told: Telegram) -> Said:
        twice = [_unix(told.local, zone, fold) for fold in (0, 1)]
        known = near()
        return Said(
            min(twice, key=lambda utc: abs(utc - known)),
            Trust.SYNCED if told.locked else Trust.HOLDOVER,
            LOCKED_S if told.locked else FREE_S,
            reference="GPS" if told.locked else "free",
        )

    return say


def say_meinberg(zone: ZoneInfo) -> Callable[[MeinbergString], Said]:
    """Return what tells Meinberg strings, of `zone` unless they say that they are in UTC."""

    def say(told: MeinbergString) -> Said:
        if told.leap_second:
            return Said(None, Trust.REFUSED)
        if told.utc:
            utc = told.local.replace(tzinfo=UTC).timestamp()
        else:
            utc = _unix(told.local, zone, 0 if told.summer else 1)
        free = told.never_synced or told.holdover
        return Said(
            utc,
            _trust(told),
            FREE_S if free else LOCKED_S,
            leap=int(told.leap_announced),
            reference="free" if free else "sync",
        )

    return say


def _trust(told: MeinbergString) -> Trust:
    if told.never_synced:
        return Trust.REFUSED
    return Trust.HOLDOVER if told.holdover else Trust.SYNCED


def _unix(local: datetime, zone: ZoneInfo, fold: int) -> float:
    return local.replace(tzinfo=zone, fold=fold).timestamp()
