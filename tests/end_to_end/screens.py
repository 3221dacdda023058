"""Every screen of a station, looked at again and again by somebody who knows the truth.

Law: reads what a passenger reads, and judges nothing itself.
"""

from __future__ import annotations

import time

from tests.end_to_end.truth import LIVE, Row

ALONE, ON_ITS_OWN = "自主运行", "屏幕独立运行"
DEPARTURES, GATE = "waiting-hall-departures", "gate-b5"

BOARD = r"""() => {
  const text = (of) => of?.textContent.replace(/\s+/g, "") ?? "";
  const cell = (row, name) => {
    const found = row.querySelector(`[data-column="${name}"]`);
    if (found === null) return null;
    return {text: text(found.querySelector(".text")), was: text(found.querySelector("s"))};
  };
  const row = (of) => {
    const time = cell(of, "departure") ?? cell(of, "arrival");
    const platform = cell(of, "platform");
    return {
      train: cell(of, "train").text,
      place: (cell(of, "destination") ?? cell(of, "origin")).text,
      time: time.text, time_was: time.was, status: cell(of, "status").text,
      platform: platform.text, platform_was: platform.was, gate: cell(of, "gate")?.text ?? null};
  };
  const rows = Array.from(document.querySelectorAll("#rows tbody tr[data-run]"), row);
  const hero = document.querySelector("#hero[data-run]");
  const lines = (name) => Array.from(hero.querySelectorAll(`[data-box="${name}"] .led`));
  if (hero) {
    const time = lines("time").filter((line) => !line.classList.contains("label"));
    const [now, changed] = lines("platform").filter((line) => line.lang === "zh").map(text);
    rows.unshift({
      train: text(lines("train")[0]), place: text(lines("place")[0]),
      time: text(time.find((line) => !line.classList.contains("was"))),
      time_was: text(time.find((line) => line.classList.contains("was"))),
      status: text(lines("status")[0]).replace(/^[^\p{L}]+/u, ""),
      platform: (now ?? "").replace("站台", ""), gate: null,
      platform_was: (changed ?? "").replace("站台变更", "").split("→")[0]});
  }
  return {
    clock: text(document.getElementById("clock")),
    line: document.getElementById("line").textContent, rows};
}"""

KIOSK = r"""() => {
  const text = (of) => of?.textContent.replace(/\s+/g, "") ?? "";
  const rows = Array.from(document.querySelectorAll("li:not([data-over]) > .row"), (of) => ({
    train: text(of.querySelector(".number")), place: text(of.querySelector(".to").lastChild),
    time: text(of.querySelector(".when b")), time_was: text(of.querySelector(".when s span")),
    status: text(of.querySelector(".status b")),
    platform: text(of.querySelector(".platform b")),
    platform_was: text(of.querySelector(".platform s span")),
    gate: text(of.querySelector(".gate > span"))}));
  return {clock: text(document.getElementById("clock")),
          line: text(document.getElementById("line")), rows};
}"""


class Screen:
    """One page.

    Args:
        page: of the browser.
        kind: as in `Truth.faults`.
        path: of the page at its server.
        kiosk: whether it is the kiosk's server.
        gate: label of the gate, of a gate's screen.
    """

    def __init__(self, page, kind, path, *, gate=None):
        self.page = page
        self.kind = kind
        self.path = path
        self.gate = gate
        self.line = ""

    @property
    def is_kiosk(self):
        return self.kind == "kiosk"

    def open(self, rig):
        self.page.goto(f"{rig.kiosk_url if self.is_kiosk else rig.url}{self.path}")

    def read(self):
        """Return what it shows; None: nothing yet."""
        seen = self.page.evaluate(KIOSK if self.is_kiosk else BOARD)
        self.line = seen["line"]
        if not seen["clock"]:
            return None
        seen["rows"] = [Row(**row) for row in seen["rows"]]
        return seen


class Watch:
    """Looks at all screens again and again, and keeps every untruth.

    Attributes:
        looks: how many times a screen was looked at.
        rows: how many rows were compared with the truth.
        faults: what was not true.
        told: every honest line of the first screen with the moment of its first sight.
    """

    def __init__(self, new_page, truth, messages, gate):
        self.truth = truth
        self.messages = messages
        self.screens = [
            Screen(new_page(), "departures", f"/board/{DEPARTURES}?plain&lang=zh"),
            Screen(new_page(), "arrivals", "/board/arrivals?plain&lang=zh"),
            Screen(new_page(), "gate", f"/board/{GATE}?plain&lang=zh", gate=gate),
            Screen(new_page(), "kiosk", "/"),
        ]
        self.page = self.screens[0].page
        self.looks = self.rows = 0
        self.faults = []
        self.told = []

    def open(self, rig, *, kiosk=True):
        """Open the screens, and wait until the first shows something."""
        for screen in self.screens:
            if kiosk or not screen.is_kiosk:
                screen.open(rig)
        self.page.locator("#rows tbody tr[data-run]").first.wait_for()

    def look(self):
        """Look at every screen once, and at what was said; return what the first one shows."""
        first = None
        for screen in self.screens:
            seen = screen.read()
            if screen is self.screens[0]:
                first = seen or {"clock": "", "line": "", "rows": []}
            if seen is not None:
                self._judge(screen, seen)
        self.messages.read()
        text = first["line"].split(" 自 ")[0]
        if not self.told or self.told[-1][1] != text:
            self.told.append((time.monotonic(), text))
        return first

    def _judge(self, screen, seen):
        hours, minutes = seen["clock"][:5].split(":")
        self.looks += 1
        self.rows += len(seen["rows"])
        self.faults += self.truth.faults(
            screen.kind,
            int(hours) * 60 + int(minutes),
            seen["rows"],
            line=seen["line"],
            gate=screen.gate,
            complete=not screen.is_kiosk,
        )

    def until(self, holds, seconds, what):
        """Look until a condition on the first screen holds; nothing untrue may be seen or said."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self.look()
            assert not self.faults, (what, self.faults[:5])
            assert not self.messages.faults, (what, self.messages.faults[:5])
            if holds(seen):
                return seen
            lines = [screen.line for screen in self.screens]
            assert time.monotonic() < deadline, f"waited for {what}; seen {self.told}; now {lines}"
            self.page.wait_for_timeout(150)

    def for_(self, seconds):
        ends = time.monotonic() + seconds
        self.until(lambda _: time.monotonic() > ends, seconds + 5, "time to pass")

    def live(self, seconds=60):
        """Wait until every screen says that it is live."""
        return self.until(lambda _: self._all(LIVE), seconds, "live data")

    def alone(self, seconds=60):
        """Wait until every screen says that it goes on alone."""
        return self.until(lambda _: self._all(ALONE, ON_ITS_OWN), seconds, "autonomy")

    def _all(self, *texts):
        return all(any(text in screen.line for text in texts) for screen in self.screens)

    def seconds_to_doubt(self, since):
        """Return the real seconds from a loss until the first screen no longer said "live"."""
        return next(at - since for at, line in self.told if at >= since and LIVE not in line)
