"""A diagram drawn by hand: checked when the station is loaded, and made harmless.

Law: what could run, load or hide something is a mistake with its line, never taken out in silence;
what only an editor needs is left out. The drawing refers to nothing outside itself. Nothing is
drawn here: what stands where is read from it by `svg_layers.drawn`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from station_config.diagram import Drawing, platform_element, track_element
from station_config.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from station_config.mistakes import Mistake

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
_XML = "{http://www.w3.org/XML/"
LARGEST = 2 * 1024 * 1024
"""Bytes; a page loads it once for each change of the drawing."""

DRAWN = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "title", "desc", "clipPath", "mask", "pattern"),
        *("linearGradient", "radialGradient", "stop", "marker"),
    }
)
"""Elements that a drawing may have."""

LEFT_OUT = frozenset({"metadata"})
"""Elements that an editor writes for itself."""

LOOKS = frozenset(
    {
        *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"),
        *("stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-miterlimit", "opacity"),
        *("font-family", "font-size", "font-weight", "font-style", "text-anchor", "display"),
        *("letter-spacing", "dominant-baseline", "visibility", "stop-color", "stop-opacity"),
        *("stroke-dashoffset", "clip-path", "mask", "marker-start", "marker-end"),
    }
)
"""Properties of a ``style`` attribute that are kept, as attributes: the page forbids styles."""

NAMES = frozenset({"id", "class"})
"""Attributes that refer to nothing."""

_INSIDE = re.compile(r"url\(\s*['\"]?#[^)]*\)")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_STRAIGHT = re.compile(
    rf"\s*M\s*({_NUMBER})[ ,]+({_NUMBER})\s*([LHV])\s*({_NUMBER})(?:[ ,]+({_NUMBER}))?\s*"
)
_Ends = tuple[float, float, float, float]


def read_drawing(
    path: Path, tracks: Sequence[str], platforms: Sequence[str]
) -> tuple[Drawing | None, list[Mistake]]:
    """Return the drawing, made harmless, and every mistake in it.

    Args:
        path: the file.
        tracks: ids of the layout's tracks.
        platforms: ids of its platforms.

    Returns:
        The drawing, None if there is a mistake.
    """
    document = Document(path)
    if path.stat().st_size > LARGEST:
        document.findings.error(0, f"more than {LARGEST} bytes: simplify it")
    root = document.root
    if root is not None and document.well_formed and not document.findings.mistakes:
        _check(document, root, tracks, platforms)
    mistakes = list(document.findings.mistakes)
    if mistakes or root is None:
        return None, mistakes
    etree.cleanup_namespaces(root)
    return Drawing(path.name, etree.tostring(root, encoding="unicode")), mistakes


def size_of(root: etree._Element) -> tuple[float, float] | None:
    """Return width and height of the ``viewBox``, None if there is none that begins at 0 0."""
    try:
        numbers = [float(word) for word in re.split(r"[ ,]+", root.get("viewBox", "").strip())]
    except ValueError:
        return None
    match numbers:
        case [0.0, 0.0, width, height] if width > 0 and height > 0:
            return width, height
    return None


def line_of(element: etree._Element) -> _Ends | None:
    """Return both ends of a track's element, left to right, None if it is not one straight line."""
    try:
        if _name(element) == "line":
            x1, y1, x2, y2 = (float(element.get(n, "0")) for n in ("x1", "y1", "x2", "y2"))
        else:
            x1, y1, x2, y2 = _path_ends(element.get("d", ""))
    except ValueError:
        return None
    if (x1, y1) == (x2, y2):
        return None
    return (x1, y1, x2, y2) if x1 <= x2 else (x2, y2, x1, y1)


def box_of(element: etree._Element) -> _Ends | None:
    """Return x, y, width and height of a platform's element, None if it is no rectangle."""
    if _name(element) != "rect":
        return None
    try:
        x, y, width, height = (float(element.get(n, "0")) for n in ("x", "y", "width", "height"))
    except ValueError:
        return None
    return (x, y, width, height) if width > 0 and height > 0 else None


