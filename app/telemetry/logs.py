"""Structured logs: an event name and key-values, JSON for machines, lines for people on a terminal."""

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from typing import Any, TextIO

import structlog

TOLD_BY_DATABASE = re.compile(
    r"\n[ |+-]*DETAIL:.*?(?=\n[ |+-]*(?:\[SQL|The above exception|During handling|\+-)|\Z)"
    r"|(?<=invalid input for query argument )[^\n]*",
    re.DOTALL,
)
"""Whole rows («Failing row contains …») and single values, with which a database explains what it refuses."""
NO_LOCALS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Tracebacks name places, never the values there: a token or a resident's text may be one of them."""


def without_values(message: str) -> str:
    """What an error says, without the values by which the database explains it: they may be a resident's words."""
    return TOLD_BY_DATABASE.sub("", message)


def _plain_traceback(stream: TextIO, exc_info: Any) -> None:
    stream.write(without_values("".join(traceback.format_exception(*exc_info)).rstrip("\n")))


def _forget_values(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A processor: the same for tracebacks that have become data."""
    told = event.get("exception")
    if isinstance(told, list):
        _forget(told)
    return event


def _forget(told: Iterable[dict[str, Any]]) -> None:
    for one in told:
        one["exc_value"] = without_values(one["exc_value"])
        for within in one.get("exceptions", ()):
            _forget(within)


class LosingLogger(structlog.PrintLogger):
    """Writes lines. One that cannot be written (a full disk, a reader that has gone) is lost, and the work goes on."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure_logs(log_format: str | None, *, level: int = logging.INFO) -> None:
    """Sets logging up for the process; without a format, lines on a terminal and JSON elsewhere."""
    chosen = log_format or ("console" if sys.stderr.isatty() else "json")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderers: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=_plain_traceback)]
        if chosen == "console"
        else [NO_LOCALS, _forget_values, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[*shared, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: LosingLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(shared, renderers, level)


def _adopt_standard_logging(shared: list[structlog.typing.Processor], renderers: list[structlog.typing.Processor], level: int) -> None:
    """Libraries' own log lines take the same shape; those that may hold addresses with parameters stay quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers]
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "apscheduler", "uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.WARNING)
