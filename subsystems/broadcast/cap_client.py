"""``station broadcast cap FILE``: the alert is given to the running process, over its web site.

Law: sends one file and prints the answer; it decides nothing.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from protocol.errors import DeviceError, OperatorError
from station_config.runtime.deployment import load_deployment
from subsystems.broadcast.settings import read_pin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_config.runtime.deployment import Deployment

WORDS = 2
PATIENCE_S = 10.0


def send(deployment_file: Path, words: list[str]) -> int:
    """Send ``cap FILE``; return the exit code.

    Raises:
        OperatorError: the words, the file or the alert cannot be used.
        DeviceError: the process does not answer.
    """
    if len(words) != WORDS or words[0] != "cap":
        raise OperatorError("say: cap FILE")
    deployment = load_deployment(deployment_file)
    settings = deployment.subsystems.get("broadcast")
    if settings is None:
        raise OperatorError("the deployment has no table [subsystems.broadcast]")
    path = Path(words[1])
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise OperatorError(f"cannot be read: {error.strerror}", where=str(path)) from error
    root = f"http://{settings.host}:{settings.port}"
    headers = {"Content-Type": "application/cap+xml", **_session(root, deployment)}
    _, answer = _post(f"{root}/api/cap?name={quote(path.name)}", raw, headers)
    print(answer["outcome"])  # noqa: T201 - the command's answer
    return 0


def _session(root: str, deployment: Deployment) -> dict[str, str]:
    """Return the cookie of a session, where a PIN is set."""
    pin = read_pin(deployment)
    if not pin:
        return {}
    body = json.dumps({"pin": pin}).encode()
    headers, _ = _post(f"{root}/api/login", body, {"Content-Type": "application/json"})
    return {"Cookie": headers.get("Set-Cookie", "").partition(";")[0]}


def _post(
    url: str, body: bytes, headers: dict[str, str]
) -> tuple[Mapping[str, str], dict[str, str]]:
    """Return the headers and the value of the answer."""
    try:
        with urllib.request.urlopen(  # noqa: S310 - our own
            _request(url, body, headers), timeout=PATIENCE_S
        ) as answer:
            return answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        told = json.load(error)
        raise OperatorError(told.get("error", ""), where=told.get("where", "")) from error
    except OSError as error:
        message = f"the broadcast does not answer: {error}; is it running?"
        raise DeviceError(message, where=url) from error


def _request(url: str, body: bytes, headers: dict[str, str]) -> urllib.request.Request:
    return urllib.request.Request(url, body, headers)  # noqa: S310 - our own
