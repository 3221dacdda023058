"""The diagram's entries in the console's table of actions, and its files.

Law: each entry and what does it; everything is the desk's. Base layers are files named by their
digest, so a browser asks for each once and never again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from twisted.web import http

from hub.accounts.roles import Permission
from hub.console.action import Action
from hub.diagram.desk import Presets, Seen, Span, Theme, presets, seen
from hub.diagram.film import Film
from hub.diagram.live import Whole
from protocol.errors import StationError
from station_config.runtime.leaf import Leaf, plain
from station_config.runtime.web import Asset
from svg_layers.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twisted.web.server import Request

    from hub.console.action import Call
    from hub.console.office import Office
    from hub.diagram.desk import DiagramDesk

SVG = "image/svg+xml"
_SUFFIX = ".svg"


class InTheme(msgspec.Struct, frozen=True):
    """Which preset an account without a legend of its own has."""

    theme: Theme = "light"


def actions(desk_of: Callable[[Office], DiagramDesk]) -> tuple[Action, ...]:
    """Return the entries.

    Args:
        desk_of: finds the diagram's desk among the console's collaborators.
    """

    def at(do: Callable[[DiagramDesk, Call], Any]) -> Callable[[Office, Call], Any]:
        return lambda office, call: do(desk_of(office), call)

    see, own = Permission.SEE, Permission.OWN
    return (
        Action(
            "diagram.whole", "GET", "/diagram", see, Whole, at(lambda desk, _: desk.whole()),
            "The picture of now; patches to it come by the live stream, event `diagram`.",
        ),
        Action(
            "diagram.film", "GET", "/diagram/film", see, Film,
            at(lambda desk, call: desk.film(call.query)),
            "What was (from the journal) or is to come (from timelines), for the time slider.",
            query=Span,
        ),
        Action(
            "diagram.presets", "GET", "/diagram/presets", see, Presets, lambda *_: presets(),
            "The legends that are shipped.",
        ),
        Action(
            "diagram.legend", "GET", "/diagram/legend", own, Seen,
            at(lambda desk, call: desk.legend(call.by.name, call.query.theme)),
            "One's own legend, else the preset of the theme.", query=InTheme,
        ),
        Action(
            "diagram.legend.check", "POST", "/diagram/legend/check", own, Seen,
            lambda _, call: seen(call.body, own=False),
            "A legend as it would be, with what is hard to see; nothing is kept.", takes=Legend,
        ),
        Action(
            "diagram.legend.put", "POST", "/diagram/legend", own, Seen,
            at(lambda desk, call: desk.put_legend(call.by.name, call.body)),
            "Keep one's own legend.", takes=Legend,
        ),
        Action(
            "diagram.legend.reset", "POST", "/diagram/legend/reset", own, Seen,
            at(lambda desk, call: desk.reset_legend(call.by.name, call.body.theme)),
            "Forget one's own legend.", takes=InTheme,
        ),
    )  # fmt: skip


class BaseFiles(Leaf):
    """`GET /diagram/DIGEST.svg`: a base layer, which never changes.

    Args:
        find: returns a base layer by its digest, None if there is none.
    """

    def __init__(self, find: Callable[[str], bytes | None]) -> None:
        super().__init__()
        self._find = find

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """Answer with the file, 304 when the browser has it, 404 if no layout has it."""
        parts = [part.decode(errors="replace") for part in request.postpath or ()]
        name = parts[0] if len(parts) == 1 else ""
        try:
            svg = self._find(name.removesuffix(_SUFFIX)) if name.endswith(_SUFFIX) else None
        except StationError as error:
            return plain(request, http.SERVICE_UNAVAILABLE, error.message)
        if svg is None:
            return plain(request, http.NOT_FOUND, "没有此图 · no such drawing")
        request.postpath = []
        return Asset(svg, SVG, immutable=True).render_GET(request)
