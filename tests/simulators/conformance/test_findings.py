"""One failed look fails a clause; what was not looked at is said to be unseen."""

import pytest

from protocol.clauses import CLAUSES
from simulators.conformance.findings import Findings, Verdict

MUST, SHOULD, HUBS = "C-3.1", "C-3.5", "C-3.7"


def test_a_clause_without_a_check_is_not_observed():
    findings = Findings()
    assert findings.verdict(CLAUSES[MUST]) is Verdict.UNSEEN
    assert not findings.conforms


@pytest.mark.parametrize(
    ("clause", "looks", "verdict"),
    [
        (MUST, [True, True], Verdict.PASSED),
        (MUST, [True, False, True], Verdict.FAILED),
        (SHOULD, [True, False], Verdict.WARNED),
    ],
)
def test_one_look_that_failed_decides(clause, looks, verdict):
    findings = Findings()
    for ok in looks:
        assert findings.check(clause, ok, "seen") is ok
    assert findings.verdict(CLAUSES[clause]) is verdict


def test_a_warning_alone_does_not_break_the_protocol():
    findings = Findings()
    findings.check(MUST, ok=True, found="")
    findings.check(SHOULD, ok=False, found="")
    assert findings.conforms
    findings.check(MUST, ok=False, found="")
    assert not findings.conforms


def test_clauses_of_the_hub_are_not_held_against_a_device():
    assert HUBS not in Findings().verdicts
    assert MUST in Findings().verdicts


def test_a_clause_that_does_not_exist_is_a_mistake_of_the_scene():
    with pytest.raises(KeyError):
        Findings().check("C-99.9", ok=True, found="")
