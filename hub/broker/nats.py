"""The configuration file of the NATS server as an MQTT broker. Permissions to text.

Law: everything that is not listed is denied, for NATS denies what an allow list does not name. MQTT
is the only way in: users may not use NATS's own protocol, whose port is on the loopback, random.
No I/O; only the salt of a hashed password is drawn here.

    MQTT     pis/1/hohhot-east/run/2021-01-20.z180     run/+     hub/#
    NATS     pis.1.hohhot-east.run.2021-01-20//z180    run.*     hub, hub.>
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.codec import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hub.broker.permissions import Permissions

BCRYPT_ROUNDS = 4

HEADROOM = 64 * 1024
"""For the headers that NATS adds to a payload of `protocol.codec.MAX_BYTES`."""

_TEMPLATE = """\
# Written by `station broker` at each start: changes made here are lost.
server_name: {name}
host: 127.0.0.1
port: -1
logtime: false
max_payload: {max_payload}
jetstream {{
  store_dir: {store}
  max_memory_store: 67108864
  max_file_store: 4294967296
  sync_interval: "10s"
}}
mqtt {{
  host: {host}
  port: {port}
  reject_qos2_publish: true{tls}
}}
{websocket}authorization {{
  timeout: {patience}
  users: [
{users}
  ]
}}
"""

_TLS = """
  tls {{
    cert_file: {cert}
    key_file: {key}{authority}
    min_version: "1.2"
    timeout: {patience}
  }}"""

_WEBSOCKET = """\
websocket {{
  host: {host}
  port: {port}
  {safety}
}}
"""

PATIENCE_S = 10
"""For a handshake and for a password: 500 clients that come back at once take turns."""

_USER = """\
    {{
      user: {user}
      password: {password}
      allowed_connection_types: {ways}
      permissions: {{
        publish: {writes}
        subscribe: {reads}
      }}
    }}"""


@dataclass(frozen=True)
class ServerTls:
    """The broker's certificate and key; `ca`: it demands a certificate of this authority."""

    cert: Path
    key: Path
    ca: Path | None = None


@dataclass(frozen=True)
class Listener:
    """Where the broker listens and what it is called; `websocket`: port of MQTT over WebSocket."""

    name: str
    host: str
    port: int
    tls: ServerTls | None = None
    websocket: int | None = None


def subjects(topic_filter: str) -> tuple[str, ...]:
    """Return the NATS subjects that NATS makes of an MQTT topic or filter.

    One, but two for a filter that ends in ``/#``, which matches its parent level as well.
    """
    *parents, last = [_token(level) for level in topic_filter.split("/")]
    subject = ".".join([*parents, last])
    return (".".join(parents), subject) if last == ">" and parents else (subject,)


def configuration(
    listener: Listener,
    *,
    store: Path,
    permissions: Sequence[Permissions],
    passwords: Mapping[str, str],
) -> str:
    """Return the text of the configuration file.

    Args:
        listener: of MQTT.
        store: directory for sessions and retained messages.
        permissions: of every user.
        passwords: by user, as they are or `hashed`; without quotes, backslashes and control
            characters. As they are, the file must be readable by its owner alone.
    """
    ways = ["MQTT"] if listener.websocket is None else ["MQTT", "MQTT_WS"]
    users = "\n".join(
        _USER.format(
            user=_quoted(each.user),
            password=_quoted(passwords[each.user]),
            ways=json.dumps(ways),
            writes=_list(each.writes),
            reads=_list(each.reads),
        )
        for each in permissions
    )
    return _TEMPLATE.format(
        name=_quoted(listener.name),
        host=_quoted(listener.host),
        port=listener.port,
        store=_quoted(str(store)),
        max_payload=MAX_BYTES + HEADROOM,
        tls=_tls(listener.tls) if listener.tls is not None else "",
        websocket=_websocket(listener, listener.websocket),
        patience=PATIENCE_S,
        users=users,
    )


def hashed(passwords: Mapping[str, str]) -> dict[str, str]:
    """Return the passwords as NATS takes them hashed (bcrypt), by user.

    The cost is bcrypt's lowest, about 1 ms: the passwords are 192 random bits, which nobody
    guesses, and 500 clients that return at once are let in one after another.
    """
    import bcrypt  # noqa: PLC0415 - the embedded broker does without

    return {
        user: bcrypt.hashpw(word.encode(), bcrypt.gensalt(BCRYPT_ROUNDS, prefix=b"2a")).decode()
        for user, word in passwords.items()
    }


def _tls(tls: ServerTls) -> str:
    demand = "" if tls.ca is None else f"\n    ca_file: {_quoted(str(tls.ca))}\n    verify: true"
    return _TLS.format(
        cert=_quoted(str(tls.cert)),
        key=_quoted(str(tls.key)),
        authority=demand,
        patience=PATIENCE_S,
    )


def _websocket(listener: Listener, port: int | None) -> str:
    if port is None:
        return ""
    safety = "no_tls: true" if listener.tls is None else _tls(listener.tls).strip()
    return _WEBSOCKET.format(host=_quoted(listener.host), port=port, safety=safety)


def _token(level: str) -> str:
    return {"+": "*", "#": ">"}.get(level, level.replace(".", "//"))


def _list(filters: Sequence[str]) -> str:
    """Return what is allowed; an empty allow list would allow everything to NATS."""
    if not filters:
        return '{deny: [">"]}'
    allowed = json.dumps([subject for each in filters for subject in subjects(each)])
    return f"{{allow: {allowed}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
