"""The train table in a browser, as a dispatcher works with it: by keys."""

from __future__ import annotations

import re

from playwright.sync_api import expect

PATIENCE_MS = 20_000


class TrainTable:
    """A page on which somebody is logged in.

    Args:
        page: of the browser.
        caller: who it is, at the API.
    """

    def __init__(self, page, caller):
        self.page = page
        self.caller = caller
        self.dialog = page.locator("dialog")
        self.grid = page.locator("[role=grid]")
        self.search = page.locator("input[type=search]")

    def log_in(self, *, language="en", theme="light"):
        self.caller.post("/session/preferences", language=language, theme=theme)
        self.page.goto(f"{self.caller.hub.url}/console/")
        self.page.locator("#name").fill(self.caller.name)
        self.page.locator("#password").fill(self.caller.password)
        self.page.keyboard.press("Enter")
        expect(self.grid).to_be_visible(timeout=PATIENCE_MS)
        return self

    def begin_anew(self):
        """No dialog, no panel, no filter, nothing selected."""
        while self.dialog.count():
            self.key("Escape")
        self.search.fill("")
        self.key("Escape")
        for wrong in (".many", ".panel"):
            if self.page.locator(wrong).count():
                self.key("Escape")
            expect(self.page.locator(wrong)).to_have_count(0)
        self._no_toast()

    def key(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def line(self, row):
        return self.page.locator(f'[data-run="{row["id"]}"]')

    def show(self, row):
        """Bring a train into sight by its number; return its line."""
        run = row["run"]
        self.search.fill(run.get("departure_number") or run["arrival_number"])
        expect(self.line(row)).to_be_visible(timeout=PATIENCE_MS)
        self.line(row).click()
        return self.line(row)

    def select(self, rows):
        """Select just these."""
        for row in rows:
            self.show(row).locator(".tick").click()
            expect(self.line(row)).to_have_attribute("aria-selected", "true")

    def fill(self, why, *, choice=None, hold=None, **fields):
        """Fill the dialog in and ask what would become of it."""
        expect(self.page.locator("#f-why")).to_be_visible()
        for name, value in fields.items():
            self.page.locator(f"#f-{name}").fill(value)
        if choice is not None:
            self.page.locator("#f-choice").select_option(choice)
        if hold is not None:
            self.page.locator("#f-hold").select_option(hold)
        self.page.locator("#f-why").fill(why)
        self.page.locator("#f-why").press("Enter")

    def confirm(self, name=re.compile("^(Confirm|Execute)")):
        """Do it; the dialog goes, and keys lead to the table again."""
        button = self.dialog.get_by_role("button", name=name)
        expect(button).to_be_focused(timeout=PATIENCE_MS)
        self.key("Enter")
        expect(self.dialog).to_have_count(0, timeout=PATIENCE_MS)
        expect(self.grid).to_be_focused()

    def undo(self):
        """Take the last thing back, by key."""
        self.key("z")
        told = self.page.locator(".toast", has_text="Taken back")
        expect(told).to_be_visible(timeout=PATIENCE_MS)
        self._no_toast()

    def _no_toast(self):
        toasts = self.page.locator(".toast")
        while toasts.count():
            toasts.first.get_by_role("button", name="Close").click()

    def row(self, row):
        return self.caller.row(row["id"])

    def words(self, row):
        return {each["word"]["field"]: each["word"] for each in self.row(row)["words"]}
