"""The token by which a person on this machine may command the hub: a file in the secrets directory.

Law: made once by the hub, readable by its owner alone, never shown and never logged. Who can read
the file is the duty officer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.broker.credentials import make_secret
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from station_config.runtime.deployment import Deployment

NAME = "command-token"


def ensure_token(deployment: Deployment) -> str:
    """Return the token, made if there is none.

    Raises:
        OperatorError: its file cannot be written or read.
    """
    path = _path(deployment)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_secret(path)
    except OSError as error:
        message = f"cannot write the token for commands: {error.strerror}"
        raise OperatorError(message, where=str(path)) from error
    return read_token(deployment)


def read_token(deployment: Deployment) -> str:
    """Return the token.

    Raises:
        OperatorError: there is none, or it is not for us to read.
    """
    path = _path(deployment)
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        message = f"cannot read the token for commands: {why}; the hub makes it when it starts"
        raise OperatorError(message, where=str(path)) from error
    if not token:
        raise OperatorError("the token for commands is empty; remove the file", where=str(path))
    return token


def _path(deployment: Deployment) -> Path:
    return deployment.broker.secrets / NAME
