"""The web process: REST, console, metrics and health on one port."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from starlette.types import ASGIApp

from app.api.context import ApiContext
from app.bootstrap import CannotStart, Services, system_now
from app.console.context import ConsoleContext
from app.console.mount import add_console
from app.console.pages import Pages
from app.exports.desk import ExportDesk
from app.exports.folder import remove_left
from app.main import create_app
from app.storage.engine import DATABASE_ERRORS
from app.storage.server.disk import DiskWatch
from app.usecases.add_source import Networks
from app.usecases.expose_metrics import hand_over_counts
from app.usecases.receive_webhook import Door
from app.usecases.refresh_model import refresh_model

GRACE_SECONDS = 5
COUNTS_EVERY_SECONDS = 5

log = structlog.get_logger(__name__)


class QuietServer(uvicorn.Server):
    """A server that leaves signals to its process, which may have more than it to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


BACKLOG = 128


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; `CannotStart` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio sends small answers at once
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)  # who comes before the application is ready waits, and is not turned away
    except OSError as error:
        listening.close()
        of_port = error.errno in {errno.EADDRINUSE, errno.EACCES}
        remedy = "OTKLIK_PORT or --port to a free one" if of_port else "OTKLIK_HOST to an address of this machine"
        raise CannotStart(f"Port {port} on {host} cannot be used ({error.strerror}): set {remedy}.") from error
    return listening


async def run_web(services: Services, stop: asyncio.Event, listening: socket.socket) -> None:
    """Serves until `stop` is set, then lets running requests end."""
    remove_left()
    desk = ExportDesk()
    context = ApiContext(
        database=services.database,
        region_id=services.region_id,
        now=services.now,
        plugins=services.plugins,
        connector_for=services.connectors.connector_for,
        metrics_open=services.settings.metrics_open,
        tz=services.zone,
        erased_people=services.erased_people,
        door=Door(services.database, services.region_id, services.secret_box, services.connectors.reader_for, services.now),
        budgets=services.budgets,
        at_work=services.at_work,
        finders=services.finders,
        desk=desk,
        disk=DiskWatch(None if services.embedded is None else services.embedded.folder),
    )
    app = create_app(context)
    add_console(app, _console_context(services, desk))
    server = QuietServer(server_config(app, trusted_proxies=services.settings.trusted_proxies))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]), name="web")
        feeding = group.create_task(app.state.feed.run(), name="event feed")
        await _count_until(stop, services, context.disk)
        feeding.cancel()
        server.should_exit = True


def server_config(app: ASGIApp, *, trusted_proxies: str) -> uvicorn.Config:
    """How the application is served; from the proxies it is believed who is behind them and whether they came by TLS."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        forwarded_allow_ips=trusted_proxies,
    )


async def _count_until(stop: asyncio.Event, services: Services, disk: DiskWatch) -> None:
    """Hands over what this process has counted and takes up the model at work, as a worker does, until `stop` is set."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), COUNTS_EVERY_SECONDS)
        try:
            await hand_over_counts(services.database, services.counts)
            await refresh_model(services.database, services.region_id, services.at_work)
        except DATABASE_ERRORS as error:
            disk.note(error)
            log.warning("counts not handed over", reason=type(error).__name__)


def _console_context(services: Services, desk: ExportDesk) -> ConsoleContext:
    return ConsoleContext(
        database=services.database,
        region_id=services.region_id,
        now=services.now,
        real_now=system_now,
        zone=services.zone,
        networks=Networks(services.plugins, services.connectors.connector_for),
        pages=Pages(),
        at_work=services.at_work,
        finders=services.finders,
        desk=desk,
        terms=services.retention,
    )
