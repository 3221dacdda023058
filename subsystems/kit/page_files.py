"""The files of a subsystem's pages: its own, and those that all pages share.

Law: what every page needs alike (the stream that opens again, station time in a browser) stands
once, in ``subsystems/kit/web``, and is served below ``kit/`` of the subsystem's own files, so that
a page imports ``./kit/stream.js`` and is whole without any other process.
"""

from __future__ import annotations

from importlib import resources

from station_config.runtime.web import Asset, static_files

__all__ = ["page_files"]

SHARED = "kit"


def page_files(package: str) -> dict[str, Asset]:
    """Return the files of the pages of `package` by path, the shared ones below ``kit/``.

    Args:
        package: with a folder ``web``, e.g. ``subsystems.clock``.

    Raises:
        StationError: a file's kind is not served; see `static_files`.
    """
    own = static_files(resources.files(package).joinpath("web"))
    shared = static_files(resources.files("subsystems.kit").joinpath("web"))
    return own | {f"{SHARED}/{path}": asset for path, asset in shared.items()}
