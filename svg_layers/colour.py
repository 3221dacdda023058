"""Colours as numbers: contrast by WCAG, and how alike two are to people who see colours otherwise.

Law: pure arithmetic. Sources: WCAG 2.2 (relative luminance, contrast ratio); Machado, Oliveira and
Fernandes 2009 (matrices for dichromacy, severity 1); CIE 1976 L*a*b* with D65 (difference).
"""

from __future__ import annotations

import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_DARK = 0.04045
_BLACK, _WHITE = "#000000", "#ffffff"
_SEEN = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
SIGHTS = ("", *_SEEN)
"""Ways to see colours; ``""`` as most people do."""

_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE_POINT = (0.95047, 1.0, 1.08883)
Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]


def is_colour(text: str) -> bool:
    """Return whether `text` is a colour as ``#rrggbb``."""
    return _HEX.fullmatch(text) is not None


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1."""
    return _times(_TO_XYZ, _linear(colour))[1]


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on `colour`."""
    return _BLACK if contrast(_BLACK, colour) >= contrast(_WHITE, colour) else _WHITE


def difference(first: str, second: str, sight: str = "") -> float:
    """Return how different two colours look (CIE 1976 delta E), to people with `sight`."""
    one, other = _lab(first, sight), _lab(second, sight)
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


def _linear(colour: str) -> Triple:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (_straight(red), _straight(green), _straight(blue))


def _straight(value: float) -> float:
    return value / 12.92 if value <= _DARK else float(((value + 0.055) / 1.055) ** 2.4)


def _lab(colour: str, sight: str) -> Triple:
    light = _linear(colour)
    if sight:
        red, green, blue = _times(_SEEN[sight], light)
        light = (max(red, 0.0), max(green, 0.0), max(blue, 0.0))
    x, y, z = (
        _root(value / white)
        for value, white in zip(_times(_TO_XYZ, light), _WHITE_POINT, strict=True)
    )
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > (6 / 29) ** 3 else value * 841 / 108 + 4 / 29


def _times(matrix: Matrix, vector: Triple) -> Triple:
    x, y, z = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return (x, y, z)
