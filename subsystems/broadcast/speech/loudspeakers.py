"""All loudspeakers: an announcement goes to every sink that reaches one of its zones.

Law: fan-out and record. An announcement is over when the slowest sink is; it was played if any of
them played it. A zone that no sink reaches, or whose sinks failed, is told. A sink that does not
end is given up: silence of one never holds up a zone for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList

from protocol.errors import DeviceError
from subsystems.broadcast.speech.port import Ended
from subsystems.broadcast.speech.settings import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from subsystems.broadcast.speech.archive import Archive
    from subsystems.broadcast.speech.archive_model import Said
    from subsystems.broadcast.speech.port import Playback, Sink, SinkState

PATIENCE = 3.0
"""Times a clip's length that a sink may take (chips speak at their own speed), and seconds more."""
PATIENCE_S = 20.0


@dataclass
class _Playing:
    playback: Playback
    sinks: list[Sink]
    began: float
    over: Deferred[Ended]
    stopped: bool = False
    ended: dict[str, Ended] = field(default_factory=dict)
    timer: Any = None


class Loudspeakers:
    """The sinks of a station.

    Args:
        reactor: its seconds are monotonic.
        log: says what did not come out.
        sinks: all of them.
        archive: None: nothing is put on record.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        log: FilteringBoundLogger,
        sinks: Sequence[Sink],
        archive: Archive | None = None,
    ) -> None:
        self._reactor = reactor
        self._log = log
        self._sinks = tuple(sinks)
        self._archive = archive
        self._playing: dict[str, _Playing] = {}
        self._hushed: frozenset[str] = frozenset()

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """All of them."""
        return self._sinks

    def states(self) -> dict[str, SinkState]:
        """Return how each is, by name."""
        return {sink.name: sink.state for sink in self._sinks}

    def silent(self, zones: Sequence[str]) -> tuple[str, ...]:
        """Return those of `zones` that no sink reaches which works."""
        working = [sink.zones for sink in self._sinks if sink.state.works]
        return tuple(zone for zone in zones if not any(_reaches(each, zone) for each in working))

    def play(self, playback: Playback, said: Said, day: date) -> Deferred[Ended]:
        """Have it heard, and put it on record.

        Args:
            playback: what sinks are given.
            said: what is put on record; of the same id.
            day: service day of the station.

        Returns:
            How it ended; never fails.
        """
        sinks = [
            sink
            for sink in self._sinks
            if any(_reaches(sink.zones, zone) for zone in playback.zones)
        ]
        playing = _Playing(playback, sinks, self._reactor.seconds(), Deferred())
        self._playing[playback.id] = playing
        self._record(lambda archive: archive.began(said, playback.clip, day))
        most = PATIENCE * playback.clip.seconds + PATIENCE_S
        playing.timer = self._reactor.callLater(most, self._give_up, playing)
        waiting = [self._start(sink, playing) for sink in sinks]
        DeferredList(waiting).addCallback(lambda _all: self._over(playing))
        return playing.over

    def stop(self, playback_id: str) -> None:
        """Cut it off; the Deferred of `play` fires with `Ended.CUT_OFF`."""
        playing = self._playing.get(playback_id)
        if playing is not None:
            playing.stopped = True
            for sink in playing.sinks:
                sink.stop(playback_id)

    def hush(self, zones: Iterable[str], *, silent: bool) -> None:
        """Silence what is no announcement in `zones`, or have it again.

        A sink that several zones share is silent while any of them is to be.
        """
        self._hushed = self._hushed.union(zones) if silent else self._hushed.difference(zones)
        for sink in self._sinks:
            sink.hush(silent=any(_reaches(sink.zones, zone) for zone in self._hushed))

    def close(self) -> Deferred[None]:
        """Be silent everywhere."""
        for playing in list(self._playing.values()):
            playing.stopped = True
        closed = DeferredList([sink.close() for sink in self._sinks], consumeErrors=True)
        return closed.addCallback(lambda _all: None)

    def _start(self, sink: Sink, playing: _Playing) -> Deferred[None]:
        def note(how: Ended) -> None:
            playing.ended[sink.name] = how

        def failed(failure: Any) -> None:  # noqa: ANN401 - Twisted's Failure
            self._log.error("speech.sink-failed", sink=sink.name, why=str(failure.value))
            playing.ended[sink.name] = Ended.FAILED

        return sink.play(playing.playback).addCallbacks(note, failed)

    def _give_up(self, playing: _Playing) -> None:
        late = [sink for sink in playing.sinks if sink.name not in playing.ended]
        for sink in late:
            self._log.error("speech.sink-hangs", sink=sink.name, playing=playing.playback.id)
            playing.ended[sink.name] = Ended.FAILED
            sink.stop(playing.playback.id)
        self._over(playing)

    def _over(self, playing: _Playing) -> None:
        if self._playing.pop(playing.playback.id, None) is None:
            return
        if playing.timer.active():
            playing.timer.cancel()
        how, why = _sum_up(playing)
        seconds = playing.playback.clip.seconds
        heard_s = 0.0 if how is Ended.FAILED else seconds
        if how is Ended.CUT_OFF:
            heard_s = min(seconds, self._reactor.seconds() - playing.began)
        if why:
            self._log.error("speech.not-heard", playing=playing.playback.id, why=why)
        self._record(lambda archive: archive.ended(playing.playback.id, how, heard_s, why))
        playing.over.callback(how)

    def _record(self, write: Any) -> None:  # noqa: ANN401 - a callable
        if self._archive is None:
            return
        try:
            write(self._archive)
        except DeviceError as error:
            self._log.error("speech.not-archived", why=str(error))


def _reaches(zones: frozenset[str], zone: str) -> bool:
    return zone in zones or zones == frozenset(EVERYWHERE)


def _sum_up(playing: _Playing) -> tuple[Ended, str]:
    """Return how it ended on the whole, and what was wrong."""
    failed = [sink for sink in playing.sinks if playing.ended.get(sink.name) is Ended.FAILED]
    heard = [sink for sink in playing.sinks if sink not in failed]
    deaf = [
        zone
        for zone in playing.playback.zones
        if not any(_reaches(sink.zones, zone) for sink in heard)
    ]
    reasons = [f"{sink.name}: {sink.state.why or 'failed'}" for sink in failed]
    if deaf:
        reasons.append(f"not heard in {', '.join(deaf)}")
    if playing.stopped or Ended.CUT_OFF in playing.ended.values():
        return Ended.CUT_OFF, "; ".join(reasons)
    return Ended.PLAYED if heard else Ended.FAILED, "; ".join(reasons)
