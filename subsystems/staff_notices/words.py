"""The words of staff notices: one file per language in ``words/``.

Law: no word that a person reads stands in Python or JavaScript. Every key must be there in every
language, checked when the process starts; a word with places for values has exactly those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsystems.kit.words import PageWords, load_page_words

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACES = {
    "track_of": {"label"},
    "platform_of": {"label"},
    "gates_of": {"label"},
    "late_by": {"minutes"},
    "early_by": {"minutes"},
    "stock_of": {"stock"},
    "shunt": {"origin", "track"},
    "arrives_at": {"time"},
    "departs_at": {"time"},
    "planned_at": {"time"},
    "changed_from_to": {"before", "now", "what"},
    "sign_one": {"moment", "number"},
    "sign_all": {"count"},
    "sign_all_sure": {"count"},
    "signed_by": {"person", "time"},
    "waits_for_server": {"person", "time"},
    "queued": {"count"},
    "delivered": {"count"},
    "sign_off_sure": {"person"},
    "on_duty": {"person"},
    "mute": {"minutes"},
    "muted_until": {"time"},
    "new_notices": {"count"},
    "overdue_by": {"minutes"},
    "due_within": {"minutes"},
    "issued_at": {"time"},
    "told_at": {"time"},
    "clock_wrong": {"seconds"},
    "conflict_superseded": {"moment", "number"},
    "conflict_withdrawn": {"moment", "number"},
    "conflict_already": {"moment", "number", "person"},
    "conflict_unknown": {"moment", "number"},
    "conflict_nobody": {"moment", "number"},
    "terminal_alive": {"name"},
    "terminal_dark": {"name"},
    "terminal_clock": {"seconds"},
    "terminal_queued": {"count"},
    "shift_of": {"post"},
    "shift_span": {"begin", "end"},
    "made_at": {"time"},
    "summary": {"count", "open", "signed", "void"},
    "fault_unsigned": {"count", "numbers", "post", "time"},
    "fault_store": {"why"},
}
"""Values that a word must have places for."""


class Words(PageWords, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is said in one language."""

    approach: str
    arrival: str
    departure: str
    pass_through: str
    check_in_soon: str
    check_in_opens: str
    check_in_closes: str
    stock: str
    place: str
    delay: str
    cancellation: str
    role_origin: str
    role_terminus: str
    role_intermediate: str
    role_pass: str
    track_of: str
    platform_of: str
    gates_of: str
    late_by: str
    early_by: str
    on_time: str
    held: str
    to_be_confirmed: str
    ask: str
    cancelled: str
    running: str
    restored: str
    elsewhere: str
    gone: str
    void: str
    stock_of: str
    shunt: str
    arrives_at: str
    departs_at: str
    planned_at: str
    unknown: str
    change_time: str
    change_track: str
    change_platform: str
    change_gates: str
    change_number: str
    change_delay: str
    change_running: str
    change_stock: str
    changed_from_to: str
    status_issued: str
    status_overdue: str
    status_escalated: str
    status_acknowledged: str
    status_superseded: str
    status_withdrawn: str
    status_missed: str
    updated: str
    title: str
    language_name: str
    choose_post: str
    to_sign: str
    coming: str
    done: str
    none: str
    none_coming: str
    none_done: str
    sign: str
    sign_one: str
    sign_all: str
    sign_all_sure: str
    signed_by: str
    waits_for_server: str
    queued: str
    delivered: str
    sign_on: str
    sign_on_text: str
    sign_off: str
    sign_off_sure: str
    person: str
    number_label: str
    pin: str
    no_pins: str
    on_duty: str
    nobody: str
    needs_server: str
    wrong_pin: str
    too_often: str
    cancel: str
    mute: str
    muted_until: str
    sound_on: str
    sound_blocked: str
    new_notices: str
    overdue_by: str
    due_within: str
    issued_at: str
    told_at: str
    by_own_clock: str
    clock_wrong: str
    conflict_superseded: str
    conflict_withdrawn: str
    conflict_already: str
    conflict_unknown: str
    conflict_nobody: str
    understood: str
    waiting_for_server: str
    no_store: str
    theme_dark: str
    theme_light: str
    overview: str
    post: str
    open_count: str
    overdue_count: str
    escalated_count: str
    oldest: str
    missed_count: str
    terminals: str
    terminal_alive: str
    terminal_dark: str
    terminal_clock: str
    terminal_queued: str
    terminal_muted: str
    no_terminal: str
    persons: str
    unsigned: str
    all_well: str
    shift_list: str
    open_post: str
    shift_of: str
    shift_span: str
    made_at: str
    col_issued: str
    col_train: str
    col_moment: str
    col_told: str
    col_status: str
    col_signed: str
    col_received: str
    col_person: str
    col_terminal: str
    print_it: str
    csv: str
    show: str
    begin_label: str
    end_label: str
    summary: str
    fault_unsigned: str
    fault_store: str


def load_words(languages: Iterable[str]) -> dict[str, Words]:
    """Return what is said in `languages`, in their order.

    Raises:
        OperatorError: there is no table for a language, or it has a mistake.
    """
    return load_page_words(
        Words, "subsystems.staff_notices", languages, wanted=PLACES, who="staff notices"
    )
