"""What the hub and the console are told: posts where nobody signs, a disk that refuses.

Law: words and codes; `alarms` decides. A code is the same for the same post for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.devices import Severity
from protocol.times import clock_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_config.model import Station
    from subsystems.kit.faults import Faults
    from subsystems.staff_notices.alarms import Alarm
    from subsystems.staff_notices.words import Words

UNSIGNED = "unsigned"
"""Begins the code of a post's fault: ``unsigned-POST``."""
STORE = "store"


class Bells:
    """The faults of staff notices.

    Args:
        station: its zone and posts.
        words: tables of its languages.
        faults: of the device.
    """

    def __init__(self, station: Station, words: Mapping[str, Words], faults: Faults) -> None:
        self._station = station
        self._words = words
        self._faults = faults
        posts = () if station.posts is None else station.posts.posts
        self._names = {post.id: post.names for post in posts}

    def ring(self, post: str, alarm: Alarm | None) -> None:
        """Tell that nobody signs at a post, None: that it is over."""
        code = f"{UNSIGNED}-{post}"
        if alarm is None:
            self._faults.end(code)
            return
        texts = {
            tag: table.fault_unsigned.format(
                post=self._names[post].get(tag, post),
                count=alarm.count,
                time=clock_text(alarm.since, self._station.zone_info),
                numbers=" ".join(alarm.numbers),
            )
            for tag, table in self._words.items()
        }
        self._faults.begin(code, alarm.severity, texts, part=post)

    def store(self, why: str) -> None:
        """Tell why nothing can be written, "": it can again."""
        if not why:
            self._faults.end(STORE)
            return
        texts = {tag: table.fault_store.format(why=why) for tag, table in self._words.items()}
        self._faults.begin(STORE, Severity.ERROR, texts)
