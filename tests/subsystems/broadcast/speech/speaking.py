"""Sayings and works for the tests of speech.

Law: what starts something has a `close`.
"""

from __future__ import annotations

import wave

from structlog import get_logger
from twisted.internet.process import reapAllProcesses

from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.speech.settings import SpeechSettings
from subsystems.broadcast.speech.works import SpeechWorks

PATIENCE_S = 40


def chinese(text="旅客们", reading="lv3 ke4 men5", **more):
    return Part("zh", text, (Segment(text, reading, **more),))


def english(text="Attention please", **more):
    return Part("en", text, (Segment(text, **more),))


SAYING = Saying((chinese(), english()))


class Speaking:
    """Works in a test's reactor, which reaps children by hand."""

    def __init__(self, turning, folder, **options):
        self.turning, self.log = turning, get_logger()
        self.works = SpeechWorks(
            turning.reactor,
            self.log,
            settings=options.pop("settings", SpeechSettings()),
            cache=folder,
            languages=options.pop("languages", ("zh", "en", "de")),
            **options,
        )

    def wait(self, deferred):
        got = []
        deferred.addBoth(got.append)
        self.turning.until(lambda: reapAllProcesses() or got, PATIENCE_S)
        if hasattr(got[0], "raiseException"):
            got[0].raiseException()
        return got[0]

    def prepare(self, saying, chime="chime", **options):
        return self.wait(self.works.prepare(saying, chime, **options))

    def close(self):
        self.wait(self.works.close())


def frames_of(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        return file.readframes(file.getnframes())
