"""What the archive keeps of an announcement.

Law: values only. Instants are station time; seconds are real ones.
"""

from __future__ import annotations

import msgspec

from protocol.times import Instant
from subsystems.broadcast.model import Kind
from subsystems.broadcast.speech.ending import Ended


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An announcement as it is put on record when it begins.

    Attributes:
        id: of the playing, as in `port.Playback.id`; each only once.
        key: of the occasion.
        kind: of the announcement.
        zones: where.
        begun_at: when.
        texts: what, by language, as boards show it.
        run_ids: trains that it is about.
        engines: who spoke.
        missing: languages that should have been spoken and were not.
        person: who had it said, "" for nobody.
        gains: how loud in which zone, decibels against normal; those not named: as normal.
    """

    id: str
    key: str
    kind: Kind
    zones: tuple[str, ...]
    begun_at: Instant
    texts: dict[str, str]
    run_ids: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    person: str = ""
    gains: dict[str, float] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An announcement as it is found.

    Attributes:
        said: as it began.
        seconds: how long it would have played.
        ended: how it ended; None: it is being played, or we died over it.
        heard_s: how much of it was heard.
        why: a sentence where it failed.
        sound: file in the archive's folder, "" for none: as it was heard, to where it was cut off.
    """

    said: Said
    seconds: float
    ended: Ended | None
    heard_s: float
    why: str
    sound: str


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; everything that is not None must fit.

    Attributes:
        since: begun then or later.
        until: begun before.
        zone: heard there.
        kind: of this kind.
        run_id: about this train.
        text: has these words in any language, in any order.
        ended: ended so.
        most: at most so many, the last first.
    """

    since: Instant | None = None
    until: Instant | None = None
    zone: str | None = None
    kind: Kind | None = None
    run_id: str | None = None
    text: str | None = None
    ended: Ended | None = None
    most: int = 200
