"""The legends that are shipped: what an account begins with.

Law: values only; each passes `svg_layers.legend.warnings` without a warning (a test says so). Grey
is normal and colour is for what deviates (ISA-101), except in the palette of Okabe and Ito (2008),
which people with any colour vision can tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from svg_layers.legend import Ground, Legend, Look, Pattern, Shape
from svg_layers.sight import Account, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNS = {
    Account.ON_TIME: (Pattern.SOLID, ""),
    Account.LATE: (Pattern.SOLID, "▲"),
    Account.EARLY: (Pattern.SOLID, "▼"),
    Account.UNSAID: (Pattern.OUTLINE, ""),
    Account.HELD: (Pattern.HATCH, "?"),
    Account.LAPSED: (Pattern.DOTS, "?"),
    Account.CANCELLED: (Pattern.CROSS, "✕"),
}
_SHAPES = {
    Kind.ORIGINATING: Shape.START,
    Kind.THROUGH: Shape.ARROW,
    Kind.TERMINATING: Shape.STOP,
    Kind.PASS: Shape.DOUBLE,
    Kind.STOCK: Shape.ROUND,
}


def _legend(name: str, ground: Ground, colours: Mapping[Account, str], stock: str) -> Legend:
    looks = {a: Look(colours[a], *_SIGNS[a]) for a in Account}
    return Legend(
        name=name,
        accounts=looks,
        stock=Look(stock, Pattern.OUTLINE, "▪"),
        kinds=dict(_SHAPES),
        ground=ground,
    )


_LIGHT = Ground("#ffffff", "#eef1f4", "#4a525b", "#c3cad1", "#1b2127", "#a4133c")
_DARK = Ground("#0c1014", "#151b21", "#7d8894", "#37424d", "#e8edf2", "#ff9db0")

LIGHT = _legend(
    "light",
    _LIGHT,
    {
        Account.ON_TIME: "#5b6570",
        Account.LATE: "#b3261e",
        Account.EARLY: "#1f6f43",
        Account.UNSAID: "#5b6570",
        Account.HELD: "#8a3ffc",
        Account.LAPSED: "#8f5a00",
        Account.CANCELLED: "#b3261e",
    },
    "#3c6e91",
)
DARK = _legend(
    "dark",
    _DARK,
    {
        Account.ON_TIME: "#aab4be",
        Account.LATE: "#ff6b5e",
        Account.EARLY: "#5fd38d",
        Account.UNSAID: "#aab4be",
        Account.HELD: "#c9a2ff",
        Account.LAPSED: "#ffc34d",
        Account.CANCELLED: "#ff8a80",
    },
    "#7fb8dd",
)
OKABE_ITO = _legend(
    "okabe-ito",
    _DARK,
    {
        Account.ON_TIME: "#56b4e9",
        Account.LATE: "#e69f00",
        Account.EARLY: "#009e73",
        Account.UNSAID: "#cfd6dd",
        Account.HELD: "#cc79a7",
        Account.LAPSED: "#f0e442",
        Account.CANCELLED: "#ee7733",
    },
    "#56b4e9",
)
HIGH_CONTRAST = _legend(
    "high-contrast",
    Ground("#000000", "#000000", "#ffffff", "#3a3a3a", "#ffffff", "#ff9df2"),
    {
        Account.ON_TIME: "#ffffff",
        Account.LATE: "#ffd400",
        Account.EARLY: "#00e5ff",
        Account.UNSAID: "#ffffff",
        Account.HELD: "#ff9df2",
        Account.LAPSED: "#ffd400",
        Account.CANCELLED: "#ff8a80",
    },
    "#9ad0ff",
)
PRESETS = {legend.name: legend for legend in (LIGHT, DARK, OKABE_ITO, HIGH_CONTRAST)}
"""By name; the first is what a page in the light has, the second one in the dark."""
