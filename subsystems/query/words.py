"""The kiosk's words: one file per language in ``words/``.

Law: no word that a passenger reads stands in Python or JavaScript. Every key must be there in every
language, checked when the process starts; a word with a place for a value has exactly that place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.kit.words import PageWords, load_page_words

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACES = {
    "delayed_by": {"minutes"},
    "early_by": {"minutes"},
    "replaced_by": {"what"},
    "platform_of": {"label"},
    "from_hour": {"hour"},
    "found": {"count"},
    "more": {"count"},
    "asked_at": {"time"},
    "still_there_text": {"seconds"},
    "now_is": {"time"},
    "struck": {"text"},
    "selected_day": {"day"},
}
"""Values that a word must have a place for."""


class Words(PageWords, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a kiosk says in one language. First what is said of trains, as on boards.

    Attributes:
        struck: tells a screen reader that a time no longer holds.
    """

    waiting: str
    check_in: str
    last_call: str
    check_in_closed: str
    departed: str
    arrived: str
    approaching: str
    at_platform: str
    on_time: str
    delayed_by: str
    early_by: str
    delay_unknown: str
    cancelled: str
    ends_here: str
    starts_here: str
    unconfirmed: str
    ask_staff: str
    to_be_confirmed: str
    platform_changed: str
    gate_changed: str
    replaced_by: str
    bus: str
    role_origin: str
    role_terminus: str
    role_intermediate: str
    role_pass: str
    planned: str
    expected: str
    actual: str
    no_report: str
    past: str
    departure: str
    arrival: str
    gate: str
    platform: str
    platform_of: str
    room: str
    train: str
    bound_for: str
    coming_from: str
    stages: str
    struck: str
    title: str
    language_name: str
    choose: str
    by_number: str
    by_number_hint: str
    by_place: str
    by_place_hint: str
    by_time: str
    by_time_hint: str
    by_platform: str
    by_platform_hint: str
    next_departures: str
    departures: str
    arrivals: str
    way: str
    day: str
    today: str
    tomorrow: str
    day_after: str
    selected_day: str
    from_hour: str
    found: str
    more: str
    none: str
    none_hint: str
    type_number: str
    type_place: str
    search_field: str
    keyboard: str
    delete: str
    clear: str
    home: str
    back: str
    up: str
    down: str
    dark: str
    light: str
    all_departures: str
    asked_at: str
    not_held: str
    gone: str
    see_replacement: str
    waiting_for_server: str
    notice_information: str
    notice_disruption: str
    notice_emergency: str
    still_there: str
    still_there_text: str
    go_on: str
    now_is: str


def load_words(languages: Iterable[str]) -> dict[str, Words]:
    """Return what is said in `languages`, in their order.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    return load_page_words(Words, "subsystems.query", languages, wanted=PLACES, who="the kiosks")
