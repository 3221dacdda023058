"""The hub's own small web: `GET /health`, `GET /feed`, `GET /time`.

Law: it only answers. No page is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web.resource import Resource

from station_config.runtime.web import Health, HealthPage, Json, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

    from hub.clock.report import TimeReport
    from hub.feed_report import FeedReport


class StatusSite(Resource):
    """The root of the hub's web."""

    def __init__(
        self,
        *,
        health: Callable[[], Health],
        feed: Callable[[], FeedReport],
        time: Callable[[], TimeReport],
    ) -> None:
        """Put the pages in their places.

        Args:
            health: whether the hub can do what it is for.
            feed: how the lines stand. A `StationError` is answered as one.
            time: how the time is known.
        """
        super().__init__()
        self.putChild(b"health", HealthPage(health))
        self.putChild(b"feed", Json(feed))
        self.putChild(b"time", Json(time))

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: ARG002, N802 - Twisted's
        """Answer what is not here."""
        return NotFound()
