"""One real page of the console, for its bench: when it is usable, when a command is in its table.

Law: a real Chromium and the real page; the page says when, on its own clock, which is set against
ours. Nothing is decided here.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from simulators.browser import launched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page, ViewportSize

SCREEN: ViewportSize = {"width": 1366, "height": 768}
PATIENCE_MS = 20_000
CALIBRATIONS = 30

_FIRST = """
new MutationObserver((_, self) => {
  if (document.querySelector("[role=grid] [data-run]")) {
    window.usable = performance.now();
    self.disconnect();
  }
}).observe(document, { childList: true, subtree: true });
"""
_WATCH = """() => {
  window.wanted = null;
  window.seen = null;
  const look = () => {
    if (!window.wanted || window.seen !== null) return;
    const row = document.querySelector(`[data-run="${window.wanted.run}"]`);
    if (row && row.textContent.includes(window.wanted.text)) window.seen = performance.now();
  };
  new MutationObserver(look).observe(document.querySelector("[role=grid]"),
    { childList: true, subtree: true, characterData: true, attributes: true });
}"""
_RUNS = """() => [...document.querySelectorAll("[role=grid] [data-run]")]
  .filter((row) => row.getBoundingClientRect().bottom < innerHeight - 60)
  .map((row) => row.dataset.run)"""


class ConsolePage:
    """A page with the train table.

    Attributes:
        cold_ms: from the address to rows in the table, nothing in the browser's cache.
        warm_ms: the same, loaded again.
    """

    def __init__(self, context: BrowserContext, port: int, cookie: str) -> None:
        url = f"http://127.0.0.1:{port}"
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": url}])
        context.add_init_script(_FIRST)
        self.page: Page = context.new_page()
        self._port = port
        self.page.goto(f"{url}/console/")
        self.cold_ms = self._usable()
        self.page.reload()
        self.warm_ms = self._usable()
        self.page.evaluate(_WATCH)
        self._shift_ns = self._calibrate()

    def runs(self) -> list[str]:
        """Return the ids of the runs in sight."""
        found: list[str] = self.page.evaluate(_RUNS)
        return found

    def want(self, run_id: str, text: str) -> None:
        """Look for `text` in the row of a run, which is not there yet."""
        self.page.evaluate(
            "(wanted) => { window.seen = null; window.wanted = wanted; }",
            {"run": run_id, "text": text},
        )

    def seen_ns(self) -> int | None:
        """Return the monotonic ns at which the wanted text came to stand there, None: not yet."""
        seen: float | None = self.page.evaluate("() => window.seen")
        return None if seen is None else int(seen * 1e6) + self._shift_ns

    def _usable(self) -> float:
        self.page.wait_for_function("() => window.usable", timeout=PATIENCE_MS)
        found: float = self.page.evaluate("() => window.usable")
        return found

    def _calibrate(self) -> int:
        """Return what is added to the page's ns to make them ours, to half the round trip."""
        best, shift = 2**63, 0
        for _ in range(CALIBRATIONS):
            sent = time.monotonic_ns()
            there: Any = self.page.evaluate("() => performance.now()")
            back = time.monotonic_ns()
            if back - sent < best:
                best, shift = back - sent, (sent + back) // 2 - int(there * 1e6)
        return shift


@contextmanager
def opened(port: int, cookie: str) -> Iterator[ConsolePage]:
    """Open the console as whoever has `cookie`.

    Raises:
        DeviceError: there is no Chromium.
    """
    with launched() as browser:
        context = browser.new_context(viewport=SCREEN)
        yield ConsolePage(context, port, cookie)
        context.close()
