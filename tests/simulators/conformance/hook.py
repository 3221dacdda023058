"""What a maker gives to `station conformance --hook`: `hook.py DIRECTORY ACTION`.

The directory has ``device.json``: command, where its screen and its cache are, what it cannot do.
"""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

UNABLE = 64
FALSE = (b"QX702", b"QX992")
"""A number in the cache, and the one that damage makes of it."""


def main(directory, action):
    device = json.loads((directory / "device.json").read_text())
    if action in device["unable"]:
        return UNABLE
    match action:
        case "shown":
            screen = directory / "screen"
            sys.stdout.write(screen.read_text(encoding="utf-8") if screen.exists() else "")
        case "start":
            start(directory, device["command"])
        case "kill" | "stop":
            end(directory, signal.SIGKILL if action == "kill" else signal.SIGTERM)
        case "step" | "unstep":
            (directory / "seconds").write_text("3600" if action == "step" else "0")
        case "damage":
            damage(directory / "cache.db")
        case _:
            return UNABLE
    return 0


def start(directory, command):
    (directory / "screen").unlink(missing_ok=True)
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (directory / "pid").write_text(str(process.pid))


def end(directory, how):
    pid = int((directory / "pid").read_text())
    try:
        os.killpg(pid, how)
    except ProcessLookupError:
        return
    for _ in range(100):
        if gone(pid):
            return
        time.sleep(0.05)


def gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def damage(cache):
    """Change a number in every row that has it, and leave its checksum as it was."""
    with sqlite3.connect(cache) as database:
        rows = database.execute("SELECT entity, payload FROM entry").fetchall()
        for entity, payload in rows:
            changed = bytes(payload).replace(*FALSE)
            database.execute("UPDATE entry SET payload = ? WHERE entity = ?", (changed, entity))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
