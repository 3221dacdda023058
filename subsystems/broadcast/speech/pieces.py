"""What a saying is made of: chime, utterances, recorded sounds, pauses, and silence at the end.

Law: pure. Segments in a row become one utterance, for an engine's intonation spans words, until one
is recorded or is followed by a pause. Digests say when a sound is the same sound.

    chime │ 0.3 s │ utterance │ clip │ utterance │ 0.7 s │ utterance (next language) │ 1 s
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from subsystems.broadcast.model import Part

if TYPE_CHECKING:
    from subsystems.broadcast.model import Saying, Segment
    from subsystems.broadcast.speech.settings import PauseSettings

VERSION = 1
"""Of how pieces are made: another one makes all sounds anew."""
NO_CHIME = ""


@dataclass(frozen=True)
class Utterance:
    """Words for an engine, without recorded sounds."""

    part: Part


@dataclass(frozen=True)
class Recorded:
    """A sound file of the station.

    Attributes:
        file: its name in the folder of clips.
        instead: what is spoken if it cannot be used; None: nothing can replace it.
    """

    file: str
    instead: Utterance | None = None


@dataclass(frozen=True)
class Chime:
    """A chime by its name."""

    name: str


@dataclass(frozen=True)
class Pause:
    """Silence."""

    milliseconds: int


Element = Utterance | Recorded | Chime | Pause


@dataclass(frozen=True)
class Plan:
    """What is to be played, in order.

    Attributes:
        head: chime and its pause.
        parts: elements by language: a part is heard whole or not at all.
        between: silence between parts.
        tail: silence at the end.
    """

    head: tuple[Element, ...]
    parts: tuple[tuple[str, tuple[Element, ...]], ...]
    between: Pause
    tail: Pause


def plan_of(saying: Saying, chime: str, pauses: PauseSettings, recording: str = "") -> Plan:
    """Return what is to be played.

    Args:
        saying: its words.
        chime: name of the chime before it, `NO_CHIME` for none.
        pauses: the station's.
        recording: a sound file in place of all words, "" for none; nothing replaces it.
    """
    head = (Chime(chime), Pause(pauses.after_chime_ms)) if chime != NO_CHIME else ()
    parts = [(part.language, tuple(_elements_of_part(part))) for part in saying.parts]
    if recording:
        parts = [("", (Recorded(recording),))]
    between, tail = Pause(pauses.between_languages_ms), Pause(pauses.tail_ms)
    return Plan(head, tuple(each for each in parts if each[1]), between, tail)


def _elements_of_part(part: Part) -> list[Element]:
    elements: list[Element] = []
    words: list[Segment] = []
    for segment in part.segments:
        if segment.clip:
            elements += _utterance(part, words)
            instead = _utterance(part, [segment]) if segment.text.strip() else []
            elements.append(Recorded(segment.clip, instead[0] if instead else None))
            words = []
        else:
            words.append(segment)
        if segment.pause_ms:
            elements += _utterance(part, words)
            elements.append(Pause(segment.pause_ms))
            words = []
    return elements + list(_utterance(part, words))


def _utterance(part: Part, words: list[Segment]) -> list[Utterance]:
    said = tuple(
        msgspec.structs.replace(each, clip="", pause_ms=0)
        for each in words
        if each.text.strip() or each.reading.strip()
    )
    return [Utterance(Part(part.language, "", said))] if said else []


def digest(*things: object) -> str:
    """Return a digest of values: the same values, the same sound."""
    encoded = msgspec.json.encode([VERSION, *map(_plain, things)], order="deterministic")
    return hashlib.sha256(encoded).hexdigest()


def _plain(thing: object) -> object:
    return msgspec.to_builtins(thing) if isinstance(thing, msgspec.Struct) else thing
