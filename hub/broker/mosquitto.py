"""The configuration files of Mosquitto, for stations that run it already. Pure.

Law: the same permissions as for the embedded broker, in Mosquitto's words. They go through its
plugin for dynamic security, which comes with every Mosquitto since 2.0 and refuses in SUBACK what a
device may not read. A device's client id is its user name there: none can take over the session of
another. An access list does without the plugin, but grants any subscription and
filters what it delivers: a device that asks for too much is not told so.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from protocol.codec import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hub.broker.nats import Listener, ServerTls
    from hub.broker.permissions import Permissions

ITERATIONS = 101
"""Of PBKDF2: what ``mosquitto_passwd`` 2.0 writes. The passwords are random, not words."""

SALT_BYTES = 12
PLUGIN = "mosquitto_dynamic_security.so"

_TEMPLATE = """\
# Written for a station by `station broker config mosquitto`.
per_listener_settings false
allow_anonymous false
{access}
# A kill -9 loses what was not saved, acknowledged or not.
persistence true
persistence_location {directory}/
autosave_on_changes true
autosave_interval 1
set_tcp_nodelay true
message_size_limit {message_size_limit}
max_queued_messages 10000
max_inflight_messages 100
log_dest stderr
log_timestamp false
listener {port} {host}
{tls}{websocket}"""


def configuration(listener: Listener, *, directory: Path, plugin: Path | None = None) -> str:
    """Return ``mosquitto.conf``.

    Args:
        listener: of MQTT, and of MQTT over WebSocket.
        directory: holds the other files and the database.
        plugin: for dynamic security, its file is ``security.json``; None: an access list is used,
            in the files ``acl`` and ``passwords``.
    """
    tls = "" if listener.tls is None else _tls(listener.tls)
    websocket = ""
    if listener.websocket is not None:
        websocket = f"listener {listener.websocket} {listener.host}\nprotocol websockets\n{tls}"
    if plugin is None:
        access = f"password_file {directory}/passwords\nacl_file {directory}/acl"
    else:
        access = f"plugin {plugin}\nplugin_opt_config_file {directory}/security.json"
    return _TEMPLATE.format(
        access=access,
        host=listener.host,
        port=listener.port,
        directory=directory,
        message_size_limit=MAX_BYTES,
        tls=tls,
        websocket=websocket,
    )


def security(
    permissions: Sequence[Permissions],
    passwords: Mapping[str, str],
    salt: Callable[[int], bytes],
) -> str:
    """Return the file ``security.json``: users with their hashed passwords, and what each may do.

    Args:
        permissions: of every user.
        passwords: by user.
        salt: gives so many random bytes.
    """
    return json.dumps(
        {
            "defaultACLAccess": {
                "publishClientSend": False,
                "publishClientReceive": False,
                "subscribe": False,
                "unsubscribe": True,
            },
            "clients": [
                _client(each, passwords[each.user], salt(SALT_BYTES)) for each in permissions
            ],
            "roles": [_role(each) for each in permissions],
        },
        indent=1,
    )


def access_list(permissions: Sequence[Permissions]) -> str:
    """Return the file ``acl``."""
    lines: list[str] = []
    for each in permissions:
        lines.append(f"user {each.user}")
        lines += [f"topic read {topic}" for topic in each.reads]
        lines += [f"topic write {topic}" for topic in each.writes]
    return "\n".join(lines) + "\n"


def password_file(passwords: Mapping[str, str], salt: Callable[[int], bytes]) -> str:
    """Return the file ``passwords``, hashed as ``mosquitto_passwd`` does (PBKDF2, SHA-512).

    Args:
        passwords: by user.
        salt: gives so many random bytes.
    """
    return "".join(
        f"{user}:{'$'.join(('', '7', str(ITERATIONS), *_hashed(word, salt(SALT_BYTES))))}\n"
        for user, word in passwords.items()
    )


def _client(granted: Permissions, password: str, salt: bytes) -> dict[str, object]:
    encoded_salt, digest = _hashed(password, salt)
    client: dict[str, object] = {
        "username": granted.user,
        "password": digest,
        "salt": encoded_salt,
        "iterations": ITERATIONS,
        "roles": [{"rolename": granted.user}],
    }
    if not granted.many:
        client["clientid"] = granted.user
    return client


def _role(granted: Permissions) -> dict[str, object]:
    rules = [("subscribePattern", topic) for topic in granted.reads]
    rules += [("publishClientReceive", topic) for topic in granted.reads]
    rules += [("publishClientSend", topic) for topic in granted.writes]
    acls = [{"acltype": what, "topic": topic, "allow": True} for what, topic in rules]
    return {"rolename": granted.user, "acls": acls}


def _tls(tls: ServerTls) -> str:
    demand = "" if tls.ca is None else f"cafile {tls.ca}\nrequire_certificate true\n"
    return f"certfile {tls.cert}\nkeyfile {tls.key}\ntls_version tlsv1.2\n{demand}"


def _hashed(password: str, salt: bytes) -> tuple[str, str]:
    """Return salt and digest, both in Base64."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return base64.b64encode(salt).decode(), base64.b64encode(digest).decode()
