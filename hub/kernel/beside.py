"""A manual run beside what AUTO would say of it.

Law: pure. Only what differs is named, so a run is hardly larger for it, and what passengers are
told is never mixed with what they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.kernel.override import ArrivalAt, Delayed, DelayUnknown, DepartureAt
from protocol.runs import Auto, Control

if TYPE_CHECKING:
    from hub.kernel.manual import Spoken
    from protocol.runs import CallTime, Run

_SAME_NAME = ("cancelled", "held", "feeder", "track", "platform", "gates", "waiting_room")
_INSTANTS = ("check_in_opens_at", "check_in_closes_at")


def beside(told: Run, auto: Run, heard: Spoken, *, withdrawn: bool) -> Run:
    """Return `told` as MANUAL, with what `auto` says otherwise and the note of a delay.

    Args:
        told: what passengers are told.
        auto: what AUTO would tell.
        heard: who has a say.
        withdrawn: AUTO would tell nothing, for dispatching has deleted the train.
    """
    differs = differences(told, auto)
    if withdrawn:
        differs["withdrawn"] = True
    return replace(
        told,
        control=Control.MANUAL,
        manual=heard.manual,
        auto=Auto(**differs) if differs else None,  # type: ignore[arg-type]
        note=_note(told, heard),
    )


def _note(told: Run, heard: Spoken) -> dict[str, str]:
    """Return what stands for an unknown delay, or the reason of a known one.

    The last word that has a reason gives it. A train that does not run is not late.
    """
    if told.cancelled:
        return {}
    about = DelayUnknown if told.held else ArrivalAt | DepartureAt | Delayed
    words = (each.word for each in heard.words)
    texts = [word.texts for word in words if isinstance(word, about) and word.texts]
    return texts[-1] if texts else {}


def differences(told: Run, other: Run) -> dict[str, object]:
    """Return what `other` says otherwise than `told`, by the names of `Auto`."""
    mine, theirs = values(told), values(other)
    return {name: value for name, value in theirs.items() if value != mine[name]}


def values(run: Run) -> dict[str, object]:
    """Return what persons can change of a run, by the names of `Auto`."""
    found: dict[str, object] = {name: getattr(run, name) for name in _SAME_NAME}
    found |= {name: getattr(run.timeline, name) for name in _INSTANTS}
    found["arrival"] = _expected(run.arrival)
    found["departure"] = _expected(run.departure)
    found["actual_arrival"] = _actual(run.arrival)
    found["actual_departure"] = _actual(run.departure)
    found["ends_here"] = run.departure is not None and run.departure.cancelled
    found["starts_here"] = run.arrival is not None and run.arrival.cancelled
    return found


def _actual(call: CallTime | None) -> object:
    return call.actual if call is not None else None


def _expected(call: CallTime | None) -> object:
    return call.expected if call is not None else None
