"""The picture: well-formed, in two languages, nobody is told by colour alone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from lxml import etree

from subsystems.broadcast.gantt import LOOKS, OTHER, Chart, draw, look_of
from subsystems.broadcast.model import Kind
from subsystems.broadcast.records import Past, Reason, Why
from tests.subsystems.broadcast.scene import START, at


def line(seconds, lasts, kind=Kind.DELAY, **more):
    until = None if lasts is None else at(seconds + lasts)
    told = {"key": "k", "run_ids": ("2021-01-20.k274",), "zones": ("a",)}
    return Past(at=at(seconds), until=until, kind=kind, **(told | more))


def drawn(*lines):
    chart = Chart(
        lines=lines,
        zones=(("a", "大厅 <hall>"), ("b", "出口 exit")),
        start=START,
        end=START + timedelta(minutes=20),
        zone_info=ZoneInfo("Asia/Shanghai"),
        title=("一小时", "an hour & more"),
        notes=("note",),
    )
    text = draw(chart)
    return text, etree.fromstring(text.encode())


def titles(root):
    return [each.text for each in root.iter("{http://www.w3.org/2000/svg}title")]


def test_it_shows_what_was_spoken_dropped_and_cut_off():
    text, root = drawn(
        line(60, 30),
        line(120, 20, Kind.CHECK_IN_OPEN, reason=Reason.PRE_EMPTED),
        line(150, None, reason=Reason.TOO_LATE, waited=Why.SPEAKING),
        line(14 * 60 + 50, 30, Kind.EMERGENCY, run_ids=()),
        line(9999, 30),
    )
    told = titles(root)
    assert "晚点 delay K274 0 s" in told
    assert "开始检票 check-in open K274 0 s, pre-empted" in told
    assert any(each.endswith("too-late, speaking") for each in told)
    assert told.count("紧急 emergency  0 s") == 2, "over the end of a strip"
    assert "16:00" in text
    assert "大厅 &lt;hall&gt;" in text


def test_no_two_kinds_look_alike():
    looks = {(each.colour, each.pattern) for each in LOOKS.values()}
    assert len(looks) == len(LOOKS)
    assert len({each.letter for each in LOOKS.values()}) == len(LOOKS)
    assert look_of(Kind.NOTICE) is OTHER


def test_a_group_says_how_many():
    text, _ = drawn(line(60, 59, run_ids=("2021-01-20.k1", "2021-01-20.k2", "2021-01-20.k3")))
    assert "D K1+2" in text
