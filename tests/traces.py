"""What a test may change for the whole process and has to put back: else another test fails, and in some orders only."""

import logging
import os
import signal
import time
from typing import Any, NamedTuple

SIGNALS = (signal.SIGINT, signal.SIGTERM)
OF_A_SERVER = "uvicorn"
"""Its loggers are set, and always alike, by every server that starts in this process."""
CHANGES_BY_ITSELF = "PYTEST_CURRENT_TEST"
OF_LIBRARIES = ("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK")
"""Variables that scikit-learn sets when it is imported, whichever test comes to be the first to need it."""


class Surroundings(NamedTuple):
    """What all tests of a process share."""

    folder: str
    environment: dict[str, str]
    loggers: dict[str, tuple[Any, ...]]
    others: dict[str, object]


def look_around() -> Surroundings:
    """The surroundings as they are; every test looks twice, so this must be cheap."""
    environment = os.environ.copy()
    for name in (CHANGES_BY_ITSELF, *OF_LIBRARIES):
        environment.pop(name, None)
    others: dict[str, object] = {one.name: signal.getsignal(one) for one in SIGNALS}
    others |= {"time zone": time.tzname, "limit of logging": logging.root.manager.disable}
    return Surroundings(os.getcwd(), environment, {one.name: _state(one) for one in _loggers()}, others)


def put_back(before: Surroundings) -> list[str]:
    """The names of what has changed since `before`, which is put back where we can, so that no later test suffers from it."""
    after = look_around()
    if after == before:
        return []
    os.chdir(before.folder)
    changed = ["the working folder"] if after.folder != before.folder else []
    changed += [f"{name} of the environment" for name in _differing(before.environment, after.environment)]
    os.environ.update(before.environment)
    for name in after.environment.keys() - before.environment.keys():
        del os.environ[name]
    for logger in _loggers():
        is_now = _state(logger)
        was = before.loggers.get(logger.name, (logging.NOTSET, False, *is_now[2:]))  # a new one's handlers are its library's own
        if is_now != was and not logger.name.startswith(OF_A_SERVER):
            if logger.name in before.loggers:  # a new one may have been set by its library, which some test is the first to import
                changed.append(f"the logger {logger.name}")
            logger.disabled, logger.propagate, logger.handlers[:] = was[1], was[2], was[3:]
            logger.setLevel(was[0])
    return changed + _differing(before.others, after.others)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _loggers() -> list[logging.Logger]:
    return [logging.root, *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))]


def _state(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, logger.disabled, logger.propagate, *logger.handlers
