"""Nobody may ask too often, and nobody else is harmed by who does."""

from __future__ import annotations

from subsystems.staff_notices.limits import MOST_KNOWN, Limit


def test_a_bucket_runs_dry_and_fills():
    limit = Limit(per_s=1, burst=3)
    assert [limit.allow("a", 0) for _ in range(4)] == [True, True, True, False]
    assert limit.allow("b", 0)
    assert limit.allow("a", 1)
    assert not limit.allow("a", 1)


def test_it_knows_so_many_and_no_more():
    limit = Limit(per_s=0, burst=1)
    for nth in range(MOST_KNOWN + 10):
        assert limit.allow(str(nth), 0)
    assert len(limit._buckets) == MOST_KNOWN
