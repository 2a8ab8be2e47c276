"""Structured logs: an event name and key-values, JSON for machines, lines for people on a terminal."""

import contextlib
import logging
import sys

import structlog

WITHOUT_VALUES = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Tracebacks name places, never the values there: a token or a resident's text may be one of them."""


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
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if chosen == "console"
        else [WITHOUT_VALUES, structlog.processors.JSONRenderer(ensure_ascii=False)]
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
