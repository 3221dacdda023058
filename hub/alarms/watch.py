"""The alarms of a hub that leads: looks at its parts, keeps what persons do, tells of changes.

Law: wiring. What is wrong is `conditions`', what has one cause `cause`'s, an alarm's life `desk`'s.
It looks once a second of real time; a person's deed is done at once. What persons did is written
behind: a database that fails delays no alarm, and is one itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.task import LoopingCall

from hub.alarms.cause import grouped
from hub.alarms.conditions import View, cause_names, conditions
from hub.alarms.desk import Desk, Load, Seen, step
from hub.alarms.model import Alarm
from hub.alarms.settling import SETTLE_S, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from hub.alarms.cause import Told
    from hub.alarms.desk import Event
    from hub.mqtt.store_calls import RunInStore
    from hub.store.alarms import AlarmStore
    from protocol.times import Instant

LOOK_S = 1.0


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms for people.

    Attributes:
        alarms: those asked for, or those that are otherwise than before.
        left: keys of those that are no alarms any more.
        rate: calls in the last ten minutes.
        load: what that means for a person.
    """

    alarms: tuple[Alarm, ...]
    left: tuple[str, ...] = ()
    rate: int
    load: Load


class AlarmWatch:
    """All alarms.

    Args:
        reactor: real time.
        now: station time.
        view: what the hub's parts say; None while this hub does not lead.
        store: called through `in_store` only.
        in_store: runs a blocking call in the store's thread.
        tell: called with what is otherwise than before.
        log: the process's log.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        now: Callable[[], Instant],
        view: Callable[[], View | None],
        store: AlarmStore,
        in_store: RunInStore,
        tell: Callable[[Alarms], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._now = now
        self._view = view
        self._store = store
        self._in_store = in_store
        self._tell = tell
        self._log = log
        self._desk: Desk | None = None
        self._told: Told = {}
        self._seen_s: dict[str, float] = {}
        self._read_s = 0.0
        self._reading = False
        self._dirty: set[str] = set()
        self._writing = False
        self._counted: tuple[int, Load] = (0, Load.ACCEPTABLE)
        self._looking = LoopingCall(self._look)
        self._looking.clock = reactor

    def start(self) -> None:
        """Begin to look."""
        self._looking.start(LOOK_S, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._looking.running:
            self._looking.stop()

    @property
    def alarms(self) -> Alarms:
        """All alarms, the most urgent first."""
        desk = self._desk or Desk()
        return self._for_people(desk, desk.alarms.values(), ())

    def do(self, event: Event) -> Alarms:
        """Do what a person does, and return what is otherwise.

        Raises:
            OperatorError: it does not fit; nothing is changed.
        """
        return self._step(event)

    def _look(self) -> None:
        view = self._view()
        if view is None:
            self._desk, self._told, self._seen_s = None, {}, {}  # another hub's, from now on
            return
        if self._desk is None:
            self._read()
            return
        now = self._now()
        now_s = self._reactor.seconds()
        ready, self._seen_s = settled(conditions(view, now), self._seen_s, now_s)
        if now_s - self._read_s <= SETTLE_S + LOOK_S:
            return  # not everything was heard or looked for yet: nothing is over for that
        self._told = grouped(ready, cause_names(view), self._told)
        self._step(Seen(self._told))
        self._write()

    def _step(self, event: Event) -> Alarms:
        now = self._now()
        before = self._desk or Desk()
        self._desk, changed = step(before, event, now)
        there = [self._desk.alarms[key] for key in changed if key in self._desk.alarms]
        left = tuple(sorted(key for key in changed if key not in self._desk.alarms))
        said = self._for_people(self._desk, there, left)
        for each in there:
            known = before.alarms.get(each.key)
            if each.calls and (known is None or not known.calls):
                self._log.warning("alarm", key=each.key, why=each.condition.text.en)
        if changed or self._counted != (said.rate, said.load):
            self._counted = (said.rate, said.load)
            self._dirty |= changed
            self._write()
            self._tell(said)
        return said

    def _for_people(self, desk: Desk, alarms: Iterable[Alarm], left: tuple[str, ...]) -> Alarms:
        now = self._now()
        ordered = sorted(alarms, key=lambda a: (-a.condition.priority, a.raised_at, a.key))
        return Alarms(alarms=tuple(ordered), left=left, rate=desk.rate(now), load=desk.load(now))

    def _read(self) -> None:
        if self._reading:
            return
        self._reading = True

        def found(kept: dict[str, Alarm]) -> None:
            self._begin(Desk(alarms=kept))

        def failed(failure: Any) -> None:  # noqa: ANN401 - a Failure
            self._begin(Desk())  # told anew, rather than not at all
            self._log.error("alarms.unread", why=failure.getErrorMessage())

        asked: Deferred[Any] = self._in_store(self._store.all)
        asked.addCallbacks(found, failed)

    def _begin(self, desk: Desk) -> None:
        self._reading = False
        self._read_s = self._reactor.seconds()
        self._desk = desk
        self._told = _groups(desk.alarms)

    def _write(self) -> None:
        if self._writing or not self._dirty or self._desk is None:
            return
        keys, self._dirty = self._dirty, set()
        changed = {key: self._desk.alarms.get(key) for key in keys}
        self._writing = True

        def written(_: object) -> None:
            self._writing = False

        def failed(failure: Any) -> None:  # noqa: ANN401 - a Failure
            self._writing = False
            self._dirty |= keys  # with the next look
            self._log.warning("alarms.unwritten", why=failure.getErrorMessage())

        asked: Deferred[Any] = self._in_store(lambda: self._store.keep(changed))
        asked.addCallbacks(written, failed)


def _groups(kept: Mapping[str, Alarm]) -> Told:
    """Return the groups that stood in an earlier life: they go on until the last is well."""
    return {key: (a.condition, a.members) for key, a in kept.items() if a.members and a.active}
