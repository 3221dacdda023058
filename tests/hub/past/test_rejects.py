"""Rejects grouped; that they are read from the database is tested with the command."""

from datetime import UTC, datetime, timedelta

from hub.kernel.reasons import Reason
from hub.past.rejects import EXAMPLES, Reject, by_reason, counts

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


def reject(minute, row="plan/k1", reason=Reason.JUMP, *, partial=False):
    at = NOON + timedelta(minutes=minute)
    return Reject(at, row, reason, "", partial, "时刻跳变", "a jump", "{}")


def test_the_most_frequent_reason_is_first():
    found = by_reason(
        [reject(0), reject(1, reason=Reason.CROSSED), reject(2, reason=Reason.CROSSED)]
    )
    assert list(found) == ["crossed", "jump"]
    assert by_reason([]) == {}


def test_whole_rows_and_parts_are_counted_apart():
    found = [reject(0), reject(1, partial=True), reject(2, partial=True)]
    assert counts(found) == (1, 2)
    (jump,) = by_reason(found).values()
    assert (jump.whole, jump.parts, jump.first, jump.last) == (1, 2, found[0].at, found[2].at)


def test_examples_are_the_latest_of_different_rows():
    rows = [reject(n, f"plan/k{n % (EXAMPLES + 1)}") for n in range(9)]
    (jump,) = by_reason(rows).values()
    assert [(each.row, each.at) for each in jump.examples] == [
        ("plan/k0", rows[8].at),
        ("plan/k3", rows[7].at),
        ("plan/k2", rows[6].at),
    ]
