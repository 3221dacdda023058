"""The deployment: where this station runs (ports, addresses, secrets), one TOML file.

Law: what a station IS never stands here, and where it runs never stands in the station's XML. Every
mistake is an error that names the file and the key.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from protocol.errors import OperatorError
from protocol.times import Instant
from station_config.runtime.clocks import SystemClock, system_clock
from station_config.runtime.timekeeping.telegram import Span

if TYPE_CHECKING:
    from station_config.runtime.clocks import StationClock


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table whose misspelt keys are errors."""


class ClockSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """A simulation's station time: `origin` when the system's clock showed `started`."""

    origin: Instant
    started: float
    rate: float = 1.0


class TlsSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """TLS between the broker and everybody; without this table it is spoken to in the clear.

    Attributes:
        ca: certificate of the authority that has signed the broker's (`station ca init`).
        cert: the broker's certificate; it must name `BrokerSettings.host`.
        key: its private key.
        clients: directory with USER.pem and USER.key of each user; if it is set, the broker lets
            nobody in without such a certificate, besides the password.
    """

    ca: Path
    cert: Path | None = None
    key: Path | None = None
    clients: Path | None = None


class BrokerSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """The MQTT broker.

    Attributes:
        host: address to connect to (and to listen on, when embedded).
        port: MQTT port; with `tls` the port of MQTT over TLS, and the only one.
        secrets: directory with one file per user, its name the user's, its content the password.
        embedded: whether `station broker` runs one.
        store: where the embedded broker keeps its data.
        tls: None: in the clear.
        websocket_port: port of MQTT over WebSocket (path ``/mqtt``), for browsers; None: none.
        hubs: further hubs of the station, each with its own deployment file, that may take over.
        watchers: users that may read what hub and devices say of themselves, and write nothing.
        status_host: address that `station broker` tells its own status at.
        status_port: port of that, None: it is not told.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    secrets: Path = Path("secrets")
    embedded: bool = True
    store: Path = Path("broker")
    tls: TlsSettings | None = None
    websocket_port: int | None = None
    hubs: tuple[str, ...] = ()
    watchers: tuple[str, ...] = ()
    status_host: str = "127.0.0.1"
    status_port: int | None = None


class LineSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """A serial line that the hub listens to.

    Attributes:
        name: stands in status and log.
        device: e.g. ``/dev/ttyS0``.
        baud: symbols per second; ignored by pseudo-terminals.
        keys: file with the keys for the frames' tags.
    """

    name: str = "a"
    device: Path
    baud: int = 115200
    keys: Path


class TimeSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """A master clock that the hub follows: ``[[hub.time]]``.

    Attributes:
        name: stands in status and log; each its own.
        kind: ``ntp``: a server; ``telegram``, ``meinberg``: a serial line; ``system``: the
            machine's own clock, as far as somebody corrects that.
        host: of the server.
        port: of the server.
        poll_s: how often the server is asked.
        device: of the line, e.g. ``/dev/ttyS1``.
        baud: of the line; None: 9600 for telegrams, 19200 for Meinberg strings.
        zone: of what the line tells; "": the station's.
        checksum: over which octets a telegram's sum is.
        delay_ms: known delay of the line.
    """

    name: str
    kind: Literal["ntp", "telegram", "meinberg", "system"]
    host: str = ""
    port: int = 123
    poll_s: Annotated[float, msgspec.Meta(ge=1, le=1024)] = 32.0
    device: Path | None = None
    baud: int | None = None
    zone: str = ""
    checksum: Span = Span.PAYLOAD
    delay_ms: float = 0.0


class SiteTls(Strict, frozen=True, kw_only=True):
    """TLS of the console's site; with it the console is there alone, and not at `HubSettings.port`.

    Attributes:
        cert: certificate that browsers believe, PEM, with those that lead to its authority.
        key: its private key, PEM.
        host: address to listen on.
        port: for browsers.
    """

    cert: Path
    key: Path
    host: str = "0.0.0.0"  # noqa: S104 - TLS and a login stand before it
    port: int = 8443


class ConsoleSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """The console.

    Attributes:
        idle_minutes: after which somebody who did nothing has to log in again.
        longest_hours: after which everybody has.
        sites: where a browser finds the site of a subsystem, by kind, if not where it listens.
    """

    idle_minutes: Annotated[int, msgspec.Meta(ge=1)] = 120
    longest_hours: Annotated[int, msgspec.Meta(ge=1)] = 12
    sites: dict[str, str] = {}


class HubSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """The hub.

    Attributes:
        id: identifier; its user name at the broker.
        database: SQLAlchemy URL.
        state: directory of its small files (what each line has accepted).
        lines: serial lines from dispatching; of several the first is preferred.
        time: master clocks; none: station time is the machine's.
        host: address that its status is told at.
        port: port of that, None: it is not told.
        keep_days: how long journal and rejects are kept.
        tls: of the console's site, None: it is at `port`, in the clear.
        console: see there.
    """

    id: str = "hub"
    database: str
    state: Path = Path("hub-state")
    lines: tuple[LineSettings, ...] = ()
    time: tuple[TimeSettings, ...] = ()
    host: str = "127.0.0.1"
    port: int | None = None
    keep_days: Annotated[int, msgspec.Meta(ge=1)] = 400
    tls: SiteTls | None = None
    console: ConsoleSettings = ConsoleSettings()


class SubsystemSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """One subsystem's process.

    Attributes:
        id: identifier of the device; its user name at the broker.
        cache: file of its cache.
        host: address that its web server listens on.
        port: port of its web server.
        zones: whose group commands it obeys; none: those of every zone.
        segment: what of the network it hangs on, e.g. a switch: of several that are dark at once
            it is the likely cause. "": not said.
        want: the state in which it shall be, by field; see `protocol.devices.Want`.
        cfg: how it is set up, by field; see `protocol.devices.Config`.
        files: further files and directories of its own, by name.
        options: settings of its own; the subsystem says which there are.
    """

    id: str
    cache: Path
    host: str = "127.0.0.1"
    port: int
    zones: tuple[str, ...] = ()
    segment: str = ""
    want: dict[str, Any] = {}
    cfg: dict[str, Any] = {}
    files: dict[str, Path] = {}
    options: dict[str, Any] = {}


class DeviceSettings(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """A vendor's device or subsystem: we do not run it, yet the broker must know it.

    Attributes:
        kind: as its group is called in topics.
        zones: whose group commands it may read; none: those of every zone.
        segment: what of the network it hangs on, e.g. a switch: of several that are dark at once
            it is the likely cause. "": not said.
        want: the state in which it shall be, by field; see `protocol.devices.Want`.
        cfg: how it is set up, by field; see `protocol.devices.Config`.
    """

    kind: str
    zones: tuple[str, ...] = ()
    segment: str = ""
    want: dict[str, Any] = {}
    cfg: dict[str, Any] = {}


class Deployment(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """The whole file.

    Attributes:
        station: directory of the station's configuration.
        subsystems: by kind, e.g. ``[subsystems.display]``.
        devices: of vendors, by identifier, e.g. ``[devices.board-7]``.
        hosts: kinds of subsystems that share one process, by the name of that process.
        clock: None in production: station time is the system's.
        log_json: one JSON object per line of log.
        quiet: log warnings and errors only.
    """

    station: Path
    broker: BrokerSettings
    hub: HubSettings
    subsystems: dict[str, SubsystemSettings] = {}
    devices: dict[str, DeviceSettings] = {}
    hosts: dict[str, tuple[str, ...]] = {}
    clock: ClockSettings | None = None
    log_json: bool = False
    quiet: bool = False

    def station_clock(self) -> StationClock:
        """Return the clock that all processes of the deployment share."""
        if self.clock is None:
            return system_clock()
        return SystemClock(self.clock.origin, self.clock.started, self.clock.rate)

    def secret(self, user: str) -> str:
        """Return the broker password of `user`.

        Raises:
            OperatorError: its file is missing or empty.
        """
        path = self.broker.secrets / user
        try:
            password = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"cannot read the broker password of {user!r}: {error.strerror}"
            raise OperatorError(message, where=str(path)) from error
        if not password:
            raise OperatorError(f"the broker password of {user!r} is empty", where=str(path))
        return password


def load_deployment(path: Path) -> Deployment:
    """Read a deployment file; relative paths in it are relative to it.

    Raises:
        OperatorError: unreadable, not TOML, or a key is missing, misspelt or of the wrong kind.
    """
    base = path.resolve().parent

    def decode(kind: type, value: object) -> object:
        if kind is Path:
            return base / str(value)
        raise NotImplementedError(kind)

    try:
        return msgspec.toml.decode(path.read_bytes(), type=Deployment, dec_hook=decode)
    except OSError as error:
        raise OperatorError(f"cannot read: {error.strerror}", where=str(path)) from error
    except msgspec.MsgspecError as error:
        raise OperatorError(str(error), where=str(path)) from error


def dump_deployment(deployment: Deployment, path: Path) -> None:
    """Write a deployment file, for tools that make one (the demo).

    Needs the optional package ``tomli-w``.
    """
    path.write_bytes(msgspec.toml.encode(deployment, enc_hook=str))
