"""What both models of speech chip have in common: what is spoken, for how long, tags that stay.

Law: pure; `hear(octets, now)` takes what the line brings, `at(now)` what time does. Answers come
back as octets. Time is an argument, in seconds.

A text that comes while one is spoken cuts it off. Tags stay in force over texts until they are set
anew, reset (``[d]``, where the model knows it), or the power goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

STARTED, TAKEN, REFUSED, SPEAKING, IDLE = b"\x4a", b"\x41", b"\x45", b"\x4e", b"\x4f"
ENCODINGS = {0: "gb2312", 1: "gbk", 2: "big5", 3: "utf-16-le"}
GAP_S = 0.5
"""A frame that stops in the middle is thrown away after so long."""
SYLLABLE_S = 0.24
LETTER_S = 0.07
MARK_S = 0.3
CHIME_S = 1.0
_TOKEN = re.compile(r"\[([a-z=])([^\]]*)\]|(sound\w+|msg\w|ring\w)|(.)", re.DOTALL)


@dataclass(frozen=True)
class Uttered:
    """A text as it would be heard.

    Attributes:
        words: what is spoken, without tags.
        readings: forced ones, by the place of their character in `words`.
        tags: in force when it began to be spoken: letter and value.
        chimes: sounds in it.
        seconds: how long it is spoken.
        began: when.
        heard_s: how much of it was heard; None: it is being spoken.
        cut_off: another text, a stop or the loss of power ended it.
    """

    words: str
    readings: dict[int, str]
    tags: dict[str, str]
    chimes: tuple[str, ...]
    seconds: float
    began: float
    heard_s: float | None = None
    cut_off: bool = False


@dataclass
class SpeechChip:
    """A chip; models say how frames are read and which tags there are.

    Attributes:
        uttered: all texts so far, the last one may be spoken now.
        tags: in force.
        deaf: it takes nothing and answers nothing.
        garbled: how many of the next frames it does not understand.
        noise: octets that belong to no frame.
    """

    uttered: list[Uttered] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    deaf: bool = False
    garbled: int = 0
    noise: int = 0
    _rest: bytes = b""
    _last: float = 0.0
    known = "vst"
    """Letters of tags that stay in force."""
    resets = False

    def power_up(self) -> bytes:
        """Begin anew, with no tag in force."""
        self._end(self._last, cut_off=True)
        self.tags, self._rest = {}, b""
        return STARTED

    def hear(self, octets: bytes, now: float) -> bytes:
        """Take what the line brings; return what the chip answers."""
        answers = self.at(now)
        if self.deaf:
            return b""
        if now - self._last > GAP_S:
            self.noise += len(self._rest)
            self._rest = b""
        self._last = now
        self._rest += octets
        while (frame := self._next_frame()) is not None:
            if self.garbled:
                self.garbled -= 1
                answers += REFUSED
            else:
                answers += self.obey(frame, now)
        return answers

    def at(self, now: float) -> bytes:
        """Let time pass; return 4F if a text ended."""
        spoken = self.speaking
        if spoken is None or now < spoken.began + spoken.seconds or self.deaf:
            return b""
        self.uttered[-1] = replace(spoken, heard_s=spoken.seconds)
        return IDLE

    @property
    def speaking(self) -> Uttered | None:
        """What is spoken now."""
        last = self.uttered[-1] if self.uttered else None
        return last if last is not None and last.heard_s is None else None

    def obey(self, frame: bytes, now: float) -> bytes:
        """Carry out a frame; return the answer."""
        raise NotImplementedError

    def speak(self, text: bytes, encoding: int, now: float) -> bytes:
        """Speak a text, which cuts off the one before it."""
        if not text or encoding not in ENCODINGS:
            return REFUSED
        self._end(now, cut_off=True)
        heard = self._read(text.decode(ENCODINGS[encoding], "replace"), now)
        self.uttered.append(heard)
        return TAKEN

    def silence(self, now: float) -> bytes:
        """Stop."""
        self._end(now, cut_off=True)
        return TAKEN

    def status(self) -> bytes:
        """Return whether it speaks."""
        return IDLE if self.speaking is None else SPEAKING

    def _end(self, now: float, *, cut_off: bool) -> None:
        spoken = self.speaking
        if spoken is not None:
            self.uttered[-1] = replace(spoken, heard_s=now - spoken.began, cut_off=cut_off)

    def _next_frame(self) -> bytes | None:
        """Cut the next frame off what came, without head and length; None: not whole yet."""
        begin = self._rest.find(b"\xfd")
        self.noise += len(self._rest) if begin < 0 else begin
        self._rest = b"" if begin < 0 else self._rest[begin:]
        if len(self._rest) < 3:  # noqa: PLR2004 - head and length
            return None
        end = 3 + int.from_bytes(self._rest[1:3], "big")
        if len(self._rest) < end:
            return None
        frame, self._rest = self._rest[:end], self._rest[end:]
        return frame

    def _read(self, text: str, now: float) -> Uttered:
        words, readings, chimes, seconds = "", {}, [], 0.0
        for letter, value, chime, character in _TOKEN.findall(text):
            if chime:
                chimes.append(chime)
                seconds += CHIME_S
            elif character:
                words += character
                seconds += _seconds_of(character) * self._slowness
            elif letter == "=" and words:
                readings[len(words) - 1] = value
            elif letter == "p":
                seconds += int(value) / 1000
            else:
                self._tag(letter, value)
        return Uttered(words, readings, dict(self.tags), tuple(chimes), seconds, now)

    def _tag(self, letter: str, value: str) -> None:
        if letter == "d" and self.resets:
            self.tags = {}
        elif letter in self.known:
            self.tags[letter] = value

    @property
    def _slowness(self) -> float:
        return 1.0


def _seconds_of(character: str) -> float:
    if "\u3400" <= character <= "\u9fff" or character.isdigit():
        return SYLLABLE_S
    if character.isalpha():
        return LETTER_S
    return MARK_S if character in "，。；：、！？,.;:!?" else 0.0
