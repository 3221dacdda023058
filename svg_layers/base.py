"""The base layer: yards, tracks, platforms, turnouts, signals and labels, as a file of SVG.

Law: pure; equal layouts give equal bytes, so the file is known by its digest. Every track and every
platform has its element once, under the ids of `station_config.diagram`. No script and no style
sheet is in it: how things look is said by classes, and by presentation attributes for whoever opens
the file alone.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from station_config.diagram import Side, buffer_element, platform_element, track_element
from station_config.model import TrackKind
from svg_layers.plan import NARROWEST, make_plan
from svg_layers.throat import END
from svg_layers.yard import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from station_config.diagram import End
    from station_config.model import Layout, Track
    from svg_layers.geometry import Box, Segment
    from svg_layers.plan import Plan
    from svg_layers.yard import Line, YardPlan

WORDS = {
    "zh": {"track": "{}道", "platform": "{}站台", "short": "{}台"},
    "en": {"track": "{}", "platform": "Platform {}", "short": "Pl. {}"},
    "de": {"track": "{}", "platform": "Bahnsteig {}", "short": "Bstg. {}"},
}
"""Texts of the drawing by language; a language that is not here reads English."""

_SPARE = "en"
LARGEST, READABLE = 18.0, 13.0
"""Sizes of a label; a smaller one cannot be read where the whole drawing is on a small screen."""

SMALLEST = 0.6
"""A longer label is set as much smaller, and then cut."""

PILL = 70.0
"""Widest label of a track."""

_CJK = 0x2E80
"""Where square characters begin."""

_NARROW = frozenset(" .,:;'|!ijltfrI")

_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" class="td-base"'
    ' font-family="system-ui, \'Noto Sans CJK SC\', sans-serif" fill="none" stroke-width="2">\n'
)


def digest(svg: bytes) -> str:
    """Return what a base layer is known by."""
    return sha256(svg).hexdigest()


def draw_base(layout: Layout, ends: Sequence[End], language: str) -> bytes:
    """Return the base layer.

    Args:
        layout: what is drawn.
        ends: where both ends of the station lead.
        language: of labels; names without it are in their first language.
    """
    plan = make_plan(layout)
    return "".join(_parts(layout, plan, ends, language)).encode()


def _parts(layout: Layout, plan: Plan, ends: Sequence[End], language: str) -> Iterator[str]:
    geometry = plan.geometry
    words = WORDS.get(language, WORDS[_SPARE])
    yield _HEAD.format(width=geometry.width, height=geometry.height)
    names = {yard.id: _name(yard.names, language) for yard in layout.yards}
    for yard in plan.yards:
        yield from _yard(yard, names[yard.id], ends, language, geometry.width)
    yield '<g class="td-platforms" fill="#9aa3ad" stroke="#6b7580" stroke-width="1">\n'
    beside = {p: tracks for yard in plan.yards for p, tracks in yard.beside.items()}
    for platform in layout.platforms:
        box = geometry.platforms[platform.id]
        yield _platform(platform_element(platform.id), box)
        room = box.x - max((geometry.tracks[t].x1 for t in beside[platform.id]), default=END)
        said = [words[form].format(platform.label) for form in ("platform", "short")]
        yield _platform_name([*said, platform.label], box, geometry.train, room - 14)
    yield '</g>\n<g class="td-tracks" stroke="#4a525b" stroke-width="3">\n'
    for track in layout.tracks:
        yield from _track(track, geometry.tracks[track.id], words["track"], geometry.train)
    yield "</g>\n</svg>\n"


def _yard(
    yard: YardPlan, name: str, ends: Sequence[End], language: str, width: float
) -> Iterator[str]:
    box = yard.box
    closer = min(1.6, width / NARROWEST)
    y = box.y + HEADER / 2 + 2
    begin = box.x + END + 24
    yield f'<g class="td-yard" id={quoteattr(f"yard-{yard.id}")}>\n'
    yield f'<rect class="td-ground" {_at(box)} rx="8" fill="#eef1f4" stroke="#c5ccd3"/>\n'
    for end in (end for end in ends if end.side in yard.open):
        left = end.side is Side.LEFT
        said = _name(end.names, language)
        said = f"← {said}" if left else f"{said} →"
        at = (box.x + 14 if left else box.right - 14, y)
        longest = width / 4
        yield _text(said, at, "td-end-name", "start" if left else "end", 15 * closer, longest)
        if left:
            begin = max(begin, at[0] + min(longest, _width(said, 15 * closer)) + 20)
    longest = box.x + box.width / 2 - begin
    yield _text(name, (begin, y), "td-yard-name", "start", 17 * closer, longest)
    yield '<g class="td-leads" stroke="#4a525b">\n'
    for line in yard.rails:
        yield _rail(line)
    for x, y in yard.turnouts:
        yield f'<circle class="td-turnout" cx="{x:g}" cy="{y:g}" r="2.6" fill="#4a525b"/>\n'
    yield "</g>\n</g>\n"


def _rail(line: Line) -> str:
    (x, y), *more = line.points
    kind = "td-rail td-main" if line.main else "td-rail"
    path = f"M{x:g} {y:g}" + "".join(f"L{x:g} {y:g}" for x, y in more)
    return f'<path class="{kind}" d="{path}"/>\n'


def _platform(element: str, box: Box) -> str:
    return f'<rect class="td-platform" id={quoteattr(element)} {_at(box)} rx="3"/>\n'


def _cut(said: str, size: float) -> str:
    """Return a label, or as much of it as can be read on a pill; the table has it whole."""
    while len(said) > 1 and _width(said, size) * SMALLEST > PILL - 4:
        said = f"{said[:-2]}…" if said.endswith("…") else f"{said[:-1]}…"
    return said


def _platform_name(said: Sequence[str], box: Box, train: float, room: float) -> str:
    """In its platform where there is room, else beside it: the rows are thinner than a text.

    Args:
        said: from long to short; the first that there is room for.
        box: the platform.
        train: height of a train.
        room: between the beginning of the tracks and the platform.
    """
    y = box.y + box.height / 2
    inside = min(LARGEST, box.height * 0.8)
    size = min(LARGEST, train * 0.84)
    fits = next((text for text in said if _width(text, size) <= room), None)
    if inside >= READABLE or fits is None:
        at = (box.x + box.width / 2, y)
        return _text(said[0], at, "td-platform-name", size=inside)
    return _text(fits, (box.x - 8, y), "td-platform-name", "end", size=size)


def _track(track: Track, on: Segment, said: str, train: float) -> Iterator[str]:
    main = track.kind is TrackKind.MAIN
    kind = "td-track td-main" if main else "td-track"
    where = f'x1="{on.x1:g}" y1="{on.y1:g}" x2="{on.x2:g}" y2="{on.y2:g}"'
    yield f'<line class="{kind}" id={quoteattr(track_element(track.id))} {where}/>\n'
    size = min(LARGEST, train * 0.8)
    text = _cut(said.format(track.label), size)
    wide = min(PILL, max(34.0, _width(text, size) + 12))
    high = min(26.0, train * 1.02)
    for x in (on.x1 - 6 - wide / 2, on.x2 + 6 + wide / 2):
        box = (
            f'x="{x - wide / 2:g}" y="{on.y1 - high / 2:.4g}" width="{wide:g}" height="{high:.4g}"'
        )
        yield (
            f'<rect class="td-pill" {box} rx="4" fill="#eef1f4" stroke="#4a525b"'
            ' stroke-width="1"/>\n'
        )
        yield _text(text, (x, on.y1), "td-track-name", size=size, longest=wide - 4)
    for x, way, side in ((on.x2 + 1, -1, Side.RIGHT), (on.x1 - 1, 1, Side.LEFT)):
        if track.closed is side:
            yield buffer_stop(track, on, train)
        else:
            yield _signal(x, on.y1 + way * train * 0.34)


def buffer_stop(track: Track, on: Segment, train: float) -> str:
    """Return the buffer stop of a track that is closed at one end: a bracket that holds its rail.

    Args:
        track: which.
        on: where it lies.
        train: height of a train.
    """
    left = track.closed is Side.LEFT
    x, y, inwards = (on.x1, on.y1, 7) if left else (on.x2, on.y2, -7)
    name = quoteattr(buffer_element(track.id))
    path = f"M{x + inwards:g} {y - train * 0.42:.6g}H{x:g}V{y + train * 0.42:.6g}h{inwards}"
    return f'<path class="td-buffer" id={name} d="{path}" fill="none" stroke-width="4"/>\n'


def _signal(x: float, y: float) -> str:
    return f'<circle class="td-signal" cx="{x:g}" cy="{y:.6g}" r="2.4" fill="#6b7580"/>\n'


def _text(
    said: str,
    at: tuple[float, float],
    kind: str,
    anchor: str = "middle",
    size: float = 14.0,
    longest: float | None = None,
) -> str:
    where = f'x="{at[0]:g}" y="{at[1]:.6g}" text-anchor="{anchor}" dominant-baseline="central"'
    wide = _width(said, size)
    if longest is not None and wide > longest:
        size *= longest / wide
    look = f'font-size="{size:.3g}" fill="#1f262d" stroke="none"'
    return f'<text class="{kind}" {where} {look}>{escape(said)}</text>\n'


def _width(said: str, size: float) -> float:
    """Return nearly how wide a text is."""
    return sum(1.0 if ord(c) > _CJK else 0.38 if c in _NARROW else 0.7 for c in said) * size


def _at(box: Box) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'


def _name(names: dict[str, str], language: str) -> str:
    return names.get(language) or next(filter(None, names.values()), "")
