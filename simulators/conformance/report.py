"""The report of the conformance kit: as text for people, as JSON for machines.

Law: pure. Nothing is left out: what was not observed stands there as such.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from protocol.clauses import CLAUSES
from simulators.conformance.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.conformance.findings import Findings

_MARKS = {Verdict.PASSED: "+", Verdict.FAILED: "X", Verdict.WARNED: "!", Verdict.UNSEEN: "."}


def text(findings: Findings, *, device: str, everything: bool = False) -> str:
    """Return the report as lines.

    Args:
        findings: of one run.
        device: its identifier.
        everything: every check, not only those that failed.
    """
    return "\n".join(_lines(findings, device, everything=everything))


def _lines(findings: Findings, device: str, *, everything: bool) -> Iterator[str]:
    for identifier, verdict in findings.verdicts.items():
        clause = CLAUSES[identifier]
        head = f"{_MARKS[verdict]} {identifier:<7}{clause.level.value:<7}{verdict.value:<13}"
        yield f"{head}{clause.zh} / {clause.en}"
        for check in findings.checks:
            if check.clause == identifier and (everything or not check.ok):
                mark = "ok" if check.ok else "no"
                yield f"      {mark}  [{check.scene}] {check.found}"
    yield from (f"note: {note}" for note in findings.notes)
    counted = Counter(findings.verdicts.values())
    sums = ", ".join(f"{counted[verdict]} {verdict.value}" for verdict in Verdict)
    said = "follows" if findings.conforms else "DOES NOT FOLLOW"
    yield f"{device}: {sums}. The device {said} the protocol as far as it could be observed."


def as_json(findings: Findings, *, device: str) -> bytes:
    """Return the report as one JSON object: ``device, conforms, clauses, notes``."""
    clauses = [
        {
            "id": identifier,
            "level": CLAUSES[identifier].level.value,
            "title": {"zh": CLAUSES[identifier].zh, "en": CLAUSES[identifier].en},
            "verdict": verdict.value,
            "checks": [
                {"scene": check.scene, "ok": check.ok, "found": check.found}
                for check in findings.checks
                if check.clause == identifier
            ],
        }
        for identifier, verdict in findings.verdicts.items()
    ]
    whole = {
        "device": device,
        "conforms": findings.conforms,
        "clauses": clauses,
        "notes": findings.notes,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)
