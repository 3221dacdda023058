"""What terminals say: who signs on and off, what they sign for, that they are there.

Law: checks and words; the machine decides what a signature is worth. A person is who the sign-on
says, never who a signature claims: it names a sign-on that only that terminal knows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, structs
from twisted.internet.defer import succeed
from twisted.internet.threads import deferToThreadPool

from protocol.errors import DeviceError, OperatorError
from protocol.times import from_unix
from subsystems.staff_notices import people
from subsystems.staff_notices.events import Signed
from subsystems.staff_notices.model import Signature, Verdict
from subsystems.staff_notices.people import LONGEST_NAME, Session
from subsystems.staff_notices.record import SIGN_OFF, SIGN_ON, session_line
from subsystems.staff_notices.store import Step
from subsystems.staff_notices.terminals import Terminal, Terminals
from subsystems.staff_notices.view import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from protocol.times import Instant
    from subsystems.staff_notices.events import Answer
    from subsystems.staff_notices.limits import Limit
    from subsystems.staff_notices.people import Person
    from subsystems.staff_notices.store import Store

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
Id = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
Millis = Annotated[float, Meta(ge=0, le=9e12)]
MOST_SIGNATURES = 500
AFTER_SHIFT = timedelta(minutes=1)
"""A signature may be so much younger than the end of its shift: two clocks."""


class SignOn(msgspec.Struct, frozen=True, kw_only=True):
    """POST ``/sign-on``. `session` is made by the terminal and kept to itself."""

    session: Id
    post: Name
    terminal: Name
    person: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    pin: Annotated[str, Meta(max_length=64)] = ""
    at: Millis


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """POST ``/sign-off``."""

    session: Id
    at: Millis


class One(msgspec.Struct, frozen=True, kw_only=True):
    """One signature; `id` is the same however often it is sent."""

    id: Id
    notice: Annotated[str, Meta(max_length=140)]
    digest: Annotated[str, Meta(max_length=32)] = ""
    session: Id
    at: Millis


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """POST ``/sign``: signatures, and what the terminal's clock says while it sends them."""

    terminal: Name
    sent_at: Millis
    signatures: Annotated[list[One], Meta(max_length=MOST_SIGNATURES)]


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """POST ``/here``: a terminal is alive."""

    terminal: Name
    post: Name
    at: Millis
    queued: Annotated[int, Meta(ge=0)] = 0
    muted: bool = False


