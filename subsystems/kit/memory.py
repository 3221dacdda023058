"""A subsystem's memory over its own death: the cache, opened, read, and fed.

Law: a subsystem without a working disk runs all the same, and says so. What was dropped because it
was damaged is said once, row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool

from protocol.devices import Config, Want
from protocol.errors import DeviceError
from protocol.messages import Plan
from protocol.notices import Notice
from protocol.runs import Run
from subsystems.kit.cache import Cache, Facts, Row
from subsystems.kit.cache_writer import CacheWriter
from subsystems.kit.desired import Desired
from subsystems.kit.mirror import MANIFEST, STATE, Mirror, restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

    from protocol.messages import Message

_KEPT = Run | Plan | Notice | Want | Config


class Memory:
    """The memory.

    Args:
        reactor: with a thread pool, in which the cache is written.
        path: of the cache's file.
        station: identifier; a cache of another station is emptied.
        log: the process's log.

    Attributes:
        station: whose memory it is.
        facts: what was remembered last.
        desired: what is wanted of the device, as it was remembered.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 - time and threads: no one interface of Twisted's
        path: Path,
        station: str,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._path = path
        self.station = station
        self._log = log
        self._writer: CacheWriter | None = None
        self.facts = Facts(station=station)
        self.desired = Desired()

    def recall(self) -> Mirror:
        """Return what an earlier life held; opens the cache."""
        try:
            cache = Cache(self._path, self._complain)
        except DeviceError as error:
            self._log.error("cache.unavailable", why=str(error))
            return Mirror()
        loaded = cache.load(self.station)
        held = {e: m for e, m in loaded.messages.items() if not isinstance(m.body, Want | Config)}
        mirror, refused = restore(held.items())
        for entity in loaded.messages.keys() - held.keys():
            self.desired.receive(loaded.messages[entity], epoch=mirror.epoch, retained=True)
        for complaint in (*loaded.complaints, *map(str, refused)):
            self._complain(complaint)
        self._writer = CacheWriter(self._reactor, self._in_thread, cache, self._log)
        self.facts = loaded.facts or Facts(station=self.station, heard_at=mirror.newest)
        self._log.info("cache.loaded", entities=len(loaded.messages), file=str(self._path))
        return mirror

    def keep(self, entity: str, message: Message, payload: bytes) -> None:
        """Remember a message, if it is of a kind that is worth it."""
        worth = isinstance(message.body, _KEPT) or entity in {STATE, MANIFEST}
        if worth and self._writer is not None:
            self._writer.put(entity, Row(message.epoch, message.rev, payload))

    def forget(self, entities: Iterable[str]) -> None:
        """Forget what is no longer held."""
        if self._writer is not None:
            for entity in entities:
                self._writer.put(entity, None)

    def keep_facts(self, facts: Facts) -> None:
        """Remember what is no message."""
        self.facts = facts
        if self._writer is not None:
            self._writer.put_facts(facts)

    def close(self) -> Deferred[None]:
        """Write what is left; fires when it is on disk."""
        return succeed(None) if self._writer is None else self._writer.close()

    def _in_thread(self, work: Callable[[], None]) -> Deferred[None]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work)

    def _complain(self, complaint: str) -> None:
        self._log.warning("cache.damaged", file=str(self._path), what=complaint)
