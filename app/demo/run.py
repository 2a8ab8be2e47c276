"""Starts the town, Otklik over it, and tells how to look at both."""

import asyncio
import json
import secrets
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from app.bootstrap import CannotStart, running_services, sole_user
from app.demo.settling import SITES, keep_keys, settle_in
from app.demo.town import CORPUS, demo_town, pages_on, town_on
from app.processes import ended, stopped_by_signals
from app.settings import Settings, load_settings
from app.telemetry.logs import configure_logs
from app.web import bind, run_web
from app.worker import run_worker
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.registry import plugins

CALLS_PER_SECOND = 20
"""The town lives many times faster than a real one, so its network grants more calls a (real) second than VK's three."""
FOLDER = "demo"
"""Under the data folder, so that a real installation there is left alone."""

FIRST_BOT = 5_000_000_001

REAL_PAGE = """To watch a real page (how to get VK's service key: connectors/vk/README.md):
  printf '%s' "$VK_SERVICE_KEY" | .venv/bin/otklik credential add vk_service --name main
  .venv/bin/otklik source add https://vk.com/your_page --official --authority "Администрация"
  .venv/bin/otklik run"""


def quick_clock(start: datetime, speed: float) -> Callable[[], datetime]:
    """A clock that shows `start` now and runs `speed` times as fast as the real one."""
    began = monotonic()
    return lambda: start + timedelta(seconds=(monotonic() - began) * speed)


async def run_demo(*, port: int, speed: float) -> None:
    """Runs until Ctrl-C; every start is a new town in a new database."""
    if not CORPUS.is_dir():
        raise CannotStart(f"The demo speaks the texts of {CORPUS.parent}, which is not here: run it from a checkout of the project.")
    configure_logs(None)
    token = secrets.token_urlsafe(24)
    ok_key = {name: secrets.token_urlsafe(24) for name in ("application_key", "access_token", "session_secret_key")}
    settings = demo_settings(
        port=port,
        vk_service_token=token,
        vk_calls_per_second=CALLS_PER_SECOND,
        ok_application_key=ok_key["application_key"],
        ok_access_token=ok_key["access_token"],
        ok_session_secret_key=ok_key["session_secret_key"],
        ok_calls_per_second=CALLS_PER_SECOND,
        region="zarechny",
    )
    listening = bind(settings.host, settings.port)
    with sole_user(settings):
        _forget_the_last_town(settings)
        start = datetime.now(UTC).replace(microsecond=0)
        town, now = demo_town(start), quick_clock(start, speed)
        pages = {secrets.token_urlsafe(24): page.id for page in pages_on("vk", town)}
        bots = {f"{FIRST_BOT + number}:{secrets.token_urlsafe(26)}": page.id for number, page in enumerate(pages_on("telegram", town))}
        keys: dict[str, dict[str, Any]] = {
            "vk": {"service_tokens": [token], "community_tokens": pages},
            "ok": {"app_secrets": [json.dumps(ok_key, sort_keys=True)]},
            "telegram": {"bots": bots},
        }
        async with AsyncExitStack() as stack:
            stop = await stack.enter_async_context(stopped_by_signals())
            addresses = {}
            for network in SITES:
                emulate = plugins()[network].emulate
                emulator = emulate(town_on(network, town), now=now, calls_per_second=CALLS_PER_SECOND, **keys[network])
                addresses[f"{network}_api_url"] = await stack.enter_async_context(serve(emulator.app()))
            told = settings.model_copy(update=addresses)
            async with running_services(told, now=now) as services, asyncio.TaskGroup() as group:
                await keep_keys(services, town, "telegram_bot", bots, start)
                password, api_token = await settle_in(services, town, start)
                await keep_keys(services, town, "vk_community", pages, start)
                group.create_task(ended(run_web(services, stop, listening), stop), name="web")
                group.create_task(ended(run_worker(services, stop), stop), name="worker")
                taken = listening.getsockname()[1]
                print(_welcome(f"http://{settings.host}:{taken}", password, api_token, speed), flush=True)
    print(f"\n{REAL_PAGE}")


def demo_settings(**given: Any) -> Settings:
    """The settings in force with those given, and without what is a real installation's own: its database, folder and labels."""
    nothing_real: dict[str, Any] = {"database_url": None, "training_dir": None}
    folder = load_settings(**nothing_real).data_dir / FOLDER
    return load_settings(data_dir=folder, **nothing_real, **given)


def _forget_the_last_town(settings: Settings) -> None:
    shutil.rmtree(settings.data_dir / "postgres", ignore_errors=True)


def _welcome(address: str, password: str, api_token: str, speed: float) -> str:
    return f"""
Zarechny lives; a minute here is {speed:g} minutes there. Ctrl-C ends all of it.

  console   {address}/
            login admin, password {password}
  REST      {address}/api/v1 (described at {address}/api/openapi.json)
            token {api_token}

The residents of the last three days are being read now; the first incidents come within seconds. An hour and a half of the town's
time from now many will write of one thing: the queue and «Сигналы» tell of it by themselves.

{REAL_PAGE}
"""
