"""What was found, clause by clause.

Law: pure. One failed check fails its clause; a clause without a check was not observed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from protocol.clauses import CLAUSES, Clause, Level, Party

_OF_A_DEVICE = frozenset({Party.DEVICE, Party.BOTH})


class Verdict(StrEnum):
    """How a device stands with a clause."""

    PASSED = "passed"
    FAILED = "FAILED"
    WARNED = "warned"
    """A SHOULD that the device does not follow."""
    UNSEEN = "not observed"


@dataclass(frozen=True)
class Check:
    """One look at one clause.

    Attributes:
        scene: where it was looked at.
        found: what was seen, for people.
    """

    clause: str
    ok: bool
    scene: str
    found: str


@dataclass
class Findings:
    """All checks of a run of the kit, and notes that belong to no clause."""

    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scene: str = ""

    def check(self, clause: str, ok: bool, found: str) -> bool:  # noqa: FBT001 - it is the sentence
        """Note one look; return `ok`.

        Raises:
            KeyError: there is no such clause.
        """
        self.checks.append(Check(CLAUSES[clause].id, ok, self.scene, found))
        return ok

    def note(self, text: str) -> None:
        """Note something that people should know."""
        self.notes.append(f"{self.scene}: {text}")

    def verdict(self, clause: Clause) -> Verdict:
        """Return how the device stands with `clause`."""
        seen = [check.ok for check in self.checks if check.clause == clause.id]
        if not seen:
            return Verdict.UNSEEN
        if all(seen):
            return Verdict.PASSED
        return Verdict.FAILED if clause.level is Level.MUST else Verdict.WARNED

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of every clause that binds a device, in the order of the document."""
        binding = (each for each in CLAUSES.values() if each.party in _OF_A_DEVICE)
        return {each.id: self.verdict(each) for each in binding}

    @property
    def conforms(self) -> bool:
        """Whether no clause failed and something was seen at all."""
        verdicts = self.verdicts.values()
        return Verdict.PASSED in verdicts and Verdict.FAILED not in verdicts
