"""What a schema cannot say about a station, one topic a file.

Law: a check reads a document that may break the schema in any way, notes what is wrong at its
line, and never raises. It tells nothing that the schema has told already.
"""

from __future__ import annotations

from station_config.checks.boards import check_boards
from station_config.checks.general import check_general
from station_config.checks.layouts import check_layouts
from station_config.checks.lead_times import check_lead_times
from station_config.checks.posts import check_posts
from station_config.checks.turn_rounds import check_turn_rounds

CHECKS = (
    check_general,
    check_layouts,
    check_lead_times,
    check_turn_rounds,
    check_boards,
    check_posts,
)
"""Each takes the document and notes its findings there."""
