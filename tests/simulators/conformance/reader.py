"""Somebody before a screen who writes down what stands there: `reader.py ADDRESS SCREEN_FILE`."""

import pathlib
import sys
import time

from playwright.sync_api import Error

from simulators.browser import launched
from tests.end_to_end.screens import BOARD

SEEN = f"""() => {{
  const of = (id) => Array.from(document.querySelectorAll(`#${{id}} p`), (p) => p.textContent);
  return {{...({BOARD})(), notes: [...of("emergency-said"), ...of("notices-said")]}};
}}"""


def lines(seen):
    yield f"{seen['clock']} {seen['line'] or ''}"
    for row in seen["rows"]:
        yield " ".join(str(row[name] or "-") for name in row)
    yield from seen["notes"]


def main(address, screen):
    new = pathlib.Path(f"{screen}~")
    with launched() as browser:
        page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
        while True:
            try:
                if not page.url.startswith(address):
                    page.goto(address)
                new.write_text("\n".join(lines(page.evaluate(SEEN))), encoding="utf-8")
                new.replace(screen)
            except Error:
                time.sleep(0.5)
            time.sleep(0.3)


if __name__ == "__main__":
    main(*sys.argv[1:])
