from __future__ import annotations

import msgspec
import pytest

from protocol.errors import OperatorError
from svg_layers.legend import Legend, Look, Pattern, check_legend, properties, warnings
from svg_layers.presets import LIGHT
from svg_layers.sight import Account, Kind


def with_look(account, **fields):
    looks = dict(LIGHT.accounts)
    looks[account] = msgspec.structs.replace(looks[account], **fields)
    return msgspec.structs.replace(LIGHT, accounts=looks)


def test_it_is_the_same_after_a_way_over_the_wire():
    assert msgspec.json.decode(msgspec.json.encode(LIGHT), type=Legend) == LIGHT


@pytest.mark.parametrize("account", Account)
def test_one_that_says_nothing_of_an_account_is_not_whole(account):
    looks = {a: look for a, look in LIGHT.accounts.items() if a is not account}
    with pytest.raises(OperatorError, match=account.value):
        check_legend(msgspec.structs.replace(LIGHT, accounts=looks))


def test_one_that_says_nothing_of_a_kind_is_not_whole():
    kinds = {k: s for k, s in LIGHT.kinds.items() if k is not Kind.PASS}
    with pytest.raises(OperatorError, match="pass"):
        check_legend(msgspec.structs.replace(LIGHT, kinds=kinds))


@pytest.mark.parametrize("colour", ["red", "url(https://x)", "#12345", "#fff;}"])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(OperatorError, match="late"):
        check_legend(with_look(Account.LATE, colour=colour))
    ground = msgspec.structs.replace(LIGHT.ground, rail=colour)
    with pytest.raises(OperatorError, match=r"ground\.rail"):
        check_legend(msgspec.structs.replace(LIGHT, ground=ground))


@pytest.mark.parametrize("sign", ["abc", "\n", "\u0000"])
def test_a_sign_is_short_and_can_be_seen(sign):
    with pytest.raises(OperatorError, match="sign"):
        check_legend(with_look(Account.LATE, sign=sign))


def test_a_faint_colour_is_warned_of():
    found = warnings(with_look(Account.LATE, colour="#e8d8d8"))
    assert [w.what for w in found if w.code == "contrast"] == ["late"]
    assert found[0].needed == 3.0
    assert found[0].value < 1.5


def test_text_that_is_hard_to_read_is_warned_of():
    ground = msgspec.structs.replace(LIGHT.ground, text="#9aa3ab")
    found = warnings(msgspec.structs.replace(LIGHT, ground=ground))
    assert {(w.what, w.other) for w in found} >= {("ground.text", "ground.yard")}


def test_two_that_only_some_cannot_tell_apart_are_warned_of_with_their_sight():
    legend = with_look(Account.LATE, colour="#a05000", sign="")
    looks = dict(legend.accounts)
    looks[Account.EARLY] = Look("#4f7000", Pattern.SOLID, "")
    found = warnings(msgspec.structs.replace(legend, accounts=looks))
    alike = [w for w in found if w.code == "alike" and {w.what, w.other} == {"late", "early"}]
    assert [w.sight for w in alike] in (["deuteranopia"], ["protanopia"])


def test_another_pattern_or_sign_tells_them_apart():
    same = LIGHT.accounts[Account.ON_TIME].colour
    assert warnings(with_look(Account.LATE, colour=same)) == []
    found = warnings(with_look(Account.LATE, colour=same, sign=""))
    assert [(w.what, w.other) for w in found] == [("on-time", "late")]


def test_every_look_has_its_properties_and_ink():
    found = properties(LIGHT)
    assert found["--td-late"] == "#b3261e"
    assert found["--td-late-ink"] == "#ffffff"
    assert {f"--td-{a.value}-ink" for a in Account} <= set(found)
    assert found["--td-yard"] == LIGHT.ground.yard
