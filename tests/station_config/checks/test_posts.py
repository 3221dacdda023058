"""Mistakes in the posts are told with their line."""

from __future__ import annotations

import pytest

GOOD = """<posts>
    <post id="desk"><name lang="de">Auskunft</name><name lang="en">Desk</name>
      <moment of="delay" least="PT10M" categories="G"/>
      <moment of="arrival" before="PT5M"/>
    </post>
    <post id="water" yards="north">
      <name lang="de">Wasser</name><name lang="en">Water</name>
      <moment of="stock" tracks="1 3"/>
    </post>
  </posts>
"""
AFTER = "</boards>"


def spoiled(draft, old="", new=""):
    assert old in GOOD
    draft.spoil("station.xml", AFTER, f"{AFTER}\n{GOOD.replace(old, new, 1) if old else GOOD}")
    return draft.told()


def test_good_posts_have_no_mistake(draft):
    assert spoiled(draft) == []


@pytest.mark.parametrize(
    ("old", "new", "severity", "message"),
    [
        ('id="water"', 'id="desk"', "error", "post 'desk' stands in line"),
        ('<name lang="en">Desk</name>', "", "error", "<post> has no name in en: add it"),
        ('yards="north"', 'yards="west"', "error", "there is no yard 'west'"),
        ('tracks="1 3"', 'tracks="1 1"', "error", "tracks: '1' stands twice"),
        ('tracks="1 3"', 'platforms="9"', "error", "there is no platform '9'"),
        ('categories="G"', 'categories="Q"', "error", "there is no category 'Q'"),
        ('tracks="1 3"', 'roles="GUEST"', "error", "roles: 'GUEST'"),
        ('of="stock"', 'of="teatime"', "error", "of: 'teatime'"),
        ('of="delay"', 'of="delay" before="PT5M"', "error", "a change is told at once"),
        ('before="PT5M"', 'least="PT9M"', "error", "least is of a delay: take it out"),
        ('before="PT5M"', 'ahead="PT9M"', "error", "ahead is of a change: take it out"),
        ('before="PT5M"', 'within="PT0S"', "error", "within must leave some time to sign"),
        ('of="arrival" before="PT5M"', 'of="check-in-soon"', "error", "check-in-soon needs before"),
        (' categories="G"/>', '/><moment of="delay"/>', "warning", "never used: line"),
    ],
)
def test_a_mistake_is_told(draft, old, new, severity, message):
    ((_, line, told, text),) = spoiled(draft, old, new)
    assert line > 1
    assert told == severity
    assert text.startswith(message) or message in text


def test_check_in_never_comes_without_gates(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "<gate " not in line]
    draft.write("station.xml", "\n".join(lines))
    before = len(draft.told())
    posts = GOOD.replace('of="arrival"', 'of="check-in-opens"')
    draft.spoil("station.xml", AFTER, f"{AFTER}\n{posts}")
    told = [message for _, _, _, message in draft.told() if "never comes" in message]
    assert len(draft.told()) == before + 1
    assert told == ["check-in-opens never comes: the station has no ticket gates"]
