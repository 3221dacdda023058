"""Marks the moments at which a change passes a link of the chain, for `station bench chain`.

Law: off unless the environment says ``STATION_TRACE=1``, and then nothing but a line of log. The
monotonic clock is one for all processes of a machine, so marks of different processes compare.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

ENABLED = os.environ.get("STATION_TRACE") == "1"


def trace(log: FilteringBoundLogger, link: str, key: str, **fields: object) -> None:
    """Log that `key` (a row's key, a run id) passed `link` now.

    Args:
        log: the process's log.
        link: short name of the link, e.g. ``poll``, ``wire``, ``kernel``.
        key: what passed.
        **fields: anything that tells one passing from another, e.g. a revision.
    """
    if ENABLED:
        log.info(f"trace.{link}", key=key, mono_ns=time.monotonic_ns(), **fields)  # noqa: G004 - link is a name, not a value
