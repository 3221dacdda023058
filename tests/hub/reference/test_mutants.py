"""Does the comparison find faults? Plausible ones are put into the kernel, one at a time.

Law: the one place where the program is patched, for that is what is tested: the test. Each fault is
a name in a module of the kernel and what stands there instead. The default run tries a few; all of
them with ``pytest tests/hub/reference/test_mutants.py --hypothesis-profile=nightly``.
"""

from __future__ import annotations

import itertools
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub.kernel import conclude, conflicts, events, intake, manual, obey, override
from hub.kernel.rules import check_in, hold, propagate, steady, windows
from hub.store import step
from tests.hub.reference.days import SCENES
from tests.hub.reference.test_stateful import Day, is_nightly

SEQUENCES = 1000
"""Within so many each fault must be found; most are found within a hundred."""


def closes_early(right):
    def wrong(draft, context):
        opens, last_call, closes = right(draft, context)
        return opens, last_call, closes and closes - timedelta(minutes=1)

    return wrong


def later_hold_counts(right):
    return lambda facts, since: facts if facts.held_since is not None else right(facts, since)


def tells_what_the_feed_tells(right):
    def wrong(facts, before):
        return right(facts, facts if before is None else before)

    return wrong


def _as_it_is(at, _since):
    return at


MUTANTS = {
    "a late train makes up its whole stop": (propagate, "_dwell", lambda _: lambda *_: timedelta()),
    "a word ends an instant late": (
        override.Override,
        "holds",
        lambda _: lambda self, now: self.until is None or now <= self.until,
    ),
    "what has not begun goes on while the delay is unknown": (
        hold,
        "_by",
        lambda _: lambda at, _: at,
    ),
    "an estimate flickers": (steady, "told_at", lambda _: lambda _, reported, *__: reported),
    "a cancellation is told shortly": (windows, "CANCELLED_TOLD", lambda _: timedelta()),
    "check-in closes a minute early": (check_in, "check_in_instants", closes_early),
    "an event a minute old is not told": (events, "FRESH", lambda _: timedelta(seconds=-1)),
    "a later hold opens what was closed": (manual, "_unknown", later_hold_counts),
    "the platform told before is forgotten": (
        conclude,
        "retold",
        lambda _: lambda facts, *_: facts,
    ),
    "two trains on one track are no conflict": (obey, "occupied", lambda _: lambda *_: ()),
    "nothing ends by itself": (conclude, "_anew_at", lambda _: lambda *_: None),
    "what was reported can be taken back": (intake, "_backwards", lambda _: lambda *_: ()),
    "a manual station tells a train as the feed does": (
        step,
        "standing_still",
        tells_what_the_feed_tells,
    ),
    "a past time is not warned of": (conflicts, "_said", lambda _: lambda *_: []),
}
QUICK = (
    "a cancellation is told shortly",
    "check-in closes a minute early",
    "what has not begun goes on while the delay is unknown",
)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(name, tmp_path, monkeypatch, capsys):
    if name not in QUICK and not is_nightly():
        pytest.skip("nightly")
    module, attribute, make = MUTANTS[name]
    monkeypatch.setattr(module, attribute, make(getattr(module, attribute)))
    number = itertools.count(1)
    contents = {
        "scene": SCENES["hohhot-east"](),
        "make_url": lambda _: f"sqlite:///{tmp_path / f'{next(number)}.db'}",
    }
    with pytest.raises((AssertionError, ValueError)):
        run_state_machine_as_test(type("Mutant", (Day,), contents), settings=search())
    if is_nightly():
        with capsys.disabled():
            sys.stdout.write(f"\n{name}: found in sequence {next(number) - 1}")


def search():
    """Look for a fault, the same way every time; nobody wants the smallest story of it."""
    return settings(
        max_examples=SEQUENCES,
        stateful_step_count=30,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
