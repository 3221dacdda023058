"""What a child is asked to do, and what it answers: one line of JSON each.

Law: values only. Each order is done by a process of its own, which ends with it.

    parent ── {"id":7,"longest_s":8,"job":{"type":"speak",…}} ──▶ nursery ── fork ──▶ child
    parent ◀── {"id":7,"ok":true,"seconds":4.2,…} ─────────────── nursery ◀───────────┘
"""

from __future__ import annotations

import msgspec


class SpeakJob(msgspec.Struct, frozen=True, tag="speak"):
    """Speak `text` with pyttsx3 and espeak-ng into a WAV file."""

    text: str
    voice: str
    rate: int
    path: str


class FliteJob(msgspec.Struct, frozen=True, tag="flite"):
    """Speak `text` with the program flite into a WAV file."""

    program: str
    text: str
    voice: str
    stretch: float
    path: str


class PolishJob(msgspec.Struct, frozen=True, tag="polish"):
    """Make any sound file a piece: mono, 16 kHz, silences trimmed, loudness normalised."""

    source: str
    path: str
    lufs: float
    peak_dbtp: float


class Stretch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of a clip: a file, or silence."""

    path: str = ""
    silence_ms: int = 0


class JoinJob(msgspec.Struct, frozen=True, tag="join"):
    """Write pieces one after the other."""

    stretches: tuple[Stretch, ...]
    path: str


Job = SpeakJob | FliteJob | PolishJob | JoinJob


class Order(msgspec.Struct, frozen=True):
    """A job with its number and the real seconds after which its child is killed."""

    id: int
    longest_s: float
    job: Job


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it went.

    Attributes:
        id: of the order; -1: the nursery is ready.
        ok: the file is there and has sound in it.
        why: a sentence, if not.
        seconds: how long the sound plays.
        sha256: of the file.
        cpu_s: processor time of the child.
        versions: of what is loaded, when ready, by name.
    """

    id: int
    ok: bool = True
    why: str = ""
    seconds: float = 0.0
    sha256: str = ""
    cpu_s: float = 0.0
    versions: dict[str, str] = {}


READY = -1
