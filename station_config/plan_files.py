"""The files of an import, opened: plain, gzipped, a directory, or a zip archive.

Law: the edge of `station_config.imports`: opens and reads, knows no format.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.imports.records import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

    Progress = Callable[[str, int], None]


def source_of(path: Path, progress: Progress) -> Source:
    """Return a file, which may be gzipped.

    Raises:
        OperatorError: there is no such file.
    """
    if not path.is_file():
        raise OperatorError("there is no such file", where=str(path))
    opened = gzip.open if path.suffix == ".gz" else open

    def lines() -> Iterator[bytes]:
        return _lines(lambda: opened(path, "rb"), str(path))  # type: ignore[arg-type,return-value]

    return Source(path.name, lines, progress)


def feed_of(path: Path, names: tuple[str, ...], progress: Progress) -> dict[str, Source]:
    """Return those of the tables `names` that are in a directory or zip archive, by name.

    Raises:
        OperatorError: it is neither.
    """
    if path.is_dir():
        there = {name: path / name for name in names if (path / name).is_file()}
        return {name: source_of(table, progress) for name, table in there.items()}
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise OperatorError("this is neither a directory nor a zip archive", where=str(path))
    with zipfile.ZipFile(path) as archive:
        members = {member.rpartition("/")[2]: member for member in archive.namelist()}
    return {
        name: Source(name, _member(path, members[name]), progress)
        for name in names
        if name in members
    }


def _member(path: Path, member: str) -> Callable[[], Iterator[bytes]]:
    def lines() -> Iterator[bytes]:
        with zipfile.ZipFile(path) as archive:
            yield from _lines(lambda: archive.open(member), f"{path}:{member}")

    return lines


def _lines(open_it: Callable[[], IO[bytes]], where: str) -> Iterator[bytes]:
    try:
        with open_it() as opened:
            yield from opened
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise OperatorError(f"cannot be read: {error}", where=where) from error
