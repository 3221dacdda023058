"""`station replay` and `station journal`: the commands' work.

Law: wiring and words; what a replay is stands in `hub.past.replay`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from hub.past.journal_file import JournalFile, write_journal
from hub.past.replay import Replayed, replay
from hub.past.source import first_number, given_station, opened, station_of
from hub.store.journal import STATION
from protocol.errors import OperatorError

if TYPE_CHECKING:
    import argparse

    from hub.store.reading import Reader

EXIT_DIFFERS = 1


def run(arguments: argparse.Namespace) -> int:
    """Live a journal again; return 1 if anything came out otherwise.

    Raises:
        OperatorError: the journal cannot be used.
    """
    if arguments.journal is not None:
        if arguments.first is not None or arguments.database or arguments.deployment:
            raise OperatorError("a journal file is replayed whole, without a database")
        journal = JournalFile(arguments.journal)
        found = replay(
            journal.records(),
            journal.tables,
            station=given_station(arguments),
            at_most=arguments.differences,
        )
    else:
        with opened(arguments) as reader:
            found = _of_database(arguments, reader)
    _tell(found, as_json=arguments.json)
    return EXIT_DIFFERS if found.differing else 0


def export(arguments: argparse.Namespace) -> int:
    """Write a journal into a file.

    Raises:
        OperatorError: there is nothing to write, or it cannot be written.
    """
    with opened(arguments) as reader:
        zone = station_of(arguments, reader, None).zone_info if arguments.first else None
        count = write_journal(reader, first_number(reader, arguments.first, zone), arguments.out)
    size = arguments.out.stat().st_size
    print(f"{count} records, {size / 1e6:.1f} MB: {arguments.out}")  # noqa: T201 - the answer
    return 0


def _of_database(arguments: argparse.Namespace, reader: Reader) -> Replayed:
    zone = station_of(arguments, reader, None).zone_info if arguments.first else None
    first = first_number(reader, arguments.first, zone)
    stations = reader.records(0, first - 1, frozenset({STATION}))
    return replay(
        (record for part in (stations, reader.records(first)) for record in part),
        reader.tables(),
        station=given_station(arguments),
        at_most=arguments.differences,
    )


def _tell(found: Replayed, *, as_json: bool) -> None:
    out = sys.stdout
    if as_json:
        told = {
            "steps": found.steps,
            "inputs": found.inputs,
            "compared": found.outcomes,
            "differing": found.differing,
            "differences": found.differences,
        }
        out.write(msgspec.json.encode(told).decode() + "\n")
        return
    for each in found.differences:
        out.write(f"{each.what}\n  was  {each.was or '-'}\n  now  {each.now or '-'}\n")
    if found.differing > len(found.differences):
        out.write(f"… and {found.differing - len(found.differences)} more\n")
    same = "the same, octet for octet" if not found.differing else f"{found.differing} differ"
    out.write(
        f"{found.steps} steps with {found.inputs} inputs lived again; "
        f"{found.outcomes} outcomes and the final state compared: {same}\n"
    )
