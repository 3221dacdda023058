"""The configuration files of Mosquitto, for stations that run it already. Pure.

Law: the same permissions as for the embedded broker, in Mosquitto's words. Mosquitto grants any
subscription and filters what it delivers, so a device that asks for too much is not told so.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from protocol.codec import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hub.broker.nats import Listener
    from hub.broker.permissions import Permissions

ITERATIONS = 101
"""Of PBKDF2: what ``mosquitto_passwd`` 2.0 writes. The passwords are random, not words."""

SALT_BYTES = 12

_TEMPLATE = """\
# Written for a station: permissions in acl, passwords in passwords.
listener {port} {host}
allow_anonymous false
password_file {directory}/passwords
acl_file {directory}/acl
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
"""


def configuration(listener: Listener, *, directory: Path) -> str:
    """Return ``mosquitto.conf``; `directory` holds the other two files and the database."""
    return _TEMPLATE.format(
        host=listener.host,
        port=listener.port,
        directory=directory,
        message_size_limit=MAX_BYTES,
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
        f"{user}:{_hashed(word, salt(SALT_BYTES))}\n" for user, word in passwords.items()
    )


def _hashed(password: str, salt: bytes) -> str:
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    encoded = (base64.b64encode(part).decode() for part in (salt, digest))
    return "$".join(("", "7", str(ITERATIONS), *encoded))
