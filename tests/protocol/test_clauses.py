"""The clauses as data: ids, references, numbers, languages."""

from __future__ import annotations

import re

import pytest

from protocol.clauses import CLAUSES, SECTIONS, clause
from protocol.clauses.clause import Level

REFERENCE = re.compile(r"C-\d+\.\d+")


def test_ids_are_unique_and_in_order():
    every = [each for section in SECTIONS for each in section.clauses]
    assert len(every) == len(CLAUSES) > 100
    assert [section.number for section in SECTIONS] == list(range(1, len(SECTIONS) + 1))
    for section in SECTIONS:
        numbers = [int(each.id.rpartition(".")[2]) for each in section.clauses]
        assert numbers == sorted(numbers)
        assert all(each.id.startswith(f"C-{section.number}.") for each in section.clauses)


@pytest.mark.parametrize("each", CLAUSES.values(), ids=CLAUSES.keys())
def test_a_clause_can_be_read(each):
    assert each.text.endswith(".")
    assert "  " not in each.text
    assert each.text.count("`") % 2 == 0
    assert each.en
    assert re.search(r"[\u4e00-\u9fff]|MQTT", each.zh), "no Chinese title"
    assert set(REFERENCE.findall(each.text)) <= set(CLAUSES)


def test_a_clause_is_found_by_its_id():
    assert clause("C-3.1").level is Level.MUST
    with pytest.raises(KeyError):
        clause("C-99.1")
