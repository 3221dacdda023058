"""Users at the broker and their passwords: one file per user, made once, its owner's alone.

Law: a password is never replaced and never shown; the file's name is the user's.
"""

from __future__ import annotations

import os
import secrets
import string
from typing import TYPE_CHECKING

from hub.broker.permissions import station_permissions
from protocol.errors import OperatorError
from protocol.identifiers import check_identifier

if TYPE_CHECKING:
    from hub.broker.permissions import Permissions
    from protocol.topics import Topics
    from station_config.runtime.deployment import Deployment

_ENTROPY_BYTES = 24
_SAFE = frozenset(string.ascii_letters + string.digits + "!#%&()*+,-./:;<=>?@[]^_{|}~$")
_LONGEST = 200


def users(deployment: Deployment) -> dict[str, str]:
    """Return the devices of a deployment, kind by identifier: our subsystems, then vendors'.

    Raises:
        OperatorError: two have the same identifier.
    """
    devices: dict[str, str] = {}
    for kind, settings in deployment.subsystems.items():
        if settings.id in devices:
            message = f"subsystems {devices[settings.id]!r} and {kind!r} are both called"
            raise OperatorError(f"{message} {settings.id!r}: rename one")
        devices[settings.id] = kind
    for name, device in deployment.devices.items():
        if name in devices:
            message = f"subsystem {devices[name]!r} and a device are both called {name!r}"
            raise OperatorError(f"{message}: rename one")
        devices[name] = device.kind
    return devices


def zones(deployment: Deployment) -> dict[str, tuple[str, ...]]:
    """Return the zones of every device, by identifier."""
    ours = {each.id: each.zones for each in deployment.subsystems.values()}
    return ours | {name: each.zones for name, each in deployment.devices.items()}


def everybody(deployment: Deployment) -> tuple[str, ...]:
    """Return every user of the broker, hubs first."""
    broker = deployment.broker
    return (deployment.hub.id, *broker.hubs, *users(deployment), *broker.watchers)


def access(deployment: Deployment, topics: Topics) -> tuple[Permissions, ...]:
    """Return what everybody may do.

    Raises:
        OperatorError: two users are called alike, or an identifier cannot stand in a topic.
    """
    return station_permissions(
        topics,
        hub=deployment.hub.id,
        devices=users(deployment),
        zones=zones(deployment),
        hubs=deployment.broker.hubs,
        watchers=deployment.broker.watchers,
    )


def ensure_secrets(deployment: Deployment) -> list[str]:
    """Make the passwords that are missing.

    Returns:
        The users for whom one was made.

    Raises:
        OperatorError: the directory or a file in it cannot be written.
    """
    directory = deployment.broker.secrets
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = everybody(deployment)
        return [name for name in names if make_secret(directory / check_identifier(name))]
    except OSError as error:
        message = f"cannot write the broker's passwords: {error.strerror}"
        raise OperatorError(message, where=str(error.filename or directory)) from error


def read_passwords(deployment: Deployment) -> dict[str, str]:
    """Return the password of every user.

    Raises:
        OperatorError: one is missing, empty, or has characters that a configuration cannot carry.
    """
    passwords = {name: deployment.secret(name) for name in everybody(deployment)}
    for name, password in passwords.items():
        if not set(password) <= _SAFE or len(password) > _LONGEST or password.startswith("$2"):
            message = (
                f"the broker password of {name!r} cannot be used: up to {_LONGEST} letters, digits"
                " and signs without quotes, spaces and backslashes, not beginning with $2"
            )
            raise OperatorError(message, where=str(deployment.broker.secrets / name))
    return passwords


def make_secret(path: os.PathLike[str]) -> bool:
    """Make a secret at `path` unless there is one; return whether it was made."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(_ENTROPY_BYTES) + "\n")
    return True
