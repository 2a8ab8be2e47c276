"""What operators and workers do with a page of a network that only tells, whichever network it is."""

from typing import Any

from sqlalchemy import text

from app.domain.incident import IncidentId
from app.domain.operator import Role
from app.storage.access import operators
from app.storage.engine import Database
from app.usecases.open_push import PushDesk
from app.usecases.publish_replies import Publishing, claim_replies, publish_reply
from app.usecases.watch_push import watch_push
from app.usecases.write_reply import write_reply

SAID = "Здравствуйте! Батареи потеплеют к вечеру, бригада на месте."


async def rows_of(database: Database, query: str) -> list[Any]:
    """The rows of a query as plain tuples."""
    async with database.read() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def why_deaf(desk: PushDesk, network: str, connector: Any) -> list[str]:
    """The reasons of open alarms after a look at the page."""
    await watch_push(desk.database, desk.region_id, {network: connector}, now=desk.now())
    return [row[0] for row in await rows_of(desk.database, "SELECT detail->>'reason' FROM alarms WHERE kind = 'deaf' AND ended_at IS NULL")]


async def answer_newest(desk: PushDesk) -> None:
    """An operator answers the newest incident with `SAID`."""
    async with desk.database.write() as session:
        anna = (await operators.ensure(session, "Анна", Role.OPERATOR, now=desk.now())).operator
        newest = IncidentId(await session.scalar(text("SELECT max(id) FROM incidents")))
        await write_reply(session, desk.region_id, newest, anna, SAID, version=None, now=desk.now())


async def send_replies(desk: PushDesk, connector: Any) -> None:
    """A worker sends what waits."""
    publishing = Publishing(desk.database, desk.region_id, lambda network: connector, desk.now)
    for one in await claim_replies(publishing, limit=5):
        await publish_reply(publishing, one)
