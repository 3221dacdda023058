"""Labels as a browser sets them: none over another, none out of the drawing, in any station."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from diagram_days import shipped

sys.path.insert(0, str(Path(__file__).parents[2] / "svg_layers"))

from odd_stations import ODD, odd

from svg_layers.base import draw_base

MEETING = """() => {
    const all = [...document.querySelectorAll("svg text, svg .td-pill, svg .td-platform")];
    const boxes = all.map((e) => ({ e, kind: e.getAttribute("class"), b: e.getBBox(),
      said: e.textContent || e.id }));
    const bad = [], { width, height } = document.querySelector("svg").viewBox.baseVal;
    const texts = boxes.filter(({ e }) => e.tagName === "text");
    for (const { b, said } of texts)
      if (b.x < 0 || b.y < 0 || b.x + b.width > width || b.y + b.height > height)
        bad.push("out: " + said);
    const own = (t, o) => o.kind === "td-platform" ? t.kind === "td-platform-name"
      && Math.abs(t.b.y + t.b.height / 2 - o.b.y - o.b.height / 2) < 1
      : o.kind === "td-pill" && t.e.previousElementSibling === o.e;
    texts.forEach((t, i) => boxes.forEach((o) => {
      if (o === t || own(t, o) || (o.e.tagName === "text" && texts.indexOf(o) < i)) return;
      const w = Math.min(t.b.x + t.b.width, o.b.x + o.b.width) - Math.max(t.b.x, o.b.x);
      const h = Math.min(t.b.y + t.b.height, o.b.y + o.b.height) - Math.max(t.b.y, o.b.y);
      if (w > 1 && h > t.b.height * 0.1) bad.push(t.said + " over " + o.said + " " + o.kind);
    }));
    return bad;
}"""
"""A line of text is higher than its letters: a tenth of it may reach into another's."""


@pytest.mark.parametrize("name", [*ODD, "hohhot_east", "muehlau_am_see"])
def test_no_label_meets_another(page, tmp_path, name):
    station = odd(tmp_path, name) if name in ODD else shipped(name)
    for language in ("zh", "en", "de"):
        svg = draw_base(station.layouts[-1], station.ends, language).decode()
        page.set_content(svg)
        assert page.evaluate(MEETING) == [], language