class Reception:
    """The reception.

    Args:
        posts: their ids.
        listed: persons with PINs, None: the station keeps no list.
        store: where sign-ons are looked up.
        terminals: who is there.
        limit: of tries of a PIN.
        now: station time.
        seconds: real seconds.
        sign: gives signatures to the machine; fires with the answers once they are on disk.
        keep: writes a step; fires when it is on disk, fails with `DeviceError` if it is not.
        changed: what the overview and a post show has changed.
        reactor: with a thread pool: PINs take time.
        rate: station seconds per real second.
    """

    def __init__(  # noqa: PLR0913 - the seams meet here
        self,
        *,
        posts: Collection[str],
        listed: Mapping[str, Person] | None,
        store: Store,
        terminals: Terminals,
        limit: Limit,
        now: Callable[[], Instant],
        seconds: Callable[[], float],
        sign: Callable[[tuple[Signed, ...]], Deferred[list[Answer]]],
        keep: Callable[[Step], Deferred[None]],
        changed: Callable[[str], None],
        reactor: Any,  # noqa: ANN401 - with a thread pool
        rate: float,
    ) -> None:
        self._posts = posts
        self._listed = listed
        self._store = store
        self._terminals = terminals
        self._limit = limit
        self._now = now
        self._seconds = seconds
        self._sign = sign
        self._keep = keep
        self._changed = changed
        self._reactor = reactor
        self._rate = rate
        self._beginning: dict[str, str] = {}
        """Who signs on, by session, while that is not on disk."""

    def sign_on(self, asked: SignOn) -> dict[str, Any] | Deferred[dict[str, Any]]:
        """Begin a shift; a second time it is the same shift."""
        self._check_post(asked.post)
        known = self._session(asked.session)
        if known is not None:
            return {"person": known.person}
        if asked.session in self._beginning:
            name = self._beginning[asked.session]
            return self._keep(Step()).addCallback(lambda _: {"person": name})
        if self._listed is None:
            return self._begin(asked, " ".join(asked.person.split()), checked=False)
        if not self._limit.allow(f"{asked.person}@{asked.terminal}", self._seconds()):
            return {"error": "too-often"}
        person = self._listed.get(asked.person.strip())
        pool = self._reactor.getThreadPool()
        checking = deferToThreadPool(self._reactor, pool, people.check_pin, person, asked.pin)

        def checked(right: bool) -> dict[str, Any] | Deferred[dict[str, Any]]:  # noqa: FBT001 - Twisted's callback
            if not right or person is None:
                return {"error": "wrong-pin"}
            return self._begin(asked, person.told, checked=True)

        return checking.addCallback(checked)

    def sign_off(self, asked: SignOff) -> Deferred[dict[str, Any]]:
        """End a shift; a second time nothing happens."""
        session = self._terminals.session(asked.session)
        kept = succeed(None)
        if session is not None:
            kept = self._end(session, _instant(asked.at))
            self._changed(session.post)
        return kept.addCallback(lambda _: {})

    def sign(self, asked: Delivery) -> Deferred[dict[str, Any]]:
        """Take signatures; each is answered with what it is worth."""
        now = self._now()
        off_s = (_instant(asked.sent_at) - now).total_seconds() / self._rate
        signing = self._sign(
            tuple(self._signed(one, asked, now, off_s) for one in asked.signatures)
        )
        return signing.addCallback(
            lambda answers: {
                "results": [_result(answer) for answer in answers],
                "now": milliseconds(self._now()),
                "clock_off_s": round(off_s, 1),
            }
        )

    def here(self, asked: Here) -> dict[str, Any]:
        """Note that a terminal is alive."""
        self._check_post(asked.post)
        off_s = (_instant(asked.at) - self._now()).total_seconds() / self._rate
        terminal = Terminal(
            id=asked.terminal,
            post=asked.post,
            seen_s=self._seconds(),
            queued=asked.queued,
            clock_off_s=float(round(off_s)),
            muted=asked.muted,
        )
        if self._terminals.heard(terminal):
            self._changed("")
        session = self._terminals.at(asked.terminal)
        return {
            "now": milliseconds(self._now()),
            "clock_off_s": round(off_s, 1),
            "session": "" if session is None else session.id[:8],
        }

    def _signed(self, one: One, asked: Delivery, now: Instant, off_s: float) -> Signed:
        session = self._session(one.session)
        at = _instant(one.at)
        person = "" if session is None else session.person
        if session is not None:
            over = session.ended_at is not None and at > session.ended_at + AFTER_SHIFT
            if over or session.post != one.notice.partition("/")[0]:
                person = ""
        signature = Signature(
            id=one.id,
            person=person,
            terminal=asked.terminal,
            session=one.session[:8],
            at=at,
            received_at=now,
            clock_off_s=round(off_s, 1),
        )
        return Signed(one.notice, one.digest, signature)

    def _begin(self, asked: SignOn, person: str, *, checked: bool) -> Deferred[dict[str, Any]]:
        if not person:
            raise OperatorError("a name or a number is needed")
        session = Session(
            id=asked.session,
            post=asked.post,
            terminal=asked.terminal,
            person=person,
            checked=checked,
            began_at=_instant(asked.at),
            received_at=self._now(),
        )
        before = self._terminals.at(asked.terminal)
        if before is not None:
            self._end(before, session.began_at).addErrback(_told_below)
        line = session_line(session, SIGN_ON, self._now())
        self._beginning[session.id] = person
        kept = self._keep(Step(lines=(line,), sessions=(session,)))
        kept.addBoth(self._over, session.id)

        def begun(_result: None) -> dict[str, Any]:
            self._terminals.put(session)
            self._changed(asked.post)
            return {"person": person}

        return kept.addCallback(begun)

    def _over(self, result: Any, session_id: str) -> Any:  # noqa: ANN401 - Twisted's callback
        del self._beginning[session_id]
        return result

    def _end(self, session: Session, at: Instant) -> Deferred[None]:
        ended = structs.replace(session, ended_at=max(at, session.began_at))
        line = session_line(ended, SIGN_OFF, self._now())
        self._terminals.put(ended)
        return self._keep(Step(lines=(line,), sessions=(ended,)))

    def _session(self, session_id: str) -> Session | None:
        return self._terminals.session(session_id) or self._store.session(session_id)

    def _check_post(self, post: str) -> None:
        if post not in self._posts:
            raise OperatorError(f"there is no post {post!r}")


def _told_below(failure: Failure) -> None:
    """What the disk refuses it refuses for the step after it, too, which tells it."""
    failure.trap(DeviceError)


def _result(answer: Answer) -> dict[str, Any]:
    notice = answer.notice
    signature = None if notice is None else notice.signature
    by = "" if signature is None else signature.person
    result = {"id": answer.signed.signature.id, "verdict": answer.verdict.value}
    return result | ({"by": by} if answer.verdict is Verdict.ALREADY else {})


def _instant(millis: float) -> Instant:
    return from_unix(millis / 1000)
