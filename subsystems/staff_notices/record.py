"""What the machine did, as it is written down: one step of the store.

Law: pure. Every issue, change and signature is a line of the audit with what was told in it, so
that "who was told what when" is answered from the audit alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from subsystems.staff_notices.chain import Line
from subsystems.staff_notices.events import Answer, FirstSeen, Happened
from subsystems.staff_notices.life import Action
from subsystems.staff_notices.model import Verdict
from subsystems.staff_notices.store import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.times import Instant
    from subsystems.staff_notices.events import Effect
    from subsystems.staff_notices.model import Facts, Notice
    from subsystems.staff_notices.people import Session

ISSUE, REFUSED, SIGN_ON, SIGN_OFF, BEGIN = "issue", "refused", "sign-on", "sign-off", "begin"
SAID = (
    *("track", "platform", "gates", "time", "planned", "late", "held", "unconfirmed"),
    *("cancelled", "elsewhere", "stock", "stock_track", "track_from", "platform_from"),
)
"""Facts that stand in the audit, where they say something."""


def record(effects: Iterable[Effect], now: Instant) -> Step:
    """Return what is to be written of a step."""
    notices: dict[str, Notice] = {}
    lines, signatures, first = [], [], []
    for effect in effects:
        match effect:
            case Happened(notice, action):
                notices[notice.id] = notice
                lines.append(_line(notice, action, now))
            case Answer(signed, verdict, notice) if verdict is not Verdict.DUPLICATE:
                signatures.append((signed.notice, signed.signature, verdict))
                if verdict is not Verdict.ACCEPTED:
                    lines.append(_refused(effect, now))
            case FirstSeen(run_id, seen):
                first.append((run_id, seen))
            case _:
                pass
    return Step(tuple(notices.values()), tuple(lines), tuple(signatures), tuple(first))


def session_line(session: Session, kind: str, now: Instant) -> Line:
    """Return the line of a person who signs on or off."""
    return Line(
        at=now,
        kind=kind,
        post=session.post,
        person=session.person,
        terminal=session.terminal,
        detail={
            "session": session.id[:8],
            "checked": session.checked,
            "by_its_clock": _told(session),
        },
    )


def _told(session: Session) -> Any:  # noqa: ANN401 - as JSON has it
    return msgspec.to_builtins(session.ended_at or session.began_at)


def _line(notice: Notice, action: Action | None, now: Instant) -> Line:
    signature = notice.signature if action is Action.SIGN else None
    detail: dict[str, Any] = {"told": said(notice.facts)}
    if action is None and notice.was is not None:
        detail["was"] = said(notice.was)
    if action in {Action.LAPSE, Action.ESCALATE, Action.MISS, Action.SUPERSEDE}:
        detail = {}
    if notice.reason is not None:
        detail["reason"] = notice.reason.value
    if signature is not None:
        detail |= {
            "acknowledged_at": msgspec.to_builtins(signature.at),
            "received_at": msgspec.to_builtins(signature.received_at),
            "clock_off_s": signature.clock_off_s,
            "signature": signature.id,
        }
    return Line(
        at=now,
        kind=ISSUE if action is None else action.value,
        post=notice.post,
        run_id=notice.run_id,
        number=notice.facts.number,
        notice=notice.id,
        person="" if signature is None else signature.person,
        terminal="" if signature is None else signature.terminal,
        detail=detail,
    )


def _refused(answer: Answer, now: Instant) -> Line:
    signature, notice = answer.signed.signature, answer.notice
    return Line(
        at=now,
        kind=REFUSED,
        post=answer.signed.notice.partition("/")[0],
        run_id="" if notice is None else notice.run_id,
        number="" if notice is None else notice.facts.number,
        notice=answer.signed.notice,
        person=signature.person,
        terminal=signature.terminal,
        detail={
            "why": answer.verdict.value,
            "acknowledged_at": msgspec.to_builtins(signature.at),
            "received_at": msgspec.to_builtins(signature.received_at),
            "clock_off_s": signature.clock_off_s,
            "signature": signature.id,
        },
    )


def said(facts: Facts) -> dict[str, Any]:
    """Return what facts say, as JSON has it; what they do not say is left out."""
    told = {name: getattr(facts, name) for name in SAID}
    return {name: msgspec.to_builtins(value) for name, value in told.items() if value}
