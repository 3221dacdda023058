"""Opening recorded files: plain, gzip or xz; XML without entities, network or DTD.

Law: gives lines and elements one by one; a recording may be larger than memory.
"""

from __future__ import annotations

import gzip
import lzma
from typing import IO, TYPE_CHECKING, cast

from lxml import etree

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from simulators.replay.calls import Reading


def all_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and those in the directories named, by name.

    Raises:
        OperatorError: one is not there.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise OperatorError("no such file or directory", where=str(path))
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += inside
    return found


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, unpacking by its name."""
    if path.suffix == ".xz":
        return cast("IO[bytes]", lzma.open(path))
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def lines_of(path: Path, reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield (number, line); what is no UTF-8 is replaced, a damaged archive ends."""
    number = 0
    try:
        with open_bytes(path) as file:
            for number, raw in enumerate(file, 1):
                yield number, raw.decode("utf-8-sig", errors="replace")
    except (OSError, EOFError, lzma.LZMAError) as error:
        reading.reject("file cannot be read to its end", f"{path}:{number}: {error}")


def elements_of(path: Path, tags: Sequence[str], reading: Reading) -> Iterator[etree._Element]:
    """Yield the elements of these local names as they end, any namespace; then forget them.

    Broken markup is repaired as far as it goes, and counted.
    """
    wanted = [f"{{*}}{tag}" for tag in tags]
    try:
        with open_bytes(path) as file:
            parsing = etree.iterparse(
                file,
                events=("end",),
                tag=wanted,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                recover=True,
            )
            for _, element in parsing:
                yield element
                element.clear(keep_tail=False)
                while element.getprevious() is not None:
                    parent = element.getparent()
                    assert parent is not None  # noqa: S101 - it has a sibling
                    del parent[0]
            for _ in parsing.error_log:
                reading.reject("broken markup", f"{path}: {parsing.error_log[0].message}")
    except (OSError, EOFError, lzma.LZMAError, etree.XMLSyntaxError) as error:
        reading.reject("file cannot be read to its end", f"{path}: {error}")
