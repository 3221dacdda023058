"""The broadcast's web site: its pages, its stream, its questions and commands.

Law: routes only. Four pages of plain files; what they show comes over the stream and from ``/api``.

    /  /announce  /templates  /archive     pages
    /events                                stream: state, voice, beat
    /api/frame, outlook, spoken, templates, archive, archive.csv     questions (GET)
    /api/preview, hear                     what would be said: commands no loudspeaker
    /api/announce, stop, mute, recording, emergency/…, cap, lexicon  commands (POST)
    /clip?sha256=… or ?id=…                sounds
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from station_config.runtime.web import Channel, Folder, Sse
from subsystems.broadcast.asked import (
    Corrected,
    EndAsked,
    HearAsked,
    MuteAsked,
    Named,
    StopAsked,
)
from subsystems.broadcast.cap import MAX_BYTES
from subsystems.broadcast.emergency import Arm
from subsystems.broadcast.manual import Announce
from subsystems.broadcast.questions import Asked
from subsystems.broadcast.site.answers import Ask, AskOf, Do, File, Login, Page, Upload
from subsystems.broadcast.sound_store import RECORDING_BYTES, RECORDING_MEDIA
from subsystems.kit.page_files import page_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.web.resource import Resource

    from subsystems.broadcast.cap_intake import CapIntake
    from subsystems.broadcast.crisis import Crisis
    from subsystems.broadcast.desk import Desk
    from subsystems.broadcast.questions import Questions
    from subsystems.broadcast.site.answers import Doors
    from subsystems.broadcast.site.requests import Caller
    from subsystems.broadcast.sound_store import SoundStore
    from subsystems.broadcast.view import Overview, VoiceNow
    from subsystems.broadcast.words_desk import WordsDesk

HTML = "text/html; charset=utf-8"
WAV = "audio/wav"
CSV = "text/csv; charset=utf-8"
PAGES = {b"": "index.html", b"announce": "manual.html", b"templates": "templates.html"}
CAP_MEDIA = frozenset({"application/cap+xml", "application/xml"})
SOON_S = 0.25
"""Real seconds that changes are collected for."""


class Pulse(msgspec.Struct, frozen=True):
    """Event ``beat``: time and the honest line."""

    now: int
    rate: float
    line: Any


class Stream:
    """The stream to all pages.

    Args:
        reactor: real seconds.
        log: of the process.
        overview: everything that is shown.
    """

    def __init__(
        self, reactor: IReactorTime, log: FilteringBoundLogger, overview: Callable[[], Overview]
    ) -> None:
        self._reactor = reactor
        self._overview = overview
        self._due = False
        self.channel = Channel(reactor, log, greet=lambda _last: (self._state(),), beat=self._beat)

    def changed(self) -> None:
        """Something that is shown may have changed: told soon, with what else changes."""
        if not self._due and self.channel.listeners:
            self._due = True
            self._reactor.callLater(SOON_S, self._tell)

    def voice(self, voice: VoiceNow) -> None:
        """A voice begins or has ended: pages that listen hear it at once."""
        if self.channel.listeners:
            self.channel.send(Sse("voice", msgspec.json.encode(voice)))

    def _tell(self) -> None:
        self._due = False
        if self.channel.listeners:
            self.channel.send(self._state())

    def _state(self) -> Sse:
        return Sse("state", msgspec.json.encode(self._overview()))

    def _beat(self) -> bytes:
        shown = self._overview()
        return msgspec.json.encode(Pulse(shown.now, shown.rate, shown.line))


def site(  # noqa: PLR0913 - one collaborator each
    doors: Doors,
    *,
    stream: Stream,
    questions: Questions,
    desk: Desk,
    crisis: Crisis,
    words: WordsDesk,
    store: SoundStore,
    cap: CapIntake,
) -> Resource:
    """Return the resource of ``/``; `/health` and `/metrics` are the kit's."""
    files = page_files("subsystems.broadcast")
    root = Folder({})
    for path, name in (*PAGES.items(), (b"archive", "archive.html")):
        root.putChild(path, Page(files.pop(name).body, HTML))
    root.putChild(b"web", Folder(files))
    root.putChild(b"events", stream.channel)
    root.putChild(b"clip", File(doors, questions.sound, WAV, foreign=True))
    root.putChild(b"api", api := Folder({}))
    _questions(api, doors, questions, words)
    _commands(api, doors, desk, words)
    _uploads(api, doors, store, cap)
    api.putChild(b"emergency", emergency := Folder({}))
    _emergency(emergency, doors, crisis)
    return root


def _questions(api: Resource, doors: Doors, questions: Questions, words: WordsDesk) -> None:
    api.putChild(b"frame", AskOf(doors, lambda caller: questions.frame(caller.session)))
    api.putChild(b"outlook", Ask(doors, questions.outlook, foreign=True))
    api.putChild(b"spoken", Ask(doors, questions.spoken, foreign=True))
    api.putChild(b"templates", Ask(doors, lambda _given: words.templates()))
    api.putChild(b"archive", Ask(doors, questions.archive, foreign=True))
    csv = File(doors, questions.archive_csv, CSV, name="broadcast.csv", foreign=True)
    api.putChild(b"archive.csv", csv)
    told = Do(
        doors,
        Asked,  # type: ignore[arg-type]  # a union is decoded, too
        lambda asked, _: questions.preview(asked),
        guarded=False,
        foreign=True,
    )
    api.putChild(b"preview", told)


def _commands(api: Resource, doors: Doors, desk: Desk, words: WordsDesk) -> None:
    def child(name: bytes, kind: type, take: Callable[[Any, Caller], Any]) -> None:
        api.putChild(name, Do(doors, kind, take))

    api.putChild(b"login", Login(doors))
    child(b"hear", HearAsked, lambda asked, _: words.hear(asked))
    child(b"announce", Announce, lambda asked, caller: desk.announce(asked, caller.address))
    child(b"stop", StopAsked, lambda asked, caller: desk.stop(asked, caller.address))
    child(b"mute", MuteAsked, lambda asked, caller: desk.mute(asked, caller.address))
    child(b"lexicon", Corrected, lambda asked, caller: words.correct(asked, caller.address))


def _uploads(api: Resource, doors: Doors, store: SoundStore, cap: CapIntake) -> None:
    def record(raw: bytes, _name: str, _caller: Caller) -> dict[str, Any]:
        taken = store.take(raw)
        return {"name": taken.name, "seconds": taken.seconds}

    def alert(raw: bytes, name: str, caller: Caller) -> Any:  # noqa: ANN401 - encoded as JSON
        return cap.take(raw, name or f"upload from {caller.address}")

    upload = Upload(doors, record, media=RECORDING_MEDIA, most=RECORDING_BYTES)
    api.putChild(b"recording", upload)
    api.putChild(b"cap", Upload(doors, alert, media=CAP_MEDIA, most=MAX_BYTES))


def _emergency(api: Resource, doors: Doors, crisis: Crisis) -> None:
    def child(name: bytes, kind: type, take: Callable[[Any, str], Any]) -> None:
        api.putChild(name, Do(doors, kind, lambda asked, caller: take(asked, caller.address)))

    child(b"arm", Arm, crisis.arm)
    child(b"disarm", Named, crisis.disarm)
    child(b"execute", Named, crisis.execute)
    child(b"end", EndAsked, crisis.end)
