"""The configuration file of the NATS server as an MQTT broker. Pure: permissions to text.

Law: everything that is not listed is denied, for NATS denies what an allow list does not name. MQTT
is the only way in: users may not use NATS's own protocol, whose port is on the loopback, random.

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
  reject_qos2_publish: true
}}
authorization {{
  users: [
{users}
  ]
}}
"""

_USER = """\
    {{
      user: {user}
      password: {password}
      allowed_connection_types: ["MQTT"]
      permissions: {{
        publish: {{allow: {writes}}}
        subscribe: {{allow: {reads}}}
      }}
    }}"""


@dataclass(frozen=True)
class Listener:
    """Where the broker listens and what it is called."""

    name: str
    host: str
    port: int


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

    It carries the passwords in the clear (a hash would cost each of 500 returning clients 100 ms
    of this machine): the file must be readable by its owner alone.

    Args:
        listener: of MQTT.
        store: directory for sessions and retained messages.
        permissions: of every user.
        passwords: by user; without quotes, backslashes and control characters.
    """
    users = "\n".join(
        _USER.format(
            user=_quoted(each.user),
            password=_quoted(passwords[each.user]),
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
        users=users,
    )


def _token(level: str) -> str:
    return {"+": "*", "#": ">"}.get(level, level.replace(".", "//"))


def _list(filters: Sequence[str]) -> str:
    return json.dumps([subject for each in filters for subject in subjects(each)])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
