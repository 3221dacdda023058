"""A person's announcement: typed or recorded, for some zones, once or repeated, now or later.

Law: pure. What a person sends is checked as a whole and every mistake is said; each announcement
has an end, for nothing that a person began goes on by itself. An occasion made here says word for
word what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from protocol.errors import OperatorError
from protocol.times import Instant
from subsystems.broadcast.model import Kind, Occasion, Priority

if TYPE_CHECKING:
    from collections.abc import Collection

PREFIX = "manual/"
TEXT_MOST = 600
"""Characters of one language: about two minutes and a half in Chinese."""
LASTS = timedelta(minutes=10)
"""How long one waits for its zones if nobody says."""
LASTS_MOST = timedelta(hours=12)
AHEAD_MOST = timedelta(hours=24)

Who = Annotated[str, msgspec.Meta(max_length=60)]


class Announce(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for.

    Attributes:
        zones: announcement zones.
        text: by language; empty with a recording.
        recording: name of an upload; "" with a text.
        begins_at: None: at once.
        ends_at: not begun from then on; None: `LASTS` after it begins.
        repeats: times that it is spoken.
        repeat_after_s: real seconds between them.
        chime: whether a chime sounds before it.
        who: says so.
        key: of an earlier one that it takes the place of; "" for a new one.
    """

    zones: tuple[str, ...]
    text: dict[str, str] = {}
    recording: str = ""
    begins_at: Instant | None = None
    ends_at: Instant | None = None
    repeats: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    repeat_after_s: Annotated[float, msgspec.Meta(ge=5, le=3600)] = 30.0
    chime: bool = True
    who: Who = ""
    key: str = ""


@dataclass(frozen=True)
class Ground:
    """What a person's words are checked against.

    Attributes:
        zones: of the station, in order.
        languages: that can be spoken, in the order of speaking.
        chime: its name.
        recordings: uploads that are there.
    """

    zones: tuple[str, ...]
    languages: tuple[str, ...]
    chime: str
    recordings: Collection[str] = ()


def make_occasion(asked: Announce, ground: Ground, name: str, now: Instant) -> Occasion:
    """Return what is to be spoken.

    Args:
        asked: by a person.
        ground: the station.
        name: new and unique.
        now: station time.

    Raises:
        OperatorError: it cannot be spoken; the message says everything that is wrong.
    """
    text = {tag: " ".join(words.split()) for tag, words in asked.text.items() if words.strip()}
    begins = max(asked.begins_at or now, now)
    ends = asked.ends_at or begins + LASTS
    _refuse(
        [
            *_about_places(asked, ground),
            *_about_words(asked, text, ground),
            *_about_times(asked, begins, ends, now),
        ]
    )
    return Occasion(
        key=asked.key or f"{PREFIX}{name}",
        kind=Kind.MANUAL,
        priority=Priority.MANUAL,
        zones=in_order(asked.zones, ground.zones),
        languages=in_order(text, ground.languages),
        due=begins,
        latest=ends,
        content=name,
        chime=ground.chime if asked.chime else "",
        repeats=asked.repeats,
        repeat_after_s=asked.repeat_after_s,
        text={tag: text[tag] for tag in ground.languages if tag in text},
        clip=asked.recording,
    )


def in_order(some: Collection[str], order: tuple[str, ...]) -> tuple[str, ...]:
    """Return `some` in the order of `order`."""
    return tuple(each for each in order if each in some)


def _about_places(asked: Announce, ground: Ground) -> list[str]:
    if not asked.zones:
        return ["no zone is chosen"]
    unknown = [zone for zone in asked.zones if zone not in ground.zones]
    return [f"no zone {', '.join(unknown)}"] if unknown else []


def _about_words(asked: Announce, text: dict[str, str], ground: Ground) -> list[str]:
    wrong = []
    if bool(text) == bool(asked.recording):
        wrong.append("write a text, or record one")
    if asked.recording and asked.recording not in ground.recordings:
        wrong.append("the recording is not there any more: record it again")
    unknown = [tag for tag in text if tag not in ground.languages]
    if unknown:
        spoken = ", ".join(ground.languages)
        wrong.append(f"{', '.join(unknown)} is not spoken here, only {spoken}")
    long = [tag for tag, words in text.items() if len(words) > TEXT_MOST]
    if long:
        wrong.append(f"more than {TEXT_MOST} characters in {', '.join(long)}")
    return wrong


def _about_times(asked: Announce, begins: Instant, ends: Instant, now: Instant) -> list[str]:
    if begins > now + AHEAD_MOST:
        return [f"it begins more than {AHEAD_MOST // timedelta(hours=1)} hours ahead"]
    if ends <= begins:
        return ["it ends before it begins"]
    if asked.ends_at is not None and ends - begins > LASTS_MOST:
        return [f"it lasts longer than {LASTS_MOST // timedelta(hours=1)} hours"]
    return []


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise OperatorError("; ".join(wrong))
