"""How this machine broadcasts: from the deployment's table and the files that it names.

Law: reads settings and secrets, once, at the start; every mistake is an error that names its place.

    [subsystems.broadcast]
    id = "speech"
    cache = "speech.cache"            # beside it: a directory of the same name for everything else
    port = 8085
    files = { speech = "speech.toml", cap = "cap-in" }
    options = { origins = ["http://127.0.0.1:8083"], cap_senders = ["met@example.cn"] }
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the values
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import OperatorError
from subsystems.broadcast.speech.settings import EVERYWHERE, BrowserSink, read_settings

if TYPE_CHECKING:
    from station_config.model import Station
    from station_config.runtime.deployment import Deployment, SubsystemSettings
    from subsystems.broadcast.speech.settings import SinkSettings, SpeechSettings

PIN_FILE = "broadcast-operator"
"""In the directory of secrets; without it the pages are open to whoever reaches them."""
FILES = ("speech", "cap")


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `options`.

    Attributes:
        origins: of web sites that may read what is and will be said, e.g. the console's.
        cap_zones: announcement zones by area of an alert: by its name, or ``geocode=value``.
        cap_senders: from whom alerts are taken; empty: from everybody.
    """

    origins: tuple[str, ...] = ()
    cap_zones: dict[str, tuple[str, ...]] = {}
    cap_senders: tuple[str, ...] = ()


@dataclass(frozen=True)
class BroadcastSettings:
    """All settings.

    Attributes:
        folder: for everything that is kept.
        speech: voices, loudness, loudspeakers.
        options: see `Options`.
        pin: the operator's, "" for none.
        cap_folder: where alerts are put as files, None: nowhere.
    """

    folder: Path
    speech: SpeechSettings
    options: Options
    pin: str
    cap_folder: Path | None


def read(
    deployment: Deployment, settings: SubsystemSettings, station: Station
) -> BroadcastSettings:
    """Return the settings.

    Raises:
        OperatorError: something is misspelt, cannot be read, or names a zone that is not there.
    """
    where = "subsystems.broadcast"
    unknown = settings.files.keys() - set(FILES)
    if unknown:
        told = ", ".join(sorted(unknown))
        raise OperatorError(f"files: {told} is not known, only {', '.join(FILES)}", where=where)
    try:
        options = msgspec.convert(settings.options, Options)
    except msgspec.ValidationError as error:
        raise OperatorError(f"options: {error}", where=where) from error
    zones = tuple(zone.id for zone in station.announcement_zones)
    _check_zones({zone for each in options.cap_zones.values() for zone in each}, zones, where)
    speech = read_settings(settings.files.get("speech"))
    for sink in speech.sinks:
        _check_zones(set(sink.zones) - set(EVERYWHERE), zones, f"{where}: sink {sink.name}")
    sinks = tuple(one for each in speech.sinks for one in _by_zone(each, zones))
    return BroadcastSettings(
        folder=settings.cache.with_name(settings.id),
        speech=msgspec.structs.replace(speech, sinks=sinks),
        options=options,
        pin=read_pin(deployment),
        cap_folder=settings.files.get("cap"),
    )


def _by_zone(sink: SinkSettings, zones: tuple[str, ...]) -> tuple[SinkSettings, ...]:
    """Return a sink for each zone in place of one for all browsers.

    A sink speaks with one voice at a time; browsers that listen to different zones do not.
    """
    if not isinstance(sink, BrowserSink):
        return (sink,)
    reached = zones if sink.zones == EVERYWHERE else sink.zones
    return tuple(BrowserSink(name=f"{sink.name}-{zone}"[:40], zones=(zone,)) for zone in reached)


def _check_zones(named: set[str], zones: tuple[str, ...], where: str) -> None:
    unknown = named - set(zones)
    if unknown:
        told = ", ".join(sorted(unknown))
        message = f"the station has no announcement zone {told}, only {', '.join(zones)}"
        raise OperatorError(message, where=where)


def read_pin(deployment: Deployment) -> str:
    """Return the operator's PIN, "" for none.

    Raises:
        OperatorError: it is there and cannot be read, or is empty.
    """
    path = deployment.broker.secrets / PIN_FILE
    if not path.exists():
        return ""
    try:
        pin = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise OperatorError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if not pin:
        raise OperatorError(
            "the operator's PIN is empty: write one, or take it out", where=str(path)
        )
    return pin
