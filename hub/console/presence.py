"""Who is about to change which run: shown to the others, so that two do not do the same.

Law: pure. It is a courtesy and no lock: what really keeps one from overwriting another is asked
when the command is done (`hub.store.audited`). Who says nothing for a while is no longer there.
"""

from __future__ import annotations

import msgspec

LASTS_S = 30.0
"""A page says it again every 10 s."""


class Editing(msgspec.Struct, frozen=True):
    """Somebody has a run open for a change."""

    who: str
    run_id: str


class Presence:
    """Who edits what, by session."""

    def __init__(self) -> None:
        self._editing: dict[str, tuple[Editing, float]] = {}

    def say(self, session: str, who: str, run_id: str | None, now: float) -> bool:
        """Note what a session edits, None: nothing; return whether that is news."""
        before = self.all()
        if run_id is None:
            self._editing.pop(session, None)
        else:
            self._editing[session] = (Editing(who, run_id), now)
        return self.all() != before

    def sweep(self, now: float) -> bool:
        """Forget who has said nothing for long; return whether that is news."""
        old = [key for key, (_, at) in self._editing.items() if now - at > LASTS_S]
        for key in old:
            del self._editing[key]
        return bool(old)

    def all(self) -> tuple[Editing, ...]:
        """Return who edits what, each once."""
        return tuple(sorted({each for each, _ in self._editing.values()}, key=_order))


def _order(editing: Editing) -> tuple[str, str]:
    return editing.run_id, editing.who
