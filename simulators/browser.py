"""The one browser in which benches and tests look at pages.

Law: says which Chromium and how it is started, nothing about any page. It fetches nothing by
itself, so that what is measured is only ours.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ViewportSize

SIZE: ViewportSize = {"width": 1920, "height": 1080}
"""The screen of a hall's board, in pixels."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Return the path of the installed Chromium.

    Raises:
        DeviceError: there is none.
    """
    path = shutil.which("chromium")
    if path is None:
        raise DeviceError("Chromium is needed: apt-get install chromium")
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium. Only one at a time in a process: Playwright's loop is the thread's.

    Raises:
        DeviceError: it is not installed.
    """
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
