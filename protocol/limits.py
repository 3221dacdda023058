"""The protocol's numbers: lifetimes, intervals, sizes, ranges.

Law: each number of the protocol document stands here once; seconds are real seconds unless it says
station time. Who needs one imports it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

BEAT_S = 5.0
"""Between two beats of the hub."""
SUSPECT_AFTER_S = 15.0
"""Without a beat; then the link is SUSPECT."""
AUTONOMOUS_AFTER_S = 15.0
"""After SUSPECT, at most."""
RESYNC_AFTER_S = 10.0
"""In SYNCING with something missing; then the device asks, plus up to `RESYNC_JITTER_S`."""
RESYNC_JITTER_S = 5.0
CALM_S = 3.0
"""With everything held, before ONLINE."""

MANIFEST_MIN_S = 1.0
MANIFEST_MAX_S = 60.0
"""Between two manifests."""
STATE_EVERY_S = 30.0
"""Between two states of a device that does not change."""
STATE_LIVES = 3
"""Intervals for which a device's state is valid."""
HEALTH_EVERY_S = 60.0
AGGREGATE_EVERY_S = 60.0

EVENT_LIFE_S = 30.0
"""Life of an event: late is worse than never."""
COMMAND_LIFE_S = 10.0
"""Life of a command, at most."""
ACCEPTED_WITHIN_S = 2.0
"""From the receipt of a command to its acknowledgement `accepted`."""
RETRIES = 2
"""Times that a command without acknowledgement is sent again, under the same id."""
REMEMBER_COMMANDS_S = 60.0
"""How long a device knows a command's id again, restarts included."""
DONE_WITHIN_S = 60.0
"""From `accepted` to `done` or `failed`; then the hub holds the command for expired."""
IN_FORCE_WITHIN_S = 5.0
"""From the receipt of a want or configuration to the state that reports it in force."""
RESYNC_EVERY_S = 2.0
"""Between two resyncs of one device that the hub serves."""

SAID_LIFE_S = 30.0
"""Life of the word that a voice has ended; that one begins is valid until its end."""
SPOKEN_MOST_S = 900.0
"""Longest voice that is carried on."""
SPOKEN_TEXT = 4000
"""Characters of what is said, all languages together, that are carried on."""

RESYNC_NAMED = 500
"""Entities named in one wish for a resync; who misses more asks for everything."""

MAX_BYTES = 4 * 1024 * 1024
"""Of a day's plan or a manifest. A plan of the largest station (884 calls) is about 0.8 MB."""
MAX_OTHER_BYTES = 64 * 1024
"""Of every other message; a run is about 450 bytes."""
MAX_INTEGER = 2**53 - 1
"""The greatest integer that every JSON reader holds exactly (RFC 8259, 6)."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
"""An epoch, a sequence number, a revision, a number of things."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A part of the whole: brightness, volume, load."""
Scalar = str | int | float | bool
"""A value of an option or parameter whose meaning the device's maker gives."""
