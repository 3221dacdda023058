"""Drawings by hand: what may stand in one, and what is told of one that may not be used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.drawing import LARGEST, read_drawing

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:ink="http://www.inkscape.org/namespaces/inkscape" viewBox="0 0 400 300">'
)
GOOD = (
    '<line id="track-1" x1="10" y1="20" x2="90" y2="20"/>'
    '<path id="track-2" d="M 10,40 H 90"/>'
    '<rect id="platform-1" x="10" y="25" width="80" height="10"/>'
)


@pytest.fixture
def read(tmp_path):
    def reading(inside, head=HEAD, before=""):
        path = tmp_path / "own.svg"
        path.write_text(f"{before}{head}\n{inside}\n</svg>", encoding="utf-8")
        return read_drawing(path, ["1", "2"], ["1"])

    return reading


def test_a_good_one_is_taken(read):
    drawing, mistakes = read(GOOD)
    assert mistakes == []
    assert drawing.file == "own.svg"
    assert 'id="track-2"' in drawing.svg


def test_ids_that_are_missing_are_all_named(read):
    drawing, mistakes = read('<line id="track-1" x1="1" x2="9"/>')
    assert drawing is None
    assert [m.message for m in mistakes] == [
        "the drawing has no element with the id track-2",
        "the drawing has no element with the id platform-1",
    ]


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<style>rect{fill:red}</style>", "<style>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<image href="x.png"/>', "<image>"),
        ('<a href="https://x"/>', "<a>"),
        ('<animate attributeName="x"/>', "<animate>"),
        ('<g onclick="x()"/>', "onclick"),
        ('<use href="https://example.org/x.svg#a"/>', "https://example.org"),
        ('<use xlink:href="other.svg#a"/>', "other.svg"),
        ('<rect fill="url(https://example.org/a)"/>', "outside"),
        ('<rect style="fill: url(https://example.org/a)"/>', "outside"),
        ('<rect fill="url(\\68ttps://x)"/>', "outside"),
        (
            '<g transform="scale(2)"/>' + GOOD.replace("<line", '<line transform="scale(2)"'),
            "moved",
        ),
    ],
)
def test_what_runs_loads_or_hides_is_told_with_its_line(read, inside, said):
    more = "" if "track-1" in inside else GOOD
    drawing, mistakes = read(f"\n{inside}\n{more}")
    assert drawing is None
    assert len(mistakes) == 1
    assert said in mistakes[0].message
    assert mistakes[0].line in {3, 4}


def test_what_only_an_editor_needs_is_left_out(read):
    drawing, mistakes = read(
        '<metadata>x</metadata><ink:page a="1"/><g ink:label="Layer" data-x="1">'
        '<text style="font-size:12px;-inkscape-font-specification:x;fill:#123456">a</text></g>'
        + GOOD
        + '<!-- remark --><rect fill="url(#grey)"/>'
    )
    assert mistakes == []
    assert not re.search("metadata|inkscape|style=|remark", drawing.svg)
    assert 'fill="#123456"' in drawing.svg
    assert 'fill="url(#grey)"' in drawing.svg


@pytest.mark.parametrize(
    "track",
    [
        '<path id="track-1" d="M 1 1 C 2 2 3 3 4 4"/>',
        '<path id="track-1" d="M 1 1 L 2 2 L 3 3"/>',
        '<line id="track-1" x1="5" x2="5"/>',
        '<line id="track-1" x1="a" x2="5"/>',
        '<circle id="track-1" r="4"/>',
    ],
)
def test_a_track_is_one_straight_line(read, track):
    _, mistakes = read(track + GOOD.partition("/>")[2])
    assert [m.message for m in mistakes] == [
        "track-1 must be one straight <line> or <path d='M x y L x y'>"
    ]


def test_a_platform_is_a_rectangle(read):
    _, mistakes = read(GOOD.replace("<rect", "<ellipse"))
    assert [m.message for m in mistakes] == ["platform-1 must be a <rect>"]


def test_an_id_stands_once(read):
    _, mistakes = read(GOOD + '<g id="track-1"/>')
    assert "track-1' stands twice" in mistakes[0].message


@pytest.mark.parametrize(
    "head", ["<svg>", HEAD.replace("0 0 400 300", "5 5 400 300"), HEAD.replace("svg", "div", 1)]
)
def test_what_is_no_drawing_is_told(read, head):
    drawing, mistakes = read(GOOD, head=head)
    assert drawing is None
    assert mistakes


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_read_no_file_and_no_address(read, doctype):
    drawing, mistakes = read(f"<text>&x;</text>{GOOD}", before=doctype)
    assert drawing is None
    assert any("DOCTYPE" in m.message or "XML" in m.message for m in mistakes)
    assert not any("root:" in m.message for m in mistakes)


def test_a_bomb_is_told_and_does_no_harm(read):
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9}">' for n in range(1, 20))
    drawing, mistakes = read("&a19;", before=f'<!DOCTYPE svg [<!ENTITY a0 "x">{bomb}]>')
    assert drawing is None
    assert mistakes


def test_one_that_is_too_large_is_told(read):
    _, mistakes = read(GOOD + "<g/>" * (LARGEST // 4))
    assert "simplify" in mistakes[0].message


@given(said=st.binary(max_size=200))
def test_any_bytes_are_a_mistake_and_no_error(said, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "any.svg"
    path.write_bytes(said)
    drawing, mistakes = read_drawing(path, ["1"], ["1"])
    assert drawing is None
    assert mistakes
