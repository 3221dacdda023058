"""The page: complete, self-contained, its links lead somewhere."""

from __future__ import annotations

import re

import pytest
from lxml import html

from protocol.clauses import CLAUSES
from protocol.messages import BODY_TYPES
from protocol.published.document import anchor


@pytest.fixture(scope="module")
def tree(documents):
    return html.document_fromstring(documents["index.html"])


def test_it_fetches_and_runs_nothing(documents, tree):
    assert not tree.xpath("//script | //img | //link | //iframe | //@src | //@style")
    assert "url(" not in documents["index.html"]
    assert "@import" not in documents["index.html"]


def test_ids_are_unique_and_links_within_lead_to_them(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {each[1:] for each in tree.xpath("//a/@href") if each.startswith("#")} <= set(ids)


def test_links_out_of_it_are_files_beside_it(tree, folder):
    out = {each for each in tree.xpath("//a/@href") if not each.startswith("#")}
    assert out == {"README.md", "asyncapi.json", "schemas/", "examples/"}
    assert all((folder / each).exists() for each in out)


def test_every_clause_and_type_stands_in_it(tree):
    ids = set(tree.xpath("//@id"))
    assert {anchor(each) for each in CLAUSES.values()} <= ids
    assert {f"m-{name}" for name in BODY_TYPES} <= ids


def test_chinese_is_marked_as_chinese(tree):
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for heading in tree.xpath("//h1 | //h2 | //h3"):
        assert not any(chinese.search(text) for text in heading.xpath("./text()"))


def test_tables_that_scroll_can_be_reached_by_keyboard(tree):
    for table in tree.xpath("//table"):
        around = table.getparent()
        assert around.get("tabindex") == "0"
        assert around.get("aria-label")


def test_light_and_dark_are_readable(documents):
    """WCAG 2.2, 1.4.6: text has a contrast of 7:1 at least."""
    schemes = re.findall(r":root\{([^}]+)\}", documents["index.html"])
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+):(#\w+)", scheme.replace("\n", "")))
        for ink in ("ink", "soft", "link"):
            for paper in ("paper", "tint"):
                assert contrast(colours[ink], colours[paper]) >= 7, (ink, paper, colours)


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
