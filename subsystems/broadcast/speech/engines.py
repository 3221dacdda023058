"""The engines that speak in children: espeak-ng through pyttsx3, and flite for English.

Law: each turns a part's words into one order for a child, and says what decides how it sounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.broadcast.speech.clip import CHINESE, primary
from subsystems.broadcast.speech.jobs import FliteJob, SpeakJob
from subsystems.broadcast.speech.syllables import espeak_chinese

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from subsystems.broadcast.model import Part
    from subsystems.broadcast.speech.children import Children
    from subsystems.broadcast.speech.port import Synthesizer
    from subsystems.broadcast.speech.settings import VoiceSettings

VOICES = {"zh": "cmn-latn-pinyin", "en": "gmw/en", "de": "de"}
"""espeak-ng's voices by primary language; other languages have their tag's own, if there is one."""


class Espeak:
    """espeak-ng, embedded."""

    name = "espeak-ng"

    def __init__(self, children: Children, settings: VoiceSettings) -> None:
        self._children = children
        self._settings = settings
        self._voices = {**VOICES, **settings.voices}

    @property
    def languages(self) -> frozenset[str]:
        """All that have a voice here."""
        return frozenset(self._voices)

    @property
    def identity(self) -> str:
        """Version, speed and voices."""
        voices = ",".join(f"{tag}={self._voices[tag]}" for tag in sorted(self._voices))
        version = self._children.versions.get(self.name, "")
        return f"{self.name} {version} {self._settings.rate} {voices}"

    def render(self, part: Part, path: Path) -> Deferred[None]:
        """Speak the part's segments as one utterance."""
        language = primary(part.language)
        text = " ".join(
            espeak_chinese(each.text, each.reading)
            if language == CHINESE
            else each.reading or each.text
            for each in part.segments
        )
        voice = self._voices.get(language, language)
        job = SpeakJob(text=text, voice=voice, rate=self._settings.rate, path=str(path))
        done = self._children.do(job, self._settings.longest_s)
        return done.addCallback(lambda _answer: None)


class Flite:
    """The program flite: English only, clearer than espeak-ng."""

    name = "flite"
    languages = frozenset({"en"})

    def __init__(self, children: Children, settings: VoiceSettings) -> None:
        self._children = children
        self._settings = settings

    @property
    def identity(self) -> str:
        """Voice and speed; the program tells no version that could be asked for cheaply."""
        return f"{self.name} {self._settings.flite_voice} {self._settings.flite_stretch:g}"

    @property
    def present(self) -> bool:
        """Whether the program is installed."""
        return bool(self._children.versions.get(self.name))

    def render(self, part: Part, path: Path) -> Deferred[None]:
        """Speak the part's segments as one utterance."""
        job = FliteJob(
            program=self._children.versions.get(self.name) or self.name,
            text=" ".join(each.reading or each.text for each in part.segments),
            voice=self._settings.flite_voice,
            stretch=self._settings.flite_stretch,
            path=str(path),
        )
        done = self._children.do(job, self._settings.longest_s)
        return done.addCallback(lambda _answer: None)


def choose(
    language: str, settings: VoiceSettings, espeak: Espeak, flite: Flite
) -> tuple[Synthesizer, ...]:
    """Return who speaks a language, the first that works; empty: nobody does."""
    known: dict[str, Synthesizer] = {espeak.name: espeak}
    if flite.present:
        known = {flite.name: flite, **known}
    wanted = settings.engines.get(primary(language), tuple(known))
    return tuple(
        known[name]
        for name in wanted
        if name in known and primary(language) in known[name].languages
    )
