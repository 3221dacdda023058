"""Real pages for tests: one Chromium a session, one clean context a page.

Law: a page that throws, breaks its own content policy or writes an error or a warning to the
console fails its test, whatever the test looked at. A lost connection is no mistake of a page's.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from protocol.errors import DeviceError

PATIENCE_MS = 20_000
"""How long a page is looked at until it is as expected: the machine may have other work."""

expect.set_options(timeout=PATIENCE_MS)

CONNECTION_LOST = (
    "net::",
    "Failed to fetch",
    "Cache.addAll() encountered a network error",
    "An unknown error occurred when fetching the script",
)
"""What Chromium writes when the server is gone. A page that may not fetch is told otherwise."""


@pytest.fixture(scope="session")
def chromium():
    browser = pytest.importorskip("simulators.browser")
    try:
        browser.find_chromium()
    except DeviceError as error:
        pytest.skip(str(error))
    with browser.launched() as running:
        yield running


@pytest.fixture
def new_page(chromium):
    """Make pages, each with a context of its own; `page.complaints` is what it has said so far."""
    made = []

    def make(width=1920, height=1080):
        page = chromium.new_context(viewport={"width": width, "height": height}).new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: note(page, message))
        made.append(page)
        return page

    yield make
    for page in made:
        page.context.close()
    complaints = [page.complaints for page in made if page.complaints]
    assert not complaints, complaints


@pytest.fixture
def page(new_page):
    """A page of 1920 by 1080."""
    return new_page()


def note(page, message):
    lost = any(words in message.text for words in CONNECTION_LOST)
    if message.type in {"error", "warning"} and not lost:
        page.complaints.append(message.text)
