"""Every normative sentence of the protocol, as data: one source for document, AsyncAPI and report.

Law: values only. An id is never given to another sentence; one that is dropped stays unused.
"""

from __future__ import annotations

from protocol.clauses import conduct, data, devices, transport
from protocol.clauses.clause import Clause, Level, Party, Section

__all__ = ["CLAUSES", "SECTIONS", "Clause", "Level", "Party", "Section", "clause"]

SECTIONS: tuple[Section, ...] = (
    *transport.SECTIONS,
    *data.SECTIONS,
    *devices.SECTIONS,
    *conduct.SECTIONS,
)

CLAUSES: dict[str, Clause] = {each.id: each for section in SECTIONS for each in section.clauses}
"""Every clause by its id, e.g. ``C-3.2``, in the order of the document."""


def clause(identifier: str) -> Clause:
    """Return the clause.

    Raises:
        KeyError: there is none of that id.
    """
    return CLAUSES[identifier]
