"""What is being said over loudspeakers: the transcript, so that what is heard can be read.

Law: a device that speaks says `Said` when a voice begins and when it ends; the hub carries it on as
`Spoken`. It is told from `begins_at` up to `ends_at` by the reader's own clock; no other message is
needed to take it down, and one that says `ended` takes it down at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Container


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{device}/said`, from a device that speaks: a voice begins, or has ended.

    Attributes:
        spoken_id: of this announcement; the same when it ends.
        kind: which kind of announcement, e.g. ``platform-change``; open.
        text: word for word what is said, by language (BCP 47), in the order of speaking.
        begins_at: when the voice begins.
        ends_at: when it ends, as far as is known; not told any more from then on.
        zones: announcement zones that hear it.
        places: platforms, waiting rooms, gates and boards that those zones cover, by id; empty:
            the whole station.
        run_ids: what it is about; empty: the station.
        emergency: goes before everything else.
        ended: the voice has ended, or was cut off.
    """

    spoken_id: str
    kind: str
    text: dict[str, str]
    begins_at: Instant
    ends_at: Instant
    zones: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    emergency: bool = False
    ended: bool = False

    def told(self, now: Instant) -> bool:
        """Return whether it is told at `now`."""
        return not self.ended and self.begins_at <= now < self.ends_at

    def heard_at(self, places: Container[str]) -> bool:
        """Return whether it can be heard at one of `places`."""
        return not self.places or any(place in places for place in self.places)


class Spoken(Said, frozen=True, kw_only=True, omit_defaults=True):
    """`spoken`, from the hub: what a device of type ``broadcast`` says, for everybody to show.

    Attributes:
        device: that speaks.
        spoken_id: of this announcement; the same when it ends.
        kind: which kind of announcement, e.g. ``platform-change``; open.
        text: word for word what is said, by language (BCP 47), in the order of speaking.
        begins_at: when the voice begins.
        ends_at: when it ends, as far as is known; not told any more from then on.
        zones: announcement zones that hear it.
        places: platforms, waiting rooms, gates and boards that those zones cover, by id; empty:
            the whole station.
        run_ids: what it is about; empty: the station.
        emergency: goes before everything else.
        ended: the voice has ended, or was cut off.
    """

    device: str
