"""Who may command loudspeakers from the pages: the operator's PIN, sessions, and their limits.

Law: no I/O; the secret, the clock and the random bytes are arguments. Without a PIN everybody who
reaches the pages may, and the pages say so. A session is a random name in a cookie; a wrong PIN
costs time that grows, for the address that sent it and for all together.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION_S = 8 * 3600.0
"""A shift."""
SESSIONS_MOST = 50
FREE = 3
"""Wrong PINs of one address before it must wait."""
WAIT_S = 5.0
"""After that, doubled by each further one."""
WAIT_MOST_S = 300.0
ALL_MOST = 30
"""Wrong PINs of all addresses together in `ALL_S`; then nobody may try until it is over."""
ALL_S = 300.0
ADDRESSES_MOST = 1000


class NotAllowedError(OperatorError):
    """A PIN is needed, is wrong, or must be waited for."""


@dataclass
class _Tries:
    wrong: int = 0
    again_s: float = 0.0


@dataclass
class Gate:
    """The gate.

    Attributes:
        pin: the secret, "" for none.
        seconds: real, monotonic.
        token: a new name for a session: at least 128 random bits, as text.
    """

    pin: str
    seconds: Callable[[], float]
    token: Callable[[], str]
    _sessions: dict[str, float] = field(default_factory=dict)
    _tries: dict[str, _Tries] = field(default_factory=dict)
    _wrong: list[float] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether no PIN is set."""
        return not self.pin

    def login(self, pin: str, address: str) -> str:
        """Return the name of a new session.

        Raises:
            NotAllowedError: the PIN is wrong, or was tried too often.
        """
        now_s = self.seconds()
        self._wrong = [at for at in self._wrong if now_s - at < ALL_S]
        tries = self._tries.get(address, _Tries())
        if now_s < tries.again_s or len(self._wrong) >= ALL_MOST:
            raise NotAllowedError("too many wrong PINs: wait a little")
        if not hmac.compare_digest(pin.encode(), self.pin.encode()):
            self._note(address, tries, now_s)
            raise NotAllowedError("wrong PIN")
        self._tries.pop(address, None)
        live = {name: until for name, until in self._sessions.items() if now_s < until}
        while len(live) >= SESSIONS_MOST:
            live.pop(next(iter(live)))
        name = self.token()
        self._sessions = {**live, name: now_s + SESSION_S}
        return name

    def logout(self, session: str) -> None:
        """End a session, if it is one."""
        self._sessions.pop(session, None)

    def allows(self, session: str) -> bool:
        """Return whether who has this session may command."""
        return self.open or self.seconds() < self._sessions.get(session, 0.0)

    def _note(self, address: str, tries: _Tries, now_s: float) -> None:
        tries.wrong += 1
        self._wrong.append(now_s)
        if tries.wrong >= FREE:
            wait_s = min(WAIT_MOST_S, WAIT_S * 2 ** min(tries.wrong - FREE, 10))
            tries.again_s = now_s + wait_s
        while len(self._tries) >= ADDRESSES_MOST:
            self._tries.pop(next(iter(self._tries)))
        self._tries[address] = tries
