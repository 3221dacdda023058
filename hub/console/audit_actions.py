"""Actions about the audit: who did what, and whether somebody changed the record of it.

Law: each entry of the table and what does it. The chain is judged by `hub.audit.record`, on a
connection and in a thread of its own: nobody waits for it, however long the audit is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hub.accounts.roles import Permission
from hub.audit.record import Fault, verify
from hub.console.action import Action, Call
from hub.console.said import AuditLine, AuditQuery, line_of

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hub.console.office import Office
    from hub.store.reading import Reader

MOST_FAULTS = 20
"""That are told; who finds one looks closer with `station audit verify`."""


class AuditCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the chain holds.

    Attributes:
        number: of the last record.
        hash: its hash: to be noted elsewhere, and given to `station audit verify` one day.
        faults: where it does not hold, the first of them; none: nobody has changed it.
    """

    number: int
    hash: str
    faults: tuple[Fault, ...]


def _list(office: Office, call: Call) -> Deferred[tuple[AuditLine, ...]]:
    query: AuditQuery = call.query
    found = office.in_store(
        lambda: office.audit.last(
            query.limit, before=query.before, subject=query.subject, about=query.about
        )
    )
    return found.addCallback(lambda records: tuple(map(line_of, records)))


def _verify(office: Office, _call: Call) -> Deferred[AuditCheck]:
    return office.desk().past(_checked)


def _checked(reader: Reader) -> AuditCheck:
    head, records = reader.audit()
    faults = tuple(
        fault for fault, _ in zip(verify(records, head), range(MOST_FAULTS), strict=False)
    )
    return AuditCheck(number=head[0], hash=head[1], faults=faults)


ACTIONS = (
    Action(
        "audit.list", "GET", "/audit", Permission.AUDIT, tuple[AuditLine, ...], _list,
        "Who did what, newest first.", query=AuditQuery,
    ),
    Action(
        "audit.verify", "GET", "/audit/verify", Permission.AUDIT, AuditCheck, _verify,
        "Whether the chain of the audit's hashes holds.",
    ),
)  # fmt: skip
