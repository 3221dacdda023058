"""A notice as an item of a page, in all languages of the station.

Law: pure. No rule about time or trains is written here. A time that nobody knows is no time: what
the timetable says stands beside it as planned, never in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.times import clock_text, to_unix
from station_config.posts.model import Moment
from subsystems.staff_notices.model import Notice, Reason
from subsystems.staff_notices.sheet import Change, Item, Signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.staff_notices.model import Facts
    from subsystems.staff_notices.moments import Wanted
    from subsystems.staff_notices.sheet import Text
    from subsystems.staff_notices.words import Words

MOMENTS = {
    Moment.APPROACH: "approach",
    Moment.ARRIVAL: "arrival",
    Moment.DEPARTURE: "departure",
    Moment.PASS: "pass_through",
    Moment.CHECK_IN_SOON: "check_in_soon",
    Moment.CHECK_IN_OPENS: "check_in_opens",
    Moment.CHECK_IN_CLOSES: "check_in_closes",
    Moment.STOCK: "stock",
    Moment.PLACE: "place",
    Moment.DELAY: "delay",
    Moment.CANCELLATION: "cancellation",
}
"""Keys of the words."""

_CHECK_IN = {Moment.CHECK_IN_SOON, Moment.CHECK_IN_OPENS, Moment.CHECK_IN_CLOSES}
_LED = _CHECK_IN | {Moment.APPROACH}
"""Their own time is none of the timetable's."""
_TAKEN_BACK = {
    Reason.CANCELLED: "cancelled",
    Reason.ELSEWHERE: "elsewhere",
    Reason.GONE: "gone",
}


