"""What a subsystem holds of the hub's: runs, plans, notices, manifest, the hub's word about itself.

Law: pure; no message, however late, doubled, disordered or from a dead hub, makes it hold something
false. How that is decided:

- ``run/``, ``plan/``, ``notice/``, ``hub/state``: `protocol.acceptance.judge` on (epoch, rev), one
  fence for each entity. The will has the greatest revision of its connection, so it is the last
  word of that one and not of the next.
- ``hub/manifest`` and ``hub/beat``: (epoch, seq), for what they say is new each time they are sent.
- A live message of a lower epoch than the greatest seen is a zombie's. A retained one is a ghost:
  it may still be the best there is (everybody dead, broker alive), unless the manifest disowns it.
- Deletion: an entity that a newer manifest does not name is gone. An empty retained payload has
  no envelope, so no fence: a zombie or a broken broker could have sent it. It is a hint that is
  not acted upon; the manifest decides, at most a second later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs

from protocol.acceptance import Fence, Verdict, judge
from protocol.errors import MessageError
from protocol.messages import Beat, HubState, Manifest, Message, Plan, Source
from protocol.notices import Notice
from protocol.runs import Run
from protocol.timeline import change_instants
from protocol.topics import notice_entity, plan_entity, run_entity
from subsystems.kit.notices import announced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from protocol.times import Instant

MANIFEST = "hub/manifest"
STATE = "hub/state"
BEAT = "hub/beat"
KEPT_PAST = timedelta(hours=36)
"""How long an entity outlives its last instant: more than a clock may be wrong at a cold boot."""

_TIMED = ("run/", "plan/", "notice/")


@dataclass(frozen=True)
class Outcome:
    """What a message did.

    Attributes:
        verdict: what became of it.
        changed: ids of the runs that are told differently from now on.
        notices: whether notices are.
        dropped: entities that are no longer held.
    """

    verdict: Verdict
    changed: frozenset[str] = frozenset()
    notices: bool = False
    dropped: tuple[str, ...] = ()


@dataclass
class Mirror:
    """The holdings. Fill it with `receive`, read `runs`."""

    _held: dict[str, Message] = field(default_factory=dict)
    _manifest: Message | None = None
    _entries: Mapping[str, int] = field(default_factory=dict)
    _missing: set[str] = field(default_factory=set)
    _beat: Fence = (0, 0)
    _state: Fence | None = None
    _manifest_seq: int = 0
    epoch: int = 0
    """Greatest seen in any message."""
    state: HubState | None = None
    source: Source | None = None
    """State of the dispatching source by the last word about it."""
    _view: Mapping[str, Run] | None = None
    _view_until: Instant | None = None

    def receive(self, entity: str, message: Message, *, retained: bool = False) -> Outcome:
        """Take a message about `entity` (a topic without the root).

        Raises:
            MessageError: the body does not belong to the entity; nothing was changed.
        """
        match message.body:
            case Run() | Plan() | Notice():
                _check(entity, _entity_of(message.body))
                return self._receive_entity(entity, message, retained=retained)
            case Manifest() as manifest:
                _check(entity, MANIFEST)
                return self._receive_manifest(message, manifest)
            case HubState() as state:
                _check(entity, STATE)
                return self._receive_state(message, state)
            case Beat() as beat:
                _check(entity, BEAT)
                return self._receive_beat(message, beat)
            case _:
                raise MessageError(f"{message.t} is not for a reader of runs", where=entity)

    @property
    def missing(self) -> frozenset[str]:
        """What the hub of the greatest epoch has and we have not."""
        manifest = self._manifest
        if manifest is None or manifest.epoch < self.epoch or manifest.seq < self._manifest_seq:
            return frozenset(self._missing | {MANIFEST})
        return frozenset(self._missing)

    @property
    def manifest_seq(self) -> int:
        """`seq` of the manifest that is held, 0 for none of the present epoch."""
        manifest = self._manifest
        return manifest.seq if manifest is not None and manifest.epoch == self.epoch else 0

    @property
    def newest(self) -> Instant | None:
        """When the newest of what is held was issued."""
        return max((m.issued_at for m in self._held.values()), default=None)

    @property
    def entities(self) -> tuple[str, ...]:
        """Names of everything that is held."""
        return tuple(self._held)

    def emptied(self) -> Mirror:
        """Return a mirror that holds no run and no plan, and knows the hub as well as this one."""
        return replace(
            self,
            _held={},
            _manifest=None,
            _entries={},
            _missing=set(),
            _view=None,
            _view_until=None,
        )

    def holds_plan(self, service_date: date) -> bool:
        """Return whether the plan of `service_date` is held."""
        return plan_entity(service_date) in self._held

    def runs(self, now: Instant) -> Mapping[str, Run]:
        """Return all runs by id: each day's plan, overlaid by what is known beyond it.

        What is past its `valid_until` is left out: it must not be told as true, and telling the
        plan's entry instead would be a guess.
        """
        if self._view is None or (self._view_until is not None and now > self._view_until):
            self._build(now)
        assert self._view is not None  # noqa: S101 - `_build` made it
        return self._view

    def notices(self, now: Instant) -> tuple[Notice, ...]:
        """Return the notices that are told at `now` or will be, most important first."""
        return announced(self._held.values(), now)

    def ended(self, since: Instant, now: Instant) -> frozenset[str]:
        """Return ids of runs whose message was valid at one of the two and is not at the other."""
        past = (m for m in self._held.values() if m.expired(now) != m.expired(since))
        return frozenset(run_id for message in past for run_id in _runs_of(message))

    def prune(self, now: Instant) -> Outcome:
        """Forget entities whose last instant is `KEPT_PAST` ago, for a hub that cannot say so."""
        ends = ((entity, _last_instant(m)) for entity, m in self._held.items())
        past = [entity for entity, at in ends if at is not None and at + KEPT_PAST < now]
        return self._drop(past, Verdict.ACCEPT)

    def _receive_entity(self, entity: str, message: Message, *, retained: bool) -> Outcome:
        if message.epoch < self.epoch and not retained:
            return Outcome(Verdict.ZOMBIE)
        held = self._held.get(entity)
        fence = None if held is None else (held.epoch, held.rev)
        verdict = judge(fence, message.epoch, message.rev)
        if verdict is Verdict.ACCEPT and self._disowned(entity, message):
            verdict = Verdict.OLD
        if verdict is not Verdict.ACCEPT:
            return Outcome(verdict)
        self._learn_epoch(message.epoch)
        before = _runs_of(held)
        self._held[entity] = message
        self._settle(entity)
        self._view = None
        changed = frozenset(_different(before, _runs_of(message)))
        return Outcome(Verdict.ACCEPT, changed, isinstance(message.body, Notice))

    def _receive_manifest(self, message: Message, manifest: Manifest) -> Outcome:
        held = self._manifest
        fence = None if held is None else (held.epoch, held.seq)
        verdict = judge(fence, message.epoch, message.seq)
        if message.epoch < self.epoch:
            verdict = Verdict.ZOMBIE
        if verdict is not Verdict.ACCEPT:
            return Outcome(verdict)
        self._learn_epoch(message.epoch)
        self._manifest = message
        self._entries = {e: r for e, r in manifest.entries.items() if e.startswith(_TIMED)}
        self._missing = {e for e in self._entries if not self._holds(e)}
        return self._drop([e for e, m in self._held.items() if self._disowned(e, m)], verdict)

    def _receive_state(self, message: Message, state: HubState) -> Outcome:
        verdict = judge(self._state, message.epoch, message.rev)
        if message.epoch < self.epoch:
            verdict = Verdict.ZOMBIE
        if verdict is not Verdict.ACCEPT:
            return Outcome(verdict)
        self._learn_epoch(message.epoch)
        self._state = (message.epoch, message.rev)
        if not state.online and self.state is not None:
            # A will was written when the hub connected: what else it says is of then.
            state = structs.replace(self.state, online=False)
        elif state.source is not None:
            self.source = state.source
        self.state = state
        return Outcome(Verdict.ACCEPT)

    def _receive_beat(self, message: Message, beat: Beat) -> Outcome:
        verdict = judge(self._beat, message.epoch, message.seq)
        if message.epoch < self.epoch:
            verdict = Verdict.ZOMBIE
        if verdict is not Verdict.ACCEPT:
            return Outcome(verdict)
        self._learn_epoch(message.epoch)
        self._beat = (message.epoch, message.seq)
        self._manifest_seq = beat.manifest_seq
        self.source = beat.source or self.source
        return Outcome(Verdict.ACCEPT)

    def _learn_epoch(self, epoch: int) -> None:
        if epoch > self.epoch:
            self.epoch = epoch
            self._manifest_seq = 0

    def _disowned(self, entity: str, message: Message) -> bool:
        """Return whether a manifest that is newer than `message` does not name its entity."""
        manifest = self._manifest
        if manifest is None or entity in self._entries:
            return False
        return (message.epoch, message.seq) < (manifest.epoch, manifest.seq)

    def _holds(self, entity: str) -> bool:
        held, manifest = self._held.get(entity), self._manifest
        if held is None or manifest is None:
            return False
        return (held.epoch, held.rev) >= (manifest.epoch, self._entries[entity])

    def _settle(self, entity: str) -> None:
        if entity in self._missing and self._holds(entity):
            self._missing.discard(entity)

    def _drop(self, entities: list[str], verdict: Verdict) -> Outcome:
        changed: set[str] = set()
        notices = any(isinstance(self._held[entity].body, Notice) for entity in entities)
        for entity in entities:
            changed.update(_runs_of(self._held.pop(entity)))
        if entities:
            self._view = None
        return Outcome(verdict, frozenset(changed), notices, tuple(entities))

    def _build(self, now: Instant) -> None:
        valid = [m for m in self._held.values() if not m.expired(now)]
        ends = [m.valid_until for m in valid if m.valid_until is not None]
        runs: dict[str, Run] = {}
        for message in sorted(valid, key=_plans_first):
            runs.update(_runs_of(message))
        for message in self._held.values():
            if message.expired(now) and isinstance(message.body, Run):
                runs.pop(message.body.run_id, None)
        self._view = MappingProxyType(runs)
        self._view_until = min(ends, default=None)


def restore(messages: Iterable[tuple[str, Message]]) -> tuple[Mirror, list[MessageError]]:
    """Return a mirror filled from a cache, and what of the cache does not belong together."""
    mirror, refused = Mirror(), []
    for entity, message in sorted(messages, key=_by_age):
        try:
            mirror.receive(entity, message, retained=True)
        except MessageError as error:
            refused.append(error)
    return mirror, refused


def _check(entity: str, expected: str) -> None:
    if entity != expected:
        raise MessageError(f"the body is of {expected}", where=entity)


def _entity_of(body: Run | Plan | Notice) -> str:
    if isinstance(body, Notice):
        return notice_entity(body.notice_id)
    return run_entity(body.run_id) if isinstance(body, Run) else plan_entity(body.service_date)


def _runs_of(message: Message | None) -> dict[str, Run]:
    body = None if message is None else message.body
    if isinstance(body, Plan):
        return {run.run_id: run for run in body.runs}
    return {body.run_id: body} if isinstance(body, Run) else {}


def _different(before: Mapping[str, Run], after: Mapping[str, Run]) -> Iterator[str]:
    return (i for i in before.keys() | after.keys() if before.get(i) != after.get(i))


def _by_age(pair: tuple[str, Message]) -> Fence:
    return pair[1].epoch, pair[1].seq


def _plans_first(message: Message) -> tuple[bool, Fence]:
    return isinstance(message.body, Run), (message.epoch, message.seq)


def _last_instant(message: Message) -> Instant | None:
    """Return the last instant that anything in `message` speaks of, None: it has no end."""
    if isinstance(message.body, Notice):
        return message.body.ends_at
    instants = [message.issued_at]
    for run in _runs_of(message).values():
        instants += change_instants(run.timeline)
        instants += [t.expected for t in (run.arrival, run.departure) if t is not None]
    return max(instants)
