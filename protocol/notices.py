"""Notices: free text to passengers, with validity.

Law: a notice is told from `begins_at` up to, not including, `ends_at`, and never when its envelope
is past `valid_until`; no other message is needed to take it down in time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Container


class NoticeKind(StrEnum):
    """How much a notice matters; the order is the order of precedence. Closed."""

    INFORMATION = "INFORMATION"
    DISRUPTION = "DISRUPTION"
    """Trains are affected."""
    EMERGENCY = "EMERGENCY"
    """Goes before everything else, on every device, muted or not."""


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`notice/{id}`, retained; an empty payload deletes.

    Attributes:
        notice_id: immutable.
        kind: how much it matters.
        text: by language (BCP 47); at least the station's first language.
        title: by language; may be left out.
        begins_at: told from then on; None: at once.
        ends_at: not told any more from then on; None: until it is deleted.
        zones: of the station; empty: everywhere.
        kinds: types of devices; empty: all.
        run_ids: what it is about; empty: the station.
        spoken: to be spoken, not only shown.
    """

    notice_id: str
    kind: NoticeKind
    text: dict[str, str]
    title: dict[str, str] = {}
    begins_at: Instant | None = None
    ends_at: Instant | None = None
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    spoken: bool = False

    def told(self, now: Instant) -> bool:
        """Return whether it is told at `now`."""
        begun = self.begins_at is None or self.begins_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)

    def meant_for(self, kind: str, zones: Container[str]) -> bool:
        """Return whether it is for a device of that type in those zones."""
        everywhere = not self.zones or any(zone in zones for zone in self.zones)
        return everywhere and (not self.kinds or kind in self.kinds)
