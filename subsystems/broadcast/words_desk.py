"""Words at the desk: every template heard with sample data, and readings corrected.

Law: what is heard here is made as in operation, and reaches no loudspeaker. A correction counts at
once, stays with who and when, and can be taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError
from subsystems.broadcast.desk import ground_of, log_person
from subsystems.broadcast.kept import Correction, Readings
from subsystems.broadcast.manual import Announce, make_occasion
from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.reading.lexicon import check_reading
from subsystems.broadcast.samples import part_of, samples_of
from subsystems.broadcast.vocabulary import Corrections, with_corrections
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from subsystems.broadcast.asked import Corrected, HearAsked
    from subsystems.broadcast.desk import Means
    from subsystems.broadcast.samples import Sample
    from subsystems.broadcast.wording import Vocabulary

HISTORY_MOST = 2000
"""Corrections that are kept on record."""


class WordsDesk:
    """The desk.

    Args:
        means: see `subsystems.broadcast.desk.Means`.
        vocabulary: all words, without corrections.
        on_change: called when something is read otherwise.

    Attributes:
        vocabulary: all words, with corrections.
    """

    def __init__(
        self, means: Means, vocabulary: Vocabulary, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._means = means
        self._on_change = on_change
        self.vocabulary = vocabulary
        self._read_corrections()
        self._samples = samples_of(means.station, self.vocabulary)

    def hear(self, asked: HearAsked) -> Deferred[dict[str, Any]]:
        """Make the sound of it.

        Raises:
            OperatorError: there is nothing to hear.
            DeviceError: (in the Deferred) it cannot be made.
        """
        saying = self._heard(asked)
        if not saying.parts and not asked.recording:
            raise OperatorError("write a text, or record one")
        if asked.recording and asked.recording not in self._means.store.recordings:
            raise OperatorError("the recording is not there any more: record it again")
        chime = ground_of(self._means).chime if asked.chime else ""
        making = self._means.sound(saying, chime, asked.recording)
        return making.addCallback(
            lambda clip: {
                "clip": clip.sha256,
                "seconds": clip.seconds,
                "missing": clip.missing,
                "engines": clip.engines,
            }
        )

    def templates(self) -> dict[str, Any]:
        """Return every sample in every language, and the corrections that count."""
        tongues = self.vocabulary.tongues
        told = [self._told(sample, language) for sample in self._samples for language in tongues]
        valid = self._means.readings.value.valid
        corrections = [
            {
                "language": each.language,
                "word": each.word,
                "reading": each.reading,
                "who": each.who,
                "at": round(each.at.timestamp() * 1000),
            }
            for of_language in valid.values()
            for each in of_language.values()
        ]
        return {"samples": list(filter(None, told)), "corrections": corrections}

    def correct(self, asked: Corrected, address: str) -> dict[str, Any]:
        """Correct a reading, or take a correction back.

        Raises:
            OperatorError: it is no reading of the word, or there is no such language.
        """
        if asked.language not in self.vocabulary.tongues:
            raise OperatorError(f"{asked.language} is not spoken here")
        if asked.reading:
            check_reading(asked.word, asked.reading.strip(), asked.language)
        readings = self._means.readings
        known = readings.value.valid.get(asked.language, {}).get(asked.word)
        correction = Correction(
            at=self._means.now(),
            who=asked.who,
            language=asked.language,
            word=asked.word.strip(),
            reading=asked.reading.strip(),
            before=known.reading if known is not None else "",
        )
        readings.put(Readings((*readings.value.history, correction)[-HISTORY_MOST:]))
        log_person(
            self._means, "correct", asked.who, address, word=asked.word, reading=asked.reading
        )
        self._read_corrections()
        self._on_change()
        return {"corrected": bool(asked.reading)}

    def _told(self, sample: Sample, language: str) -> dict[str, Any] | None:
        part = part_of(sample, language, self.vocabulary)
        if part is None:
            return None
        return {
            "id": sample.id,
            "kind": sample.kind,
            "variant": sample.variant,
            "category": sample.category,
            "language": language,
            "shown": part.shown,
            "spoken": "".join(segment.text for segment in part.segments),
            "reading": " ".join(each.reading for each in part.segments if each.reading),
        }

    def _heard(self, asked: HearAsked) -> Saying:
        if asked.sample:
            sample = next((each for each in self._samples if each.id == asked.sample), None)
            part = part_of(sample, asked.language, self.vocabulary) if sample else None
            if part is None:
                raise OperatorError("there is no such sample")
            return Saying((part,))
        if asked.reading:
            ((language, word),) = list(asked.text.items())[:1] or [("", "")]
            check_reading(word, asked.reading, language)
            return Saying((Part(language, word, (Segment(word, asked.reading),)),))
        now = self._means.now()
        occasion = make_occasion(
            Announce(
                zones=ground_of(self._means).zones[:1], text=asked.text, recording=asked.recording
            ),
            ground_of(self._means),
            "preview",
            now,
        )
        return say(occasion, self.vocabulary)

    def _read_corrections(self) -> None:
        valid = self._means.readings.value.valid
        new = Corrections(
            {
                language: {w: c.reading for w, c in words.items()}
                for language, words in valid.items()
            }
        )
        self.vocabulary = with_corrections(self.vocabulary, self._means.station, new)
