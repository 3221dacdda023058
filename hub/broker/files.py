"""The broker's configuration on disk: of the embedded one, and of one that a station runs itself.

Law: from the deployment and the station to files, each its owner's alone. What stands in them is
`permissions`, `nats` and `mosquitto`; nothing in them is edited by hand.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hub.broker import mosquitto, nats
from hub.broker.credentials import access, read_passwords
from protocol.errors import OperatorError
from protocol.topics import Topics
from station_config.load import load_station

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_config.runtime.deployment import Deployment, TlsSettings

PLUGIN_PLACES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib")


def write_embedded(deployment: Deployment) -> Path:
    """Write what the embedded broker reads; return the file's path.

    It carries the passwords as they are: they lie beside it in any case, and each of many clients
    that return at once is let in sooner.

    Raises:
        OperatorError: it cannot be written; a password or certificate is missing; a bad identifier.
    """
    return _write_nats(deployment, deployment.broker.store, read_passwords(deployment))


def write_nats(deployment: Deployment, out: Path) -> list[Path]:
    """Write ``nats.conf`` for a NATS server of the station's own, passwords hashed.

    Raises:
        OperatorError: see `write_embedded`.
    """
    return [_write_nats(deployment, out, nats.hashed(read_passwords(deployment)))]


def write_mosquitto(deployment: Deployment, out: Path, plugin: Path | None) -> list[Path]:
    """Write the files of a Mosquitto of the station's own, passwords hashed.

    Args:
        deployment: users and their passwords, address, TLS.
        out: directory of the files, and of Mosquitto's database.
        plugin: for dynamic security, see `find_plugin`; None: an access list.

    Raises:
        OperatorError: see `write_embedded`.
    """
    station = load_station(deployment.station).id
    permissions = access(deployment, Topics(station))
    passwords = read_passwords(deployment)
    texts = {
        "mosquitto.conf": mosquitto.configuration(
            listener_of(deployment, station), directory=out.resolve(), plugin=plugin
        )
    }
    if plugin is None:
        texts["acl"] = mosquitto.access_list(permissions)
        texts["passwords"] = mosquitto.password_file(passwords, os.urandom)
    else:
        texts["security.json"] = mosquitto.security(permissions, passwords, os.urandom)
    return _write(out, texts)


def find_plugin() -> Path:
    """Return where Mosquitto's plugin for dynamic security is on this machine.

    Raises:
        OperatorError: it is not here.
    """
    for place in PLUGIN_PLACES:
        found = sorted(Path(place).glob(f"**/{mosquitto.PLUGIN}"))
        if found:
            return found[0]
    message = "Mosquitto's plugin for dynamic security is not on this machine: say where it is"
    raise OperatorError(f"{message} with --plugin, or use --acl-file", where=mosquitto.PLUGIN)


def listener_of(deployment: Deployment, station: str) -> nats.Listener:
    """Return where the broker listens.

    Raises:
        OperatorError: TLS is wanted, and the broker's certificate is not there.
    """
    settings = deployment.broker
    tls = None if settings.tls is None else _server_tls(settings.tls)
    return nats.Listener(station, settings.host, settings.port, tls, settings.websocket_port)


def _server_tls(settings: TlsSettings) -> nats.ServerTls:
    cert, key = settings.cert, settings.key
    if cert is None or key is None:
        message = "the broker needs tls.cert and tls.key: `station ca issue broker --san HOST`"
        raise OperatorError(message, where="broker.tls")
    for path in (settings.ca, cert, key):
        if not os.access(path, os.R_OK):
            raise OperatorError("cannot read this file of broker.tls", where=str(path))
    return nats.ServerTls(cert, key, None if settings.clients is None else settings.ca)


def _write_nats(deployment: Deployment, out: Path, passwords: Mapping[str, str]) -> Path:
    station = load_station(deployment.station).id
    text = nats.configuration(
        listener_of(deployment, station),
        store=deployment.broker.store,
        permissions=access(deployment, Topics(station)),
        passwords=passwords,
    )
    return _write(out, {"nats.conf": text})[0]


def _write(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    paths = []
    for name, text in texts.items():
        path = directory / name
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.chmod(0o600)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"cannot write the broker's configuration: {error.strerror}"
            raise OperatorError(message, where=str(path)) from error
        paths.append(path)
    return paths