@dataclass(frozen=True)
class View:
    """How notices are told at a station.

    Attributes:
        station: the station.
        words: tables of its languages, in their order.
    """

    station: Station
    words: Mapping[str, Words]

    def item(self, notice: Notice) -> Item:
        """Return a notice that was told."""
        signature = notice.signature
        signed = None
        if signature is not None:
            at, received = signature.at, signature.received_at
            signed = Signed(signature.person, milliseconds(at), milliseconds(received))
        return self._item(
            notice.moment,
            notice.facts,
            id=notice.id,
            digest=notice.issued.digest,
            status=notice.status.value,
            revision=notice.revision,
            at=milliseconds(notice.at),
            changes=self._changes(notice),
            alert=self._alert(notice),
            issued=milliseconds(notice.issued_at),
            due=milliseconds(notice.due_by),
            escalates=_known(notice.escalates_at),
            signed=signed,
            ended=_known(notice.ended_at),
        )

    def coming(self, each: Wanted, revision: int) -> Item:
        """Return a notice that will be told, for a terminal that is alone then."""
        assert each.due is not None  # noqa: S101 - it comes at an instant
        due_by = each.due + each.rule.within
        return self._item(
            each.rule.of,
            each.facts,
            id=f"{each.key}/{revision}",
            digest=each.facts.digest,
            status="",
            revision=revision,
            at=milliseconds(each.at),
            issued=milliseconds(each.due),
            due=milliseconds(due_by),
        )

    def told(self, notice: Notice) -> str:
        """Return what was told in one line of the station's first language, for lists."""
        item = self.item(notice)
        language = next(iter(self.words))
        texts = [item.track, item.where, item.late, *item.also, item.alert]
        parts = [item.time, *(text.get(language, "") for text in texts)]
        parts += [self._change_line(change, language) for change in item.changes]
        return " · ".join(filter(None, parts))

    def word(self, key: str, **values: object) -> Text:
        """Return the word `key` in all languages."""
        return {tag: table.word(key).format(**values) for tag, table in self.words.items()}

    def _item(self, moment: Moment, facts: Facts, **rest: object) -> Item:
        known = facts.time is not None and not facts.unconfirmed
        planned = facts.planned is not None and (
            not known or (facts.planned != facts.time and moment not in _LED)
        )
        return Item(
            moment=MOMENTS[moment],
            number=facts.number,
            route=self._route(facts),
            role=f"role_{facts.role.value.lower()}",
            time=self._clock(facts.time) if known else "",
            planned=self._clock(facts.planned) if planned else "",
            late=self._late(moment, facts),
            track=self.word("track_of", label=facts.track) if facts.track else {},
            where=self._where(moment, facts),
            also=self._also(moment, facts),
            uncertain=facts.uncertain,
            unconfirmed=facts.unconfirmed,
            **rest,  # type: ignore[arg-type] # of `item` and `coming`
        )

    def _route(self, facts: Facts) -> Text:
        return {
            tag: " → ".join(_name(names, tag) for names in (facts.origin, facts.destination))
            for tag in self.words
        }

    def _late(self, moment: Moment, facts: Facts) -> Text:
        if facts.unconfirmed:
            return self._joined(self.word("to_be_confirmed"), self.word("ask"))
        if facts.held:
            return self.word("held")
        if facts.late > 0:
            return self.word("late_by", minutes=facts.late)
        if facts.late < 0:
            return self.word("early_by", minutes=-facts.late)
        return self.word("on_time") if moment is Moment.DELAY else {}

    def _where(self, moment: Moment, facts: Facts) -> Text:
        texts = []
        if facts.platform:
            texts.append(self.word("platform_of", label=facts.platform))
        if facts.gates and moment in _CHECK_IN:
            texts.append(self.word("gates_of", label=" ".join(facts.gates)))
        return self._joined(*texts)

    def _also(self, moment: Moment, facts: Facts) -> tuple[Text, ...]:
        texts: list[Text] = []
        if moment is Moment.STOCK and facts.stock:
            texts.append(self.word("stock_of", stock=facts.stock))
            if facts.stock_track and facts.track and facts.stock_track != facts.track:
                texts.append(self.word("shunt", origin=facts.stock_track, track=facts.track))
        if not facts.unconfirmed and facts.arrives and facts.arrives != facts.time:
            texts.append(self.word("arrives_at", time=self._clock(facts.arrives)))
        if not facts.unconfirmed and facts.departs and facts.departs != facts.time:
            texts.append(self.word("departs_at", time=self._clock(facts.departs)))
        return tuple(texts)

    def _alert(self, notice: Notice) -> Text:
        if notice.reason is not None:
            told = self.word(_TAKEN_BACK[notice.reason])
            return self._joined(told, self.word("void"))
        if notice.moment is Moment.CANCELLATION:
            return self.word("cancelled" if notice.facts.cancelled else "restored")
        return {}

    def _changes(self, notice: Notice) -> tuple[Change, ...]:
        now = notice.facts
        if notice.moment is Moment.PLACE and notice.was is None:
            before, after = (now.track_from, now.track), (now.platform_from, now.platform)
            return tuple(
                Change(self.word(key), a or self.word("unknown"), b or self.word("unknown"))
                for key, (a, b) in (("change_track", before), ("change_platform", after))
                if a and a != b
            )
        if notice.was is None:
            return ()
        found = []
        for key, tell in self._tellers(notice.moment).items():
            a, b = tell(notice.was), tell(now)
            if a != b:
                found.append(
                    Change(self.word(key), a or self.word("unknown"), b or self.word("unknown"))
                )
        return tuple(found)

    def _tellers(self, moment: Moment) -> dict[str, Callable[[Facts], str | Text]]:
        """Return what can be told otherwise, and how each is told."""
        tellers: dict[str, Callable[[Facts], str | Text]] = {
            "change_number": lambda facts: facts.number,
            "change_track": lambda facts: facts.track,
            "change_platform": lambda facts: facts.platform,
            "change_stock": lambda facts: facts.stock,
            "change_running": lambda facts: self.word(
                "cancelled" if facts.cancelled else "running"
            ),
        }
        if moment is Moment.DELAY:
            tellers["change_delay"] = lambda facts: (
                self.word("to_be_confirmed") if facts.unconfirmed else self._late(moment, facts)
            )
        elif not moment.change:
            tellers["change_time"] = self._time
        if moment in _CHECK_IN:
            tellers["change_gates"] = lambda facts: " ".join(facts.gates)
        return tellers

    def _time(self, facts: Facts) -> str | Text:
        if facts.unconfirmed:
            return self.word("to_be_confirmed")
        if facts.time is None:
            return self.word("held") if facts.held else ""
        return self._clock(facts.time)

    def _change_line(self, change: Change, language: str) -> str:
        values = [
            each if isinstance(each, str) else each.get(language, "")
            for each in (change.what, change.before, change.now)
        ]
        table = self.words[language]
        return table.changed_from_to.format(what=values[0], before=values[1], now=values[2])

    def _joined(self, *texts: Text) -> Text:
        if not texts:
            return {}
        return {tag: " · ".join(text[tag] for text in texts) for tag in self.words}

    def _clock(self, at: Instant | None) -> str:
        return "" if at is None else clock_text(at, self.station.zone_info)


def milliseconds(instant: Instant) -> int:
    """Return whole milliseconds since 1970 UTC."""
    return round(to_unix(instant) * 1000)


def _known(instant: Instant | None) -> int | None:
    return None if instant is None else milliseconds(instant)


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(filter(None, names.values()), "")
