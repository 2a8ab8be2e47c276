"""An ASGI application served over real HTTP on this machine only, for tests and the demo."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

SECONDS_TO_FINISH = 2


@asynccontextmanager
async def serve(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """The base URL ("http://127.0.0.1:43210") at which `app` answers until the block is left; port 0 takes a free one.

    The application lives in the caller's event loop; signals and logging stay the caller's. Calls still running when the
    block is left get two seconds to finish.
    """
    with listen(port) as listener:
        server = await start(app, listener)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await server.shutdown(sockets=[listener])


def listen(port: int) -> socket.socket:
    """A listening socket that names TCP as its protocol: only then does asyncio switch off the 40 ms delay of small answers."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


async def start(app: ASGIApp, listener: socket.socket) -> uvicorn.Server:
    """A running server without uvicorn's own loop, which would take over the signals of the process."""
    config = uvicorn.Config(app, log_config=None, access_log=False, date_header=False, timeout_graceful_shutdown=SECONDS_TO_FINISH)
    config.load()
    logging.getLogger("uvicorn.access").disabled = True  # some networks have their secrets in addresses, and a test listens to all logs
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    try:
        await server.startup(sockets=[listener])
    except SystemExit as ending:
        raise RuntimeError("the application failed in its start-up") from ending
    return server
