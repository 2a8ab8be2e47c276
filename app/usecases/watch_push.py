"""Looks after pages that cannot be polled: nothing but push tells of them, so that they raise an alarm when it cannot."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from app.domain.detection import AlarmKind
from app.domain.push_channel import PushMode
from app.storage import alarms, push_channels
from app.storage.engine import Database
from app.storage.polling import polls
from app.storage.push_channels import Hearing
from app.storage.regions import RegionId
from app.usecases.watch_detection import settle_alarms
from connectors.sdk.contract import Connector, PushChecker, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone

AT_ONCE = 5
FAILURES_IN_A_ROW = 3
"""Long polls that fail so often tell more than a network that is away for a moment, or a worker that has just taken over."""
NEVER_ASKED = "nothing is received: run `otklik source push`"
UNTOLD = "the network was not told our address to the end: run `otklik source push` again"


async def watch_push(database: Database, region_id: RegionId, unpolled: Mapping[str, Connector], *, now: datetime) -> None:
    """One look at all such pages. `unpolled` are the connectors of the networks that only push."""
    async with database.write() as session:
        await polls.rest(session, region_id, unpolled.keys())
        pages = await push_channels.hearings(session, region_id, unpolled.keys())
        known = await alarms.open_of(session, [page.source_id for page in pages])
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(page: Hearing) -> str | None:
        async with turn:
            return await why_deaf(unpolled[page.network], page)

    reasons = dict(zip(pages, await asyncio.gather(*map(ask, pages)), strict=True))
    wrong = {
        page.source_id: {"reason": reason}
        for page, reason in reasons.items()
        if reason or (reason is None and AlarmKind.DEAF in known.get(page.source_id, ()))
    }
    await settle_alarms(database, region_id, AlarmKind.DEAF, wrong, now=now)


async def why_deaf(connector: Connector, page: Hearing) -> str | None:
    """Why nothing of the page would reach us, "" when all is well; `None` while the network does not say."""
    if page.mode is None:
        return NEVER_ASKED
    if page.mode is PushMode.CALLBACK and page.server is None:
        return UNTOLD
    if page.failures >= FAILURES_IN_A_ROW:
        return page.last_error
    if not isinstance(connector, PushChecker):
        return ""
    try:
        return await connector.push_trouble(Wall(page.network, page.external_id), page.server if page.mode is PushMode.CALLBACK else None)
    except (AccessDenied, AuthenticationFailed, SourceGone) as error:
        return str(error)
    except ConnectorError:
        return None
