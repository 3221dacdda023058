"""Values of the past as people read them at a terminal: instants local, codes as words.

Law: pure; values in, text out.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import msgspec

from hub.past.words import word
from protocol.runs import CallTime, Named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from hub.past.told import Shown
    from protocol.notices import Notice
    from protocol.runs import Run
    from protocol.times import Instant

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class Speech:
    """How a person at this station reads.

    Attributes:
        language: ``zh`` or ``en``.
        zone: of the station.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone

    def word(self, code: str) -> str:
        """Return the word for a code."""
        return word(code, self.language)

    def instant(self, at: Instant) -> str:
        """Return local date and time; seconds only where there are some."""
        local = at.astimezone(self.zone)
        return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")

    def value(self, value: object) -> str:
        """Return any value of a run or a row."""
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, msgspec.Struct):
            return self._struct(value)
        if isinstance(value, (tuple, frozenset)):
            return " ".join(sorted(map(self.value, value))) or "-"
        if isinstance(value, dict):
            return " / ".join(map(str, value.values())) or "-"
        return "-" if value in {None, ""} else self.word(str(value))

    def _struct(self, value: msgspec.Struct) -> str:
        if isinstance(value, CallTime):
            return self.call(value)
        return value.name(self.language) if isinstance(value, Named) else self.set_fields(value)

    def call(self, call: CallTime) -> str:
        """Return planned, estimated and actual, as far as they are known."""
        instants = ((name, getattr(call, name)) for name in ("planned", "estimated", "actual"))
        parts = [f"{self.word(n)} {self.instant(at)}" for n, at in instants if at is not None]
        if call.uncertainty_s:
            parts.append(f"±{call.uncertainty_s} s")
        return ", ".join(parts + [self.word("cancelled")] * call.cancelled)

    def set_fields(self, value: msgspec.Struct) -> str:
        """Return the fields of a row that say something."""
        parts = []
        for field in msgspec.structs.fields(value):
            found = getattr(value, field.name)
            if found != field.default and field.name != "key":
                parts.append(f"{self.word(field.name)} {self.value(found)}")
        return "; ".join(parts)

    def fields(self, said: Iterable[tuple[str, object]]) -> str:
        """Return fields as JSON has them: names parted by points, instants as text."""
        return "; ".join(f"{self._name(name)} {self._plain(value)}" for name, value in said)

    def _name(self, name: str) -> str:
        return " ".join(map(self.word, name.removeprefix("timeline.").split(".")))

    def _plain(self, value: object) -> str:
        if isinstance(value, list):
            return " ".join(map(self._plain, value)) or "-"
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return self.instant(datetime.fromisoformat(value))
        return self.value(value)

    def run(self, run: Run) -> str:
        """Return a run's numbers and where it comes from and goes to."""
        numbers = dict.fromkeys(n for n in (run.arrival_number, run.departure_number) if n)
        way = f"{run.origin.name(self.language)} → {run.destination.name(self.language)}"
        return f"{'/'.join(numbers)}  {way}  ({self.word(run.role)})"

    def _place(self, run: Run) -> str:
        """Return platform and gates, with what was told before them."""
        parts = [
            f"{self.word('platform')} {run.platform or '-'}",
            f"{self.word('gates')} {' '.join(run.gates) or '-'}",
        ]
        if run.platform_changed_from:
            parts.append(f"{self.word('platform_changed_from')} {run.platform_changed_from}")
        if run.gates_changed_from:
            parts.append(f"{self.word('gates_changed_from')} {' '.join(run.gates_changed_from)}")
        return "  ".join(parts)

    def notice(self, notice: Notice) -> str:
        """Return a notice: what it is, until when, and its text in every language."""
        ends = self.instant(notice.ends_at) if notice.ends_at is not None else "-"
        where = "".join(f"  {name}" for name in (*notice.zones, *notice.kinds, *notice.run_ids))
        texts = (
            f"    {language}  {' | '.join(filter(None, (notice.title.get(language), text)))}"
            for language, text in notice.text.items()
        )
        head = f"{notice.notice_id}  {self.word('notice')} ({self.word(notice.kind)})"
        return "\n".join((f"{head}  {self.word('until')} {ends}{where}", *texts))

    def shown(self, shown: Shown) -> str:
        """Return a run as it was told at an instant: three lines."""
        run = shown.run
        boards = " ".join(map(self.word, shown.boards)) or "-"
        state = [self.word(shown.passengers), self.word(shown.train), self.word(run.punctuality)]
        state += [self.word(name) for name in ("cancelled", "held") if getattr(run, name)]
        place = self._place(run)
        calls = [
            f"{self.word(name)} {self.call(call)}"
            for name, call in (("arrival", run.arrival), ("departure", run.departure))
            if call is not None
        ]
        told = shown.telling
        return (
            f"{run.run_id}  {self.run(run)}\n"
            f"    {' · '.join(state)}   {place}   {self.word('on_boards')}: {boards}\n"
            f"    {'   '.join(calls)}\n"
            f"    {told.entity} rev {told.rev}, {self.word('since')} {self.instant(told.since)}, "
            f"{self.word('why')} {told.cause}"
        )


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows as lines: the first column to the left, the others to the right."""
    full = [row for row in rows if len(row) > 1]
    widths = [max(map(_width, column)) for column in zip(*full, strict=True)]
    lines = []
    for row in rows:
        cells = [
            " " * (widths[n] - _width(cell)) + cell
            if n
            else cell + " " * (widths[0] - _width(cell))
            for n, cell in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Return the columns that a text takes at a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
