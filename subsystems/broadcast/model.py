"""What is announced: the values that rules, scheduler, speech and pages share.

Law: values only. An `Occasion` is why something is said, a `Saying` is what is said, word by word.
Instants are station time; durations in seconds are real ones, for a voice does not speak faster
when a simulated day does.

What is spoken once is spoken once: a key that a zone was told is not spoken there again, whatever
its content by then. What is to be told again has another key, which the rules count with the help
of what was told (`Told`): so whoever speaks keeps, for each key, the `told` of its occasion, over
restarts, for two days.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable


class Kind(StrEnum):
    """Kinds of announcements. Closed: each has templates and a rule."""

    WELCOME = "welcome"
    CHECK_IN_OPEN = "check-in-open"
    REMINDER = "reminder"
    """In the middle of check-in."""
    LAST_CALL = "last-call"
    CHECK_IN_CLOSED = "check-in-closed"
    CHECK_IN_REOPENED = "check-in-reopened"
    APPROACH = "approach"
    STAND_BACK = "stand-back"
    """A train that does not stop comes through."""
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    DELAY = "delay"
    DELAY_UNKNOWN = "delay-unknown"
    PLATFORM_CHANGE = "platform-change"
    GATE_CHANGE = "gate-change"
    CANCELLATION = "cancellation"
    ENDS_HERE = "ends-here"
    STARTS_HERE = "starts-here"
    EXIT_GUIDANCE = "exit-guidance"
    LOST_AND_FOUND = "lost-and-found"
    SAFETY = "safety"
    NOTICE = "notice"
    """Free text that a person published, to be spoken."""
    MANUAL = "manual"
    """A person at the microphone, or text typed for one occasion."""
    EMERGENCY = "emergency"


class Priority(IntEnum):
    """The higher one goes first; one that is strictly higher may cut off the lower."""

    COURTESY = 0
    DELAY = 1
    CHECK_IN = 2
    ARRIVAL = 3
    LAST_CALL = 4
    PLATFORM_CHANGE = 5
    MANUAL = 6
    EMERGENCY = 7


class Occasion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why something is to be said: from the rules for a run, or from a person.

    Attributes:
        key: stays the same when it is computed anew, e.g. ``2021-01-20.K274/check-in-open/1``; one
            key is spoken at most once a zone, over restarts too, also with other content.
        kind: what it is.
        priority: against others.
        zones: ids of announcement zones, in the order of the configuration.
        languages: in the order of speaking.
        due: not before.
        latest: not from then on: it is dropped, not late. Counted from the moment it would START.
        true_until: its words stop being true then, as far as is known (check-in closes): it is
            begun only if it ENDS before, and cut off then. None: true while the rules derive it.
        run_id: the run that it is about, None: the station.
        content: what would be said, as a digest. A waiting announcement is replaced by the same
            key with other content; one whose key and content are no more due is never told.
        mark: what the rules want to know of it when it has been told, e.g. the minutes of a delay;
            "" for nothing.
        facts: what would be said, as `subsystems.broadcast.facts` writes it: its words need nothing
            else, so they say what `content` covers, whatever became of the run meanwhile.
        members: with a group: the occasions that it tells together. When it has been told, so has
            each of them; the group's own key counts nothing.
        chime: name of the chime before it, "" for none.
        groups: several of this kind that are due together may be told as one.
        repeats: times that it is spoken, one after the other.
        repeat_after_s: real seconds between them.
        text: what a person wrote, by language; empty: by template.
        clip: recorded sound in place of speech, a file in the broadcast's own folder; "" for none.
    """

    key: str
    kind: Kind
    priority: Priority
    zones: tuple[str, ...]
    languages: tuple[str, ...]
    due: Instant
    latest: Instant
    true_until: Instant | None = None
    run_id: str | None = None
    content: str = ""
    mark: str = ""
    facts: bytes = b""
    members: tuple[Occasion, ...] = ()
    chime: str = "chime"
    groups: bool = False
    repeats: int = 1
    repeat_after_s: float = 0.0
    text: dict[str, str] = {}
    clip: str = ""

    def told(self, at: Instant) -> tuple[Told, ...]:
        """Return what is to be remembered when its voice began at `at`: of a group, each member."""
        return tuple(Told(each.key, each.mark, at) for each in self.members or (self,))


class Told(msgspec.Struct, frozen=True):
    """That an occasion was spoken, in whichever zone first.

    Attributes:
        key: the occasion's.
        mark: likewise.
        at: when its voice began, station time.
    """

    key: str
    mark: str
    at: Instant


class Segment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of what is spoken.

    Attributes:
        text: as it is written, digits and letters already expanded to words of its language.
        reading: tone-numbered pinyin, one syllable per character and separated by blanks, for
            Chinese (``liu4 an1``), none for punctuation, which ends a segment; a respelling for
            other languages; "" as the engine reads it.
        clip: recorded sound of this piece, a file of the station's clips; "" for none.
        pause_ms: silence after it.
    """

    text: str
    reading: str = ""
    clip: str = ""
    pause_ms: int = 0


class Part(msgspec.Struct, frozen=True):
    """What is said in one language.

    Attributes:
        language: tag (BCP 47).
        shown: as boards show it at the same time.
        segments: as it is spoken; their texts, joined, say what `shown` says.
    """

    language: str
    shown: str
    segments: tuple[Segment, ...]


class Saying(msgspec.Struct, frozen=True):
    """What is said, language after language."""

    parts: tuple[Part, ...]

    @property
    def shown(self) -> dict[str, str]:
        """The text by language."""
        return {part.language: part.shown for part in self.parts}


def zones_text(zones: Iterable[str]) -> str:
    """Return zones as one word for logs."""
    return "+".join(zones)
