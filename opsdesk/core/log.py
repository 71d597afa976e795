"""Events, one line each: for people on a terminal, as JSON everywhere else."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_HUSHED = ("paramiko", "apscheduler", "weasyprint", "fontTools")


def to_stderr() -> None:
    """Send structlog's events and the libraries' warnings to standard error."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for name in _HUSHED:
        logging.getLogger(name).setLevel(logging.ERROR)
    renderer: Any = (
        structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback  # never local variables
        )
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
