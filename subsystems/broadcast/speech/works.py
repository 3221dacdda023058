"""Speech works: from a saying to a clip, through cache, engines, polish and joining.

Law: the one front of speech for the broadcast. A language that no engine can speak is left out and
told (`Clip.missing`, state, log); only if nothing at all can be said does it fail. What lacks a
language, or was spoken by the second best, is made anew when it is asked for again.

    prepare ─▶ plan ─▶ cached? ──────────────────────────────────────────▶ Clip
                        └─▶ each utterance: cached? ─▶ engine ─▶ polish ─┐
                        └─▶ each recording: cached? ───────────▶ polish ─┴▶ join ─▶ Clip
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, gatherResults

from protocol.errors import DeviceError
from subsystems.broadcast.speech.cache import SoundCache
from subsystems.broadcast.speech.children import Children
from subsystems.broadcast.speech.clip import primary
from subsystems.broadcast.speech.folders import SoundFolders
from subsystems.broadcast.speech.jobs import JoinJob, Stretch
from subsystems.broadcast.speech.making import Making
from subsystems.broadcast.speech.pieces import digest, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.model import Saying
    from subsystems.broadcast.speech.making import Part
    from subsystems.broadcast.speech.pieces import Plan
    from subsystems.broadcast.speech.port import Clip
    from subsystems.broadcast.speech.settings import SpeechSettings


@dataclass(frozen=True)
class SpeechState:
    """For status, health and figures.

    Attributes:
        engines: who speaks, by primary language; languages that nobody speaks have "".
        versions: of what is loaded; empty while nothing can speak.
        nursery_starts: 1 means that it never died.
        hits: sounds found in the cache.
        misses: sounds that were made.
        damaged: files of the cache that were not what they said.
        trouble: what went wrong last, "" if nothing did since all went right.
    """

    engines: dict[str, str]
    versions: dict[str, str]
    nursery_starts: int
    hits: int
    misses: int
    damaged: int
    trouble: str


class SpeechWorks:
    """Makes clips of sayings.

    Args:
        reactor: must handle SIGCHLD.
        log: says what could not be spoken, and what is heard instead.
        settings: of the station's speech.
        cache: folder of the cache, made if it is not there.
        clips: folder of the station's recorded sounds and own chimes; None: it has none.
        languages: of the station, for `state`.
    """

    def __init__(
        self,
        reactor: Reactor,
        log: FilteringBoundLogger,
        *,
        settings: SpeechSettings,
        cache: Path,
        clips: Path | None = None,
        languages: tuple[str, ...] = (),
    ) -> None:
        self._log = log
        self._settings = settings
        self._languages = languages
        self._trouble = ""
        self._children = Children(reactor, log)
        self._cache = SoundCache(cache, settings.cache.megabytes, log)
        self._making = Making(
            self._children, settings, self._cache, SoundFolders(clips), self._tell
        )

    def start(self) -> Deferred[None]:
        """Start; fires when it can speak. Clips may be asked for before."""
        return self._children.start().addCallback(self._started)

    def close(self) -> Deferred[None]:
        """End; what is being made fails."""
        return self._children.close()

    @property
    def state(self) -> SpeechState:
        """How it is."""
        figures = self._cache.figures
        known = bool(self._children.versions)
        return SpeechState(
            engines={tag: self._speaker(tag) if known else "" for tag in self._tags()},
            versions=dict(self._children.versions),
            nursery_starts=self._children.starts,
            hits=figures.hits,
            misses=figures.misses,
            damaged=figures.damaged,
            trouble=self._trouble,
        )

    @property
    def nursery_pid(self) -> int | None:
        """Process that children are forked from, for measuring it."""
        return self._children.pid

    def path_of(self, sha256: str) -> Path:
        """Return where the sound of this digest is, if it is there; for the pages."""
        return self._cache.path_of(sha256)

    def prepare(
        self, saying: Saying, chime: str = "chime", *, recording: str = ""
    ) -> Deferred[Clip]:
        """Make the clip of a saying, or find it.

        Args:
            saying: its words.
            chime: before it, by name; "" for none.
            recording: a file of the clips folder in place of all words, "" for none.

        Raises:
            DeviceError: (in the Deferred) nothing of it can be spoken.
        """
        return Deferred.fromCoroutine(self._prepare(saying, chime, recording))

    async def _prepare(self, saying: Saying, chime: str, recording: str) -> Clip:
        if not self._children.versions:
            await self._children.start()
        plan = plan_of(saying, chime, self._settings.pauses, recording)
        key = self._key(plan)
        return await self._making.once(key, lambda: self._make(key, plan))

    async def _make(self, key: str, plan: Plan) -> Clip:
        waiting = [plan.head, *(elements for _, elements in plan.parts)]
        head, *parts = await gatherResults(
            [Deferred.fromCoroutine(self._making.part(each)) for each in waiting]
        )
        if head.why:
            self._tell(f"without chime: {head.why}")
        spoken = [part for part in parts if not part.why]
        missing = self._missing(plan, parts)
        if not spoken:
            why = "; ".join(part.why for part in parts) or "there are no words"
            raise DeviceError(f"nothing can be said: {why}", where="speech")
        path = self._cache.scratch()
        job = JoinJob(_in_order(plan, [] if head.why else head.stretches, spoken), str(path))
        answer = await self._children.do(job, self._settings.voice.longest_s, urgent=True)
        engines = sorted({name for part in spoken for name in part.engines})
        if missing or head.why or any(part.second_best for part in spoken):
            key = digest(key, answer.sha256)
        else:
            self._trouble = ""
        clip = self._cache.keep(key, path, answer.sha256, answer.seconds, tuple(engines))
        return replace(clip, missing=missing)

    def _missing(self, plan: Plan, parts: Iterable[Part]) -> tuple[str, ...]:
        missing = []
        for (language, _), part in zip(plan.parts, parts, strict=True):
            if part.why:
                self._tell(f"{language}: {part.why}")
                missing.append(language)
        return tuple(missing)

    def _key(self, plan: Plan) -> str:
        """Digest everything that decides how the clip sounds."""
        words: list[object] = [self._settings.loudness, plan.between.milliseconds]
        words.append(plan.tail.milliseconds)
        for language, elements in (("", plan.head), *plan.parts):
            engines = [engine.identity for engine in self._making.chosen(language)]
            words.append([language, *engines])
            words += map(self._making.sound_of, elements)
        return digest("clip", *words)

    def _started(self, _versions: object) -> None:
        speakers = {tag: self._speaker(tag) or "nobody" for tag in self._tags()}
        self._log.info("speech.ready", **speakers)

    def _tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(primary, self._languages)))

    def _speaker(self, language: str) -> str:
        return next((engine.name for engine in self._making.chosen(language)), "")

    def _tell(self, why: str) -> None:
        self._trouble = why
        self._log.warning("speech.trouble", why=why)


def _in_order(plan: Plan, head: list[Stretch], parts: list[Part]) -> tuple[Stretch, ...]:
    stretches = list(head)
    for number, part in enumerate(parts):
        if number:
            stretches.append(Stretch(silence_ms=plan.between.milliseconds))
        stretches += part.stretches
    return (*stretches, Stretch(silence_ms=plan.tail.milliseconds))
