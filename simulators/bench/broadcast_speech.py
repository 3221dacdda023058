"""Figures of speech for `station bench broadcast`.

Law: starts `broadcast_speech_run` as a process of its own, for it measures its memory, and passes
its figures on.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from protocol.errors import DeviceError
from simulators.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "simulators.bench.broadcast_speech_run"
LONGEST_S = 900


def figures(size: str) -> Iterator[Figure]:
    """Yield the figures of speech.

    Args:
        size: ``small``, ``default`` or ``nightly``.

    Raises:
        DeviceError: it could not be measured here.
    """
    command = [sys.executable, "-m", MODULE, size]
    done = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")[-500:]
        raise DeviceError(f"speech could not be measured: {said}", where=MODULE)
    for line in done.stdout.splitlines():
        yield msgspec.json.decode(line, type=Figure)
