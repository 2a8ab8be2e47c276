"""Everything that was collected, with its verdicts."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response

from app.api.access import Reader, Worker
from app.api.context import ApiContext, Context
from app.api.cursors import read_key, write_key
from app.api.parameters import MessagePath, Now, split_page
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.message import MessageOut, MessagePage
from app.api.schemas.queue import MessagesQuery
from app.api.schemas.step import VerdictIn
from app.api.sessions import ReadSession, WriteSession
from app.domain.errors import InvalidInput
from app.domain.message import MessageId
from app.domain.operator import Operator
from app.storage import collected
from app.storage.collected import CollectedMessage
from app.usecases.correct_verdict import label_message
from app.usecases.hide_people import messages_for
from app.usecases.offer_messages import Lane, offer_messages

router = make_router("messages")


@router.get("/messages", operation_id="list_messages")
async def list_messages(operator: Reader, session: ReadSession, context: Context, query: Annotated[MessagesQuery, Query()]) -> MessagePage:
    """Posts and comments, the last collected first."""
    before = read_key("message", query.cursor)
    if query.lane is not None:
        return await _offer(operator, context, query, query.lane, None if before is None else MessageId(before))
    found = await collected.newest(
        session,
        context.region_id,
        source_id=query.source_id,
        kind=query.kind,
        before=None if before is None else MessageId(before),
        limit=query.limit + 1,
    )
    shown, last = split_page(found, query.limit)
    return _page(operator, context, shown, None if last is None else last.id)


def _page(operator: Operator, context: ApiContext, shown: Sequence[CollectedMessage], last: MessageId | None) -> MessagePage:
    items = [MessageOut.of(one, context.erased_people.marks) for one in messages_for(operator, shown)]
    return MessagePage(items=items, next_cursor=None if last is None else write_key("message", last))


async def _offer(operator: Operator, context: ApiContext, query: MessagesQuery, lane: Lane, before: MessageId | None) -> MessagePage:
    if query.source_id is not None or query.kind is not None:
        raise InvalidInput("lane", "A lane is read alone, without source_id and kind.")
    found, last = await offer_messages(context.database, context.region_id, context.classifier, lane, before=before, limit=query.limit)
    return _page(operator, context, found, last)


@router.post("/messages/{message_id}/verdict", operation_id="label_message", status_code=204, responses=responses(400, 404, 413))
async def label(operator: Worker, session: WriteSession, context: Context, message_id: MessagePath, now: Now, body: VerdictIn) -> Response:
    """Says what a judged message is, to teach the next model. What was made of it stays: no incident is opened or closed."""
    await label_message(session, context.region_id, message_id, operator, body.to_word(), now=now)
    return Response(status_code=204)
