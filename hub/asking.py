"""Asking the running hub over its own web, with the token of this machine.

Law: bytes out, bytes in; what they mean is the caller's.
"""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from hub.command_token import read_token
from protocol.errors import DeviceError, OperatorError

if TYPE_CHECKING:
    from station_config.runtime.deployment import Deployment

TIMEOUT_S = 10.0


def ask(
    deployment: Deployment, page: str, body: bytes | None, *, timeout_s: float = TIMEOUT_S
) -> bytes:
    """Return what the hub answers on `page`: to a POST of the JSON `body`, to a GET if it is None.

    Raises:
        DeviceError: the hub does not answer, or refuses; the message says why.
        OperatorError: the deployment has no port of the hub, or the token cannot be read.
    """
    settings = deployment.hub
    if settings.port is None:
        raise OperatorError("set hub.port in the deployment: the hub takes commands there")
    url = f"http://{settings.host}:{settings.port}/{page}"
    headers = {"Authorization": f"Bearer {read_token(deployment)}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    request = Request(url, data=body, headers=headers)
    try:
        with urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - likewise
            found: bytes = answer.read()
    except HTTPError as error:
        why = error.read().decode(errors="replace")
        raise DeviceError(f"the hub answers {error.code}: {why}", where=url) from error
    except (OSError, HTTPException) as error:
        raise DeviceError(f"the hub does not answer: {error}", where=url) from error
    return found
