"""Replies to residents: left for a worker to publish, and taken back in time."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.access import Console, Visitor, Worker
from app.console.context import ConsoleContext
from app.console.incident_view import PREFIX, Back, Id, Typed, Version, address_of, step
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.errors import InvalidInput
from app.domain.incident import Incident, IncidentId
from app.domain.reply import LONGEST, ReplyId, ReplyState
from app.storage import incident_details
from app.usecases.withdraw_reply import withdraw_reply
from app.usecases.write_reply import write_reply
from connectors.sdk.text import clean_text

ON_ITS_WAY = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.SENT, ReplyState.UNKNOWN}

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix=PREFIX)

Reply = Annotated[str, Form(max_length=20 * LONGEST)]
"""Far more than is sent: what is too long goes back to its field with the word that it is, and is not cut off without one."""


@router.post("/reply")
async def reply(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", text: Reply = "") -> Response:
    """Leaves a reply for a worker to publish; refused, the text stays in its field."""
    key, said = IncidentId(incident_id), clean_text(text).replace("\r\n", "\n").strip()

    async def run(session: AsyncSession) -> Incident:
        if not said:
            raise InvalidInput("reply", "Напишите ответ: пустой опубликовать нельзя.")
        return await write_reply(session, console.region_id, key, visitor.operator, said, version=version, now=console.now())

    answer = await step(console, visitor, key, run, back=back, typed=Typed(reply=said))
    if answer.status_code == 409 and await _is_on_its_way(console, visitor, key, said):
        return RedirectResponse(address_of(key, back), 303)
    return answer


async def _is_on_its_way(console: ConsoleContext, visitor: Visitor, incident_id: IncidentId, said: str) -> bool:
    """Whether the newest reply is this one: the button was pressed twice, or the browser did not see the first answer.

    The same words to an earlier question are another reply.
    """
    async with console.database.read() as session:
        incident = await incident_details.get(session, console.region_id, incident_id)
    newest = max(incident.replies, key=lambda one: one.id, default=None)
    if newest is None or any(turn.started_at > newest.written_at for turn in incident.turns):
        return False
    return (newest.text, newest.operator.id) == (said, visitor.operator.id) and newest.state in ON_ITS_WAY


@router.post("/withdraw")
async def withdraw(
    console: Console, visitor: Worker, incident_id: Id, version: Version, reply: Annotated[int, Form(ge=1, le=LARGEST_ID)], back: Back = "/"
) -> Response:
    """Takes a reply back that no worker has sent yet; its text goes back to the field."""
    key = IncidentId(incident_id)

    async def run(session: AsyncSession) -> Incident:
        return await withdraw_reply(session, console.region_id, key, visitor.operator, ReplyId(reply), version=version, now=console.now())

    address = address_of(key, back)
    after = f"{address}{'&' if '?' in address else '?'}again={reply}#reply"
    return await step(console, visitor, key, run, back=back, after=after)
