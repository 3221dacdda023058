"""Templates: what they may hold, and which one is used."""

from __future__ import annotations

import pytest

from protocol.errors import OperatorError
from protocol.runs import Role
from subsystems.broadcast.facts import Slot
from subsystems.broadcast.model import Kind
from subsystems.broadcast.templates import (
    Maybe,
    Template,
    Value,
    Words,
    check_template,
    chosen,
    parsed,
    variants,
)


def test_words_values_and_what_may_be_left_out():
    assert parsed("to {destination}[, platform {platform}].") == (
        Words("to "),
        Value(Slot.DESTINATION),
        Maybe((Words(", platform "), Value(Slot.PLATFORM))),
        Words("."),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("to {nowhere}", "there is no place {nowhere}"),
        ("to {destination", "'{' has no partner"),
        ("to destination}", "'}' has no partner"),
        ("[to {destination}", "'[' has no partner"),
        ("to ]", "']' has no partner"),
        ("[[{platform}]]", "'[' has no partner"),
    ],
)
def test_what_cannot_be_read(text, message):
    with pytest.raises(OperatorError, match=r".*") as told:
        parsed(text)
    assert message in told.value.message


@pytest.mark.parametrize(
    ("kind", "variant", "text", "message"),
    [
        (Kind.SAFETY, "", "{train}", "safety knows no {train}"),
        (Kind.LAST_CALL, "", "at {gates}", "{gates} of last-call may be unknown"),
        (Kind.LAST_CALL, "", "[at once]", "have no value"),
        (Kind.LAST_CALL, "bus", "now", "last-call has no variant 'bus'"),
        (Kind.MANUAL, "", "now", "manual is a person's words"),
        (Kind.DELAY, "sooner", "{delay}", "{delay} of delay may be unknown"),
    ],
)
def test_what_could_not_be_said_of_every_train(kind, variant, text, message):
    with pytest.raises(OperatorError) as told:
        check_template(Template(kind=kind, variant=variant, text=text), text)
    assert message in told.value.message


def test_what_can_be_said():
    template = Template(kind=Kind.GATE_CHANGE, text="{train} {gates} {former_gates}[ {platform}]")
    check_template(template, template.text)


def test_the_most_particular_one_is_used_and_the_first_among_equals():
    plain = Template(kind=Kind.DELAY, text="any")
    ending = Template(kind=Kind.DELAY, text="ends", roles=(Role.TERMINUS,))
    fast = Template(kind=Kind.DELAY, text="fast", categories=("G",))
    both = Template(kind=Kind.DELAY, text="both", roles=(Role.TERMINUS,), categories=("G",))
    every = (plain, ending, fast, both)

    def text(role, category):
        found = chosen(every, Kind.DELAY, "", role, category)
        return None if found is None else found.text

    assert text(Role.ORIGIN, "K") == "any"
    assert text(Role.TERMINUS, "K") == "ends"
    assert text(Role.ORIGIN, "G") == "fast"
    assert text(Role.TERMINUS, "G") == "both"
    assert chosen((ending, fast), Kind.DELAY, "", Role.TERMINUS, "G") is ending
    assert chosen(every, Kind.DELAY, "sooner", Role.ORIGIN, "K") is None
    assert chosen(every, Kind.LAST_CALL, "", Role.ORIGIN, "K") is None


def test_kinds_with_several_words():
    assert list(variants(Kind.DELAY)) == ["", "sooner", "known"]
    assert list(variants(Kind.APPROACH)) == [""]
