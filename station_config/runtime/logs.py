"""One line of log per event, with process, time and level; for people, or as JSON for machines.

Law: an event has a short dotted name and fields, never a sentence with values inside, so that it
can be counted and searched. What is degraded is a warning when it begins and when it ends.
Twisted's own events, unhandled failures among them, go the same way.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from twisted.logger import LogLevel, globalLogBeginner

from station_config.runtime.lean import structlog

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.logger import LogEvent


class NeverFails:
    """A file for lines of log whose reader may be dead or whose disk may be full.

    The work must not stop because nobody can be told about it, least of all the stopping itself.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, or lose the text."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, or lose what was written."""
        with suppress(OSError):
            self._file.flush()


def configure(process: str, *, as_json: bool = False, quiet: bool = False) -> FilteringBoundLogger:
    """Set the process's log up and return it.

    Args:
        process: name that stands in every line.
        as_json: one JSON object per line instead of columns.
        quiet: warnings and errors only.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else _keep,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if quiet else logging.INFO
        ),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", NeverFails(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    log: FilteringBoundLogger = structlog.get_logger(process=process)
    # Begun, not only observed: else Twisted prints what is critical a second time, as bare text.
    globalLogBeginner.beginLoggingTo([_forward_to(log)], redirectStandardIO=False)
    return log


def _keep(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return event


def _forward_to(log: FilteringBoundLogger) -> Any:  # noqa: ANN401 - Twisted's observer type
    """Return an observer that passes on what Twisted itself says at warning level or above."""

    def observe(event: LogEvent) -> None:
        level = event.get("log_level")
        if level is None or level < LogLevel.warn:
            return
        failure = event.get("log_failure")
        told = str(failure.value) if failure is not None else str(event.get("log_format"))
        trace = failure.getTraceback() if failure is not None else None
        log.error("twisted", source=event.get("log_namespace"), said=told, traceback=trace)

    return observe
