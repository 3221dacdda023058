"""Terminals: which are alive, who is signed on there, whose clock is wrong.

Law: real seconds, given; it asks no clock. A terminal that has not been heard for `DARK_S` is dark,
and stays listed until its person signs off or it has been dark for `FORGOTTEN_S`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from subsystems.staff_notices.people import Session

HERE_EVERY_S = 5.0
"""A terminal says so often that it is there."""
DARK_S = 16.0
FORGOTTEN_S = 24 * 3600.0
CLOCK_WRONG_S = 5.0
"""From then on a terminal's clock is told to be wrong, in station seconds at rate 1."""


@dataclass(frozen=True)
class Terminal:
    """One terminal.

    Attributes:
        id: it chose itself.
        post: that it shows.
        seen_s: real second at which it was last heard.
        queued: signatures that it holds and has not delivered.
        clock_off_s: its station time minus ours, None: not known.
        muted: its sound is off for a while.
    """

    id: str
    post: str
    seen_s: float
    queued: int = 0
    clock_off_s: float | None = None
    muted: bool = False

    def dark(self, now_s: float) -> bool:
        """Return whether it has not been heard for too long."""
        return now_s - self.seen_s > DARK_S


class Terminals:
    """All terminals that were heard of, and the persons at them."""

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._terminals: dict[str, Terminal] = {}
        self._sessions: dict[str, Session] = {each.id: each for each in sessions}

    def heard(self, terminal: Terminal) -> bool:
        """Note a sign of life; return whether people see a difference."""
        before = self._terminals.get(terminal.id)
        self._terminals[terminal.id] = terminal
        if before is None:
            return True
        was_dark = before.dark(terminal.seen_s)
        return was_dark or replace(before, seen_s=terminal.seen_s) != terminal

    def prune(self, now_s: float) -> None:
        """Forget those that have been dark for long and have nobody signed on."""
        manned = {session.terminal for session in self._sessions.values()}
        self._terminals = {
            name: each
            for name, each in self._terminals.items()
            if name in manned or now_s - each.seen_s < FORGOTTEN_S
        }

    def put(self, session: Session) -> Session | None:
        """A person signs on or off; return who is thereby signed off at that terminal."""
        if session.ended_at is not None:
            self._sessions.pop(session.id, None)
            return None
        others = (s for s in self._sessions.values() if s.terminal == session.terminal)
        before = next((s for s in others if s.id != session.id), None)
        if before is not None:
            del self._sessions[before.id]
        self._sessions[session.id] = session
        return before

    def session(self, session_id: str) -> Session | None:
        """Return a sign-on that lasts."""
        return self._sessions.get(session_id)

    def of(self, post: str) -> list[Terminal]:
        """Return the terminals of a post by their names."""
        found = [each for each in self._terminals.values() if each.post == post]
        return sorted(found, key=lambda each: each.id)

    def persons(self, post: str) -> list[Session]:
        """Return who is signed on at a post."""
        found = [each for each in self._sessions.values() if each.post == post]
        return sorted(found, key=lambda each: each.began_at)

    def at(self, terminal: str) -> Session | None:
        """Return who is signed on at a terminal."""
        return next((s for s in self._sessions.values() if s.terminal == terminal), None)

    def counts(self, now_s: float) -> Mapping[str, int]:
        """Return how many are alive, dark and manned."""
        dark = sum(each.dark(now_s) for each in self._terminals.values())
        return {
            "alive": len(self._terminals) - dark,
            "dark": dark,
            "signed-on": len(self._sessions),
        }
