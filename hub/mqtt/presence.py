"""What the hub says of itself: state and will, beat, manifest.

Law: the state is the first word on every connection and the will its counterpart, both of the same
epoch. The beat is never retained. The manifest follows every change, at most once a second, and is
said again each minute, for it is what readers judge completeness by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import LoopingCall

from protocol.limits import BEAT_S, MANIFEST_MAX_S, MANIFEST_MIN_S
from protocol.messages import Beat, HubState, Manifest, Source, SourceMode
from station_config.runtime.mqtt import Will

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from hub.mqtt.envelopes import Envelopes, Say
    from hub.mqtt.identity import HubIdentity
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

WORDS_PER_CONNECTION = 1000
"""Revisions of `hub/state` set apart for one connection; the last one is the will's."""


class Presence:
    """Speaks for the hub while the connection is up."""

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        *,
        identity: HubIdentity,
        topics: Topics,
        envelopes: Envelopes,
        clock: StationClock,
        source: Callable[[], Source | None],
        live: Mapping[str, int],
        say: Say,
        said: Callable[[str], None],
        log: FilteringBoundLogger,
    ) -> None:
        """Say nothing yet.

        Args:
            reactor: for the beat and the manifest's rate.
            identity: of the hub.
            topics: of the station.
            envelopes: of the epoch.
            clock: station time.
            source: asked for the state of the dispatching source.
            live: revision by entity, kept up to date by the publisher.
            say: hands a message over.
            said: gets the id of each state, wills among them.
            log: the process's log.
        """
        self._reactor = reactor
        self._identity = identity
        self._topics = topics
        self._envelopes = envelopes
        self._clock = clock
        self._source = source
        self._live = live
        self._say = say
        self._said = said
        self._log = log
        self._connection = 0
        self._word = 0
        self._told_mode: SourceMode | None = None
        self._manifest_seq = 0
        self._manifest_at = 0.0
        self._manifest_later: IDelayedCall | None = None
        self._beats = LoopingCall(self._beat_and_look)
        self._beats.clock = self._reactor

    def make_will(self) -> Will:
        """Return the will of the next connection: offline, same epoch, later than all it says."""
        self._connection += 1
        self._word = 0
        rev = self._connection * WORDS_PER_CONNECTION + WORDS_PER_CONNECTION - 1
        return Will(self._topics.hub_state, self._wrapped(self._state(online=False), rev))

    def say_state(self, *, online: bool = True) -> Deferred[None]:
        """Say that the hub is there, or that it is leaving; fires as `Say` does."""
        self._word = min(self._word + 1, WORDS_PER_CONNECTION - 2)
        rev = self._connection * WORDS_PER_CONNECTION + self._word
        state = self._state(online=online)
        self._told_mode = None if state.source is None else state.source.mode
        return self._say(self._topics.hub_state, self._wrapped(state, rev), 1, True)

    def begin(self) -> None:
        """Everything live has been handed over: say the manifest, and beat from now on."""
        self._say_manifest()
        if self._beats.running:
            self._beats.reset()
        else:
            self._beats.start(BEAT_S, now=False).addErrback(self._beat_failed)
        self._beat()

    def end(self) -> None:
        """The connection is gone: be silent."""
        if self._beats.running:
            self._beats.stop()
        self._cancel_manifest()

    def manifest_changed(self) -> None:
        """Say the manifest, now or as soon as a second has passed since the last."""
        if not self._beats.running or self._manifest_later is not None:
            return  # `begin` will say it, or it is on its way
        wait = self._manifest_at + MANIFEST_MIN_S - self._reactor.seconds()
        if wait <= 0:
            self._say_manifest()
        else:
            self._manifest_later = self._reactor.callLater(wait, self._say_manifest)

    def source_changed(self) -> None:
        """Look at the source; if its mode is not the one told, say so at once."""
        source = self._source()
        mode = None if source is None else source.mode
        if self._beats.running and mode is not self._told_mode:
            self.say_state()
            self._beat()

    def _beat_and_look(self) -> None:
        self.source_changed()
        self._beat()
        if self._reactor.seconds() - self._manifest_at >= MANIFEST_MAX_S - BEAT_S:
            self.manifest_changed()

    def _beat(self) -> None:
        quality, clock = self._identity.time()
        beat = Beat(
            utc=self._clock.now(),
            rate=self._clock.rate,
            manifest_seq=self._manifest_seq,
            clock_quality=quality,
            source=self._source(),
            clock=clock,
        )
        self._say(self._topics.hub_beat, self._envelopes.of_body(beat), 0, False)

    def _beat_failed(self, failure: Failure) -> None:
        """A hub that is silent looks dead: beat on, whatever it was."""
        self._log.error("beat.failed", why=failure.getTraceback())
        self._beats.start(BEAT_S, now=False).addErrback(self._beat_failed)

    def _say_manifest(self) -> None:
        self._cancel_manifest()
        payload = self._envelopes.of_body(Manifest(entries=dict(self._live)))
        self._manifest_seq = self._envelopes.seq
        self._manifest_at = self._reactor.seconds()
        self._say(self._topics.hub_manifest, payload, 1, True)

    def _cancel_manifest(self) -> None:
        if self._manifest_later is not None and self._manifest_later.active():
            self._manifest_later.cancel()
        self._manifest_later = None

    def _wrapped(self, state: HubState, rev: int) -> bytes:
        payload = self._envelopes.of_body(state, rev=rev)
        self._said(self._envelopes.last_id)
        return payload

    def _state(self, *, online: bool) -> HubState:
        return HubState(
            online=online,
            hub=self._identity.hub,
            source=self._source(),
            estimate_lifetime_s=self._identity.estimate_lifetime_s,
            zone=self._identity.zone,
        )
