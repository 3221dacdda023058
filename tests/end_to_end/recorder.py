"""Writes down every message on a broker, one JSON object a line: when, where, what.

Law: a process of its own that imports nothing of the project and says nothing. Whoever reads the
lines judges them. When the broker goes it comes back as soon as that does.

    python recorder.py HOST PORT USER PASSWORD_FILE FILTER OUT
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion


def main(host, port, user, password, wanted, out):
    with Path(out).open("a", buffering=1, encoding="utf-8") as file:

        def write(_client, _data, message):
            line = {
                "at": time.monotonic(),
                "wall": time.time(),  # noqa: TID251 - a beat is compared with it
                "topic": message.topic,
                "retain": message.retain,
                "payload": message.payload.decode("utf-8", "replace"),
            }
            file.write(json.dumps(line) + "\n")

        client = Client(CallbackAPIVersion.VERSION2, client_id="recorder")
        client.username_pw_set(user, Path(password).read_text(encoding="utf-8").strip())
        client.on_connect = lambda *_: client.subscribe(wanted, qos=1)
        client.on_message = write
        client.reconnect_delay_set(0.1, 0.3)
        client.connect_async(host, int(port), keepalive=5)
        client.loop_forever(retry_first_connection=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
