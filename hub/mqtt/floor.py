"""Whether this hub has the floor: nobody else speaks for the station, and it may speak itself.

Law: after each connection it listens before anything is said. A hub of a higher epoch is heard, and
this one is silent at once: to fight would tell passengers two things by turns. When that hub is
gone the owner is told, who has to begin anew with an epoch above it. What a dead hub says late (its
will, what a broken line held back) is covered by saying ours again.

      up ─▶ listening ─▶ begun ◀──── speak ──── hushed
                │          │ hush ───────────────▶
                └──────────┴─ a higher epoch ─▶ overruled ─ gone for a while ─▶ owner
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.mqtt.rivals import Rivals, Word
from protocol.codec import decode, epoch_of
from protocol.errors import MessageError
from protocol.messages import HubState

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from station_config.runtime.reactor import Reactor

LISTEN_S = 0.3
"""Real seconds after connecting in which a retained state of another hub arrives. A broker that
retains ours answers sooner, and then nobody waits."""

GONE_S = 10.0
"""Real seconds for which another hub must be gone before this one speaks again: a restart of it is
shorter."""

STATE = "hub/state"


class Floor:
    """The floor of one epoch.

    Attributes:
        rivals: who else was heard.
        begun: everything may be said, as far as other hubs are concerned.
        zombies: messages heard of an epoch that is over.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        *,
        epoch: int,
        may_speak: Callable[[], bool],
        begin: Callable[[], None],
        silence: Callable[[], None],
        repeat: Callable[[str], None],
        overruled: Callable[[int], None],
        log: FilteringBoundLogger,
    ) -> None:
        """Begin without a connection.

        Args:
            reactor: real time.
            epoch: of this hub.
            may_speak: the lease; asked before each message.
            begin: say everything: the floor is ours.
            silence: stop saying anything.
            repeat: say this entity again; it may be `STATE`.
            overruled: gets the epoch of a hub that had the floor and is gone.
            log: the process's log.
        """
        self._reactor = reactor
        self._may_speak = may_speak
        self._begin = begin
        self._silence = silence
        self._repeat = repeat
        self._overruled = overruled
        self._log = log
        self._up = False
        self._hushed = False
        self._listening: IDelayedCall | None = None
        self._waiting: IDelayedCall | None = None
        self.rivals = Rivals(epoch)
        self.begun = False
        self.zombies = 0

    def may_say(self) -> bool:
        """Return whether a message may be handed over now."""
        return self.begun and self._may_speak()

    def up(self) -> None:
        """The broker is there: listen."""
        self._up = True
        self.rivals.connected()
        self._listening = self._reactor.callLater(LISTEN_S, self._listened)
        if self.rivals.rival is not None:
            self._wait()

    def down(self) -> None:
        """The broker is gone."""
        self._up = self.begun = False
        self._end_listening()
        self._end_waiting()

    def hush(self) -> None:
        """Be silent until `speak`."""
        self._hushed = True
        self._stop()

    def speak(self) -> None:
        """Go on."""
        self._hushed = False
        if self._listening is None:
            self._try_to_begin()

    def hear(self, entity: str, payload: bytes, *, retained: bool) -> bool:
        """Judge a message on a topic of the hub's; return whether it may be a ghost of the past."""
        if entity == STATE:
            self._hear_state(payload, retained=retained)
            return False
        try:
            epoch = epoch_of(payload, topic=entity) if payload else self.rivals.mine
        except MessageError:
            return True
        word = self.rivals.hear_of(epoch)
        self._take(word, entity, retained=retained)
        return word in {Word.OURS, Word.OLD}

    def _hear_state(self, payload: bytes, *, retained: bool) -> None:
        try:
            message = decode(payload, topic=STATE)
        except MessageError as error:
            self._log.warning("hub.state-unreadable", why=error.message)
            self._take(Word.OLD, STATE, retained=retained)
        else:
            online = isinstance(message.body, HubState) and message.body.online
            word = self.rivals.hear(message, online=online)
            self._take(word, STATE, retained=retained)
        if self._listening is not None:
            self._listened()

    def _take(self, word: Word, entity: str, *, retained: bool) -> None:
        if word is Word.OLD and not retained:
            self._cover(entity)
        elif word is Word.RIVAL:
            self._end_waiting()
            self._yield()
        elif word is Word.GONE:
            self._yield()
            if not retained:
                self._end_waiting()  # a live word, and no goodbye: wait from here
            self._wait()

    def _cover(self, entity: str) -> None:
        """Something of a dead hub has come late and may be retained now: say ours again."""
        self.zombies += 1
        if self.begun:
            self._log.warning("hub.zombie", said=entity)
            self._repeat(entity)

    def _yield(self) -> None:
        rival = self.rivals.rival
        if rival is not None and not rival.told:
            rival.told = True
            self._log.error("hub.rival", hub=rival.hub, epoch=rival.epoch, ours=self.rivals.mine)
        self._stop()

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self._reactor.callLater(GONE_S, self._give_up_waiting)

    def _give_up_waiting(self) -> None:
        self._waiting = None
        rival = self.rivals.rival
        if rival is not None:
            self._log.warning("hub.rival-gone", hub=rival.hub, epoch=rival.epoch)
            self._overruled(rival.epoch)

    def _listened(self) -> None:
        self._end_listening()
        self._try_to_begin()

    def _try_to_begin(self) -> None:
        if self._up and not self.begun and not self._hushed and self.rivals.rival is None:
            self.begun = True
            self._begin()

    def _stop(self) -> None:
        if self.begun:
            self.begun = False
            self._silence()

    def _end_listening(self) -> None:
        call, self._listening = self._listening, None
        if call is not None and call.active():
            call.cancel()

    def _end_waiting(self) -> None:
        call, self._waiting = self._waiting, None
        if call is not None and call.active():
            call.cancel()
