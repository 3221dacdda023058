"""Pieces are made: each utterance by the first engine that can, each recording by polishing it.

Law: every piece comes out of the cache or goes into it, under a digest of all that decides how it
sounds; two that ask for the same one at the same time get the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, assert_never

from twisted.internet.defer import Deferred, gatherResults

from protocol.errors import DeviceError
from subsystems.broadcast.speech.engines import Espeak, Flite, choose
from subsystems.broadcast.speech.jobs import PolishJob, Stretch
from subsystems.broadcast.speech.pieces import Chime, Pause, Recorded, Utterance, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from subsystems.broadcast.speech.cache import SoundCache
    from subsystems.broadcast.speech.children import Children
    from subsystems.broadcast.speech.folders import SoundFolders
    from subsystems.broadcast.speech.pieces import Element
    from subsystems.broadcast.speech.port import Clip, Synthesizer
    from subsystems.broadcast.speech.settings import SpeechSettings

RECORDED = "recorded"
"""Stands for an engine where nobody spoke."""


@dataclass(frozen=True)
class Part:
    """Pieces that are heard together or not at all.

    Attributes:
        stretches: where they are.
        engines: who spoke.
        second_best: something else is heard than was wanted: not to be found again as if it were.
        why: "" unless one of them could not be made.
    """

    stretches: list[Stretch] = field(default_factory=list)
    engines: frozenset[str] = frozenset()
    second_best: bool = False
    why: str = ""


@dataclass(frozen=True)
class _Piece:
    stretch: Stretch
    engines: tuple[str, ...] = ()
    second_best: bool = False


class Making:
    """Makes pieces.

    Args:
        children: do the work.
        settings: the station's.
        cache: of all sounds.
        folders: of sounds that are not made.
        tell: gets a sentence when something else is heard than was wanted.
    """

    def __init__(
        self,
        children: Children,
        settings: SpeechSettings,
        cache: SoundCache,
        folders: SoundFolders,
        tell: Callable[[str], None],
    ) -> None:
        self._children = children
        self._settings = settings
        self._cache = cache
        self._folders = folders
        self._tell = tell
        self._espeak = Espeak(children, settings.voice)
        self._flite = Flite(children, settings.voice)
        self._waiting: dict[str, list[Deferred[Clip]]] = {}

    def chosen(self, language: str) -> tuple[Synthesizer, ...]:
        """Return who speaks a language, the first that works."""
        return choose(language, self._settings.voice, self._espeak, self._flite)

    async def once(self, key: str, make: Callable[[], Coroutine[Deferred[Any], Any, Clip]]) -> Clip:
        """Find the sound of `key`, or have it made; who asks for it meanwhile gets the same one.

        Raises:
            DeviceError: it cannot be made.
        """
        if key in self._waiting:
            waiter: Deferred[Clip] = Deferred()
            self._waiting[key].append(waiter)
            return await waiter
        found = self._cache.find(key)
        if found is not None:
            return found
        self._waiting[key] = []
        try:
            clip = await make()
        except Exception as error:
            for waiter in self._waiting.pop(key):
                waiter.errback(error)
            raise
        for waiter in self._waiting.pop(key):
            waiter.callback(clip)
        return clip

    async def part(self, elements: tuple[Element, ...]) -> Part:
        """Have elements made, all at the same time; what cannot be is told in the part."""
        waiting = [Deferred.fromCoroutine(self._piece(each)) for each in elements]
        pieces = await gatherResults([each.addErrback(_why) for each in waiting])
        why = "; ".join(piece for piece in pieces if isinstance(piece, str))
        found = [piece for piece in pieces if not isinstance(piece, str)]
        engines = frozenset(name for piece in found for name in piece.engines)
        second_best = any(piece.second_best for piece in found)
        return Part([piece.stretch for piece in found], engines, second_best, why)

    def sound_of(self, element: Element) -> object:
        """Return all that decides how an element sounds, but for who speaks it."""
        try:
            match element:
                case Chime(name=name):
                    return ["chime", self._folders.digest_of(self._folders.chime(name))]
                case Recorded(file=file, instead=instead):
                    found = self._folders.digest_of(self._folders.clip(file))
                    return ["recorded", found, instead and instead.part]
                case Utterance(part=part):
                    return part
                case Pause(milliseconds=milliseconds):
                    return milliseconds
                case _:
                    assert_never(element)
        except DeviceError as error:
            return error.message

    async def _piece(self, element: Element) -> _Piece:
        match element:
            case Pause(milliseconds=milliseconds):
                return _Piece(Stretch(silence_ms=milliseconds))
            case Chime(name=name):
                path = self._folders.chime(name)
                clip = await self._recorded(path, self._settings.loudness.chime_lufs)
                return _Piece(Stretch(str(clip.path)))
            case Recorded():
                return await self._clip(element)
            case Utterance():
                return await self._spoken(element)
            case _:
                assert_never(element)

    async def _clip(self, element: Recorded) -> _Piece:
        try:
            path = self._folders.clip(element.file)
            clip = await self._recorded(path, self._settings.loudness.speech_lufs)
        except DeviceError as error:
            if element.instead is None:
                raise
            self._tell(f"{error.message}: spoken instead of played")
            return replace(await self._spoken(element.instead), second_best=True)
        return _Piece(Stretch(str(clip.path)), clip.engines)

    async def _recorded(self, path: Path, lufs: float) -> Clip:
        loudness = self._settings.loudness
        key = digest(RECORDED, self._folders.digest_of(path), lufs, loudness.peak_dbtp)
        return await self.once(key, lambda: self._polish(key, path, lufs, RECORDED))

    async def _spoken(self, element: Utterance) -> _Piece:
        why = f"no engine speaks {element.part.language}"
        for number, engine in enumerate(self.chosen(element.part.language)):
            try:
                clip = await self._spoken_by(engine, element)
            except DeviceError as error:
                why = f"{engine.name}: {error.message}"
                self._tell(why)
                continue
            return _Piece(Stretch(str(clip.path)), clip.engines, second_best=number > 0)
        raise DeviceError(why, where="speech")

    async def _spoken_by(self, engine: Synthesizer, element: Utterance) -> Clip:
        key = digest("spoken", element.part, engine.identity, self._settings.loudness)
        return await self.once(key, lambda: self._render(key, element, engine))

    async def _render(self, key: str, element: Utterance, engine: Synthesizer) -> Clip:
        raw = self._cache.scratch()
        try:
            await engine.render(element.part, raw)
            lufs = self._settings.loudness.speech_lufs
            return await self._polish(key, raw, lufs, engine.name)
        finally:
            raw.unlink(missing_ok=True)

    async def _polish(self, key: str, source: Path, lufs: float, engine: str) -> Clip:
        path = self._cache.scratch()
        job = PolishJob(str(source), str(path), lufs, self._settings.loudness.peak_dbtp)
        answer = await self._children.do(job, self._settings.voice.longest_s, urgent=True)
        return self._cache.keep(key, path, answer.sha256, answer.seconds, (engine,))


def _why(failure: Any) -> str:  # noqa: ANN401 - Twisted's Failure
    failure.trap(DeviceError)
    return str(failure.value)