def _check(
    document: Document, root: etree._Element, tracks: Sequence[str], platforms: Sequence[str]
) -> None:
    if root.tag != f"{{{SVG}}}svg" or size_of(root) is None:
        message = "this is no drawing: begin with <svg xmlns=… viewBox='0 0 WIDTH HEIGHT'>"
        document.error(root, message)
        return
    for element in [*root.iter()]:
        _tidy(document, element)
    found = _identified(document, root)
    _check_ids(document, root, found, [*map(track_element, tracks)], _check_track)
    _check_ids(document, root, found, [*map(platform_element, platforms)], _check_platform)


def _tidy(document: Document, element: etree._Element) -> None:
    """Take out what an editor needs, note what a drawing may not have."""
    parent = element.getparent()
    foreign = not isinstance(element.tag, str) or not element.tag.startswith(f"{{{SVG}}}")
    if foreign or _name(element) in LEFT_OUT:
        if parent is not None:
            _remove(parent, element)
        return
    if _name(element) not in DRAWN:
        document.error(element, f"<{_name(element)}> may not stand in a drawing: take it out")
        return
    for name, value in [*element.attrib.items()]:
        _tidy_attribute(document, element, str(name), str(value))


def _tidy_attribute(document: Document, element: etree._Element, name: str, value: str) -> None:
    if name == "style":
        del element.attrib["style"]
        for prop, said in _declarations(value):
            element.set(prop, said)
            _check_value(document, element, prop, said)
    elif name in {"href", XLINK}:
        if not value.startswith("#"):
            document.error(element, f"it refers to {value[:60]!r}: nothing outside may be used")
    elif name.startswith("{"):
        _tidy_foreign(element, name)
    elif name.lower().startswith("on"):
        document.error(element, f"{name}: a drawing runs nothing: take it out")
    elif name not in NAMES:
        _check_value(document, element, name, value)


def _tidy_foreign(element: etree._Element, name: str) -> None:
    """Take out what is of an editor's namespace; ``xml:`` stays."""
    if not name.startswith(_XML):
        del element.attrib[name]


def _check_value(document: Document, element: etree._Element, name: str, value: str) -> None:
    rest = _INSIDE.sub("", value).lower()
    if any(word in rest for word in ("url(", "javascript:", "data:", "@import", "\\")):
        document.error(element, f"{name} refers to something outside: {value[:60]!r}")


def _declarations(style: str) -> Iterable[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in LOOKS and value.strip():
            yield name.strip(), value.strip()


def _remove(parent: etree._Element, element: etree._Element) -> None:
    """Remove an element but not the text behind it."""
    tail, before = element.tail or "", element.getprevious()
    parent.remove(element)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def _identified(document: Document, root: etree._Element) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for element in root.iter():
        name = element.get("id")
        if name is not None and name in found:
            document.error(element, f"id {name!r} stands twice: keep one")
        if name is not None:
            found[name] = element
    return found


def _check_ids(
    document: Document,
    root: etree._Element,
    found: dict[str, etree._Element],
    wanted: list[str],
    check: Callable[[Document, etree._Element], None],
) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        document.error(root, f"the drawing has no element with the id {', '.join(missing)}")
    for name in wanted:
        if name in found:
            element = found[name]
            moved = [e for e in (element, *element.iterancestors()) if e.get("transform")]
            if moved:
                message = f"{name} is moved by a transform: apply it in the editor"
                document.error(moved[0], message)
            else:
                check(document, element)


def _check_track(document: Document, element: etree._Element) -> None:
    if line_of(element) is None:
        message = f"{element.get('id')} must be one straight <line> or <path d='M x y L x y'>"
        document.error(element, message)


def _check_platform(document: Document, element: etree._Element) -> None:
    if box_of(element) is None:
        document.error(element, f"{element.get('id')} must be a <rect>")


def _path_ends(path: str) -> _Ends:
    found = _STRAIGHT.fullmatch(path)
    if found is None:
        raise ValueError(path)
    x1, y1, how, first, second = found.groups()
    begin = float(x1), float(y1)
    if how == "L" and second is not None:
        return (*begin, float(first), float(second))
    if how == "L" or second is not None:
        raise ValueError(path)
    return (*begin, float(first), begin[1]) if how == "H" else (*begin, begin[0], float(first))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
