"""Keeps steps in their order, in another thread, also while the disk refuses them.

Law: a step that could not be written waits, and everything after it; it is tried again with each
step and each second. Until then nothing that depends on it is answered as done. One write is under
way at a time; what comes meanwhile is written together after it, all or nothing.

    keep(1) ─▶ [1]──▶ thread ─▶ on disk ─▶ 1 fires
    keep(2), keep(3) wait ──────▶ [2 3] ─▶ thread ─▶ on disk ─▶ 2 fires, 3 fires
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, maybeDeferred, succeed

from protocol.errors import DeviceError
from subsystems.staff_notices.store import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from subsystems.staff_notices.store import Store


class Keeper:
    """The way to the store.

    Args:
        store: the file.
        in_thread: runs a blocking call elsewhere, e.g. ``deferToThreadPool`` of the reactor.
        complain: called with why it cannot be written, and with "" when it can again.
    """

    def __init__(
        self,
        store: Store,
        in_thread: Callable[[Callable[[], None]], Deferred[None]],
        complain: Callable[[str], None],
    ) -> None:
        self._store = store
        self._in_thread = in_thread
        self._complain = complain
        self._waiting: list[tuple[Step, Deferred[None]]] = []
        self._refused: list[Step] = []
        self._under_way: Deferred[None] | None = None
        self._complained = False

    @property
    def waiting(self) -> int:
        """Steps that are not on disk."""
        return len(self._refused) + sum(bool(step) for step, _ in self._waiting)

    def keep(self, step: Step) -> Deferred[None]:
        """Write a step, after all that wait; fires when they are on disk, at once if they are.

        Raises:
            DeviceError: (in the Deferred) it is not on disk; it will be written as soon as that can
                be done.
        """
        if not step and not self._waiting and not self._refused:
            return succeed(None)
        kept: Deferred[None] = Deferred()
        self._waiting.append((step, kept))
        self._write()
        return kept

    def close(self) -> Deferred[None]:
        """Write from now on in the calling thread; fires when nothing is under way any more."""
        self._in_thread = maybeDeferred
        ended: Deferred[None] = Deferred()
        if self._under_way is None:
            ended.callback(None)
        else:
            self._under_way.addBoth(lambda _: ended.callback(None))
        return ended

    def _write(self) -> None:
        if self._under_way is not None or not self._waiting:
            return
        count = len(self._waiting)
        steps = [*self._refused, *(step for step, _ in self._waiting)]
        step = together(steps)
        self._under_way = Deferred()
        writing = self._in_thread(lambda: self._store.write(step))
        writing.addCallbacks(
            lambda _: self._written(count), lambda failure: self._not_written(failure, count, steps)
        )

    def _written(self, count: int) -> None:
        self._refused = []
        if self._complained:
            self._complained = False
            self._complain("")
        for kept in self._over(count):
            kept.callback(None)
        self._write()

    def _not_written(self, failure: Failure, count: int, steps: list[Step]) -> None:
        self._refused = [step for step in steps if step]
        if not self._complained:
            self._complained = True
            error = failure.value
            self._complain(error.message if isinstance(error, DeviceError) else str(error))
        for kept in self._over(count):
            kept.errback(failure)
        self._write()

    def _over(self, count: int) -> list[Deferred[None]]:
        """Take those out that were written, or were not; what is under way is over."""
        done, self._waiting = self._waiting[:count], self._waiting[count:]
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.callback(None)
        return [kept for _, kept in done]


def together(steps: list[Step]) -> Step:
    """Return steps as one, in their order."""
    return Step(
        notices=tuple(each for step in steps for each in step.notices),
        lines=tuple(each for step in steps for each in step.lines),
        signatures=tuple(each for step in steps for each in step.signatures),
        first=tuple(each for step in steps for each in step.first),
        sessions=tuple(each for step in steps for each in step.sessions),
    )
