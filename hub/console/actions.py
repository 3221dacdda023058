"""All actions of the API: one table.

Law: a part of the console that brings actions of its own names them here, and nowhere else; the
document, the routes and the rights follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.accounts.roles import Permission
from hub.console import (
    alarm_actions,
    audit_actions,
    reject_actions,
    report_actions,
    run_actions,
    scenario_actions,
    session_actions,
    station_actions,
)
from hub.console.action import Action
from hub.diagram.actions import actions as diagram_actions

if TYPE_CHECKING:
    from hub.console.action import Call
    from hub.console.office import Office


def _nothing(_office: Office, _call: Call) -> None:
    """The API does it itself."""


DOCUMENT = Action(
    "openapi", "GET", "/openapi.json", None, dict[str, Any], _nothing, "This document.",
)  # fmt: skip
LIVE = Action(
    "live", "GET", "/live", Permission.SEE, str, _nothing,
    "Server-sent events: rows, conflicts, presence, alarms, scenarios, the diagram, state, beat.",
    streams=True,
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    *session_actions.ACTIONS,
    *run_actions.ACTIONS,
    *station_actions.ACTIONS,
    *audit_actions.ACTIONS,
    *alarm_actions.ACTIONS,
    *scenario_actions.ACTIONS,
    *report_actions.ACTIONS,
    *reject_actions.ACTIONS,
    *diagram_actions(lambda office: office.diagram),
    LIVE,
    DOCUMENT,
)
