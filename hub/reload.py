"""What `station reload` is answered, and the command's own side.

Law: nothing is judged here: the running hub reads the files and says what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.asking import ask
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse

TIMEOUT_S = 60.0
"""A large station's timetable takes a while to read."""


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        rows: of the timetable, whatever the day.
        runs: ids of the runs with a publication of their own that are told otherwise now.
        publications: how many messages tell of it, plans of days among them.
    """

    rows: int
    runs: tuple[str, ...] = ()
    publications: int = 0


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code.

    Raises:
        ConfigErrors: the station's files have mistakes; the hub was not asked.
        DeviceError: the hub did not answer, or refused.
    """
    deployment = load_deployment(arguments.deployment)
    station = load_station(deployment.station)
    rows = len(station.timetable.rows) if station.timetable is not None else 0
    if arguments.check:
        print(f"{deployment.station}: no mistakes, {rows} rows in the timetable")  # noqa: T201
        return 0
    answer = ask(deployment, "reload", b"", timeout_s=TIMEOUT_S)
    reloaded = msgspec.json.decode(answer, type=Reloaded)
    print(answer.decode() if arguments.json else _text(reloaded))  # noqa: T201 - the answer
    return 0


def _text(reloaded: Reloaded) -> str:
    told = f"{reloaded.publications} messages tell of it" if reloaded.publications else "no news"
    head = f"the hub goes on with {reloaded.rows} rows of the timetable; {told}"
    return "\n".join([head, *(f"  {run_id}" for run_id in reloaded.runs)])
