"""The report leaves nothing out."""

import json

from simulators.conformance.findings import Findings
from simulators.conformance.report import as_json, text


def made():
    findings = Findings()
    findings.scene = "zombie"
    findings.check("C-3.4", ok=False, found="it left ONLINE")
    findings.check("C-3.1", ok=True, found="newest, older, newest")
    findings.note("no notices")
    return findings


def test_text_tells_what_failed_and_counts_all():
    told = text(made(), device="board-1")
    assert "X C-3.4" in told
    assert "[zombie] it left ONLINE" in told
    assert "newest, older, newest" not in told
    assert "note: zombie: no notices" in told
    assert "1 passed, 1 FAILED" in told
    assert "DOES NOT FOLLOW" in told


def test_text_with_everything_tells_what_passed_too():
    assert "newest, older, newest" in text(made(), device="board-1", everything=True)


def test_json_has_every_clause_that_binds_a_device():
    told = json.loads(as_json(made(), device="board-1"))
    assert told["conforms"] is False
    clauses = {clause["id"]: clause for clause in told["clauses"]}
    assert set(clauses) == set(made().verdicts)
    assert clauses["C-3.4"]["checks"] == [
        {"scene": "zombie", "ok": False, "found": "it left ONLINE"}
    ]
    assert clauses["C-5.2"]["verdict"] == "not observed"
