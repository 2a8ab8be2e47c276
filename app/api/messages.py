"""Everything that was collected, with its verdicts."""

from typing import Annotated

from fastapi import Query

from app.api.access import Reader
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import split_page
from app.api.routers import make_router
from app.api.schemas.message import MessageOut, MessagePage
from app.api.schemas.queue import MessagesQuery
from app.api.sessions import ReadSession
from app.domain.message import MessageId
from app.storage import collected

router = make_router("messages")


@router.get("/messages", operation_id="list_messages")
async def list_messages(operator: Reader, session: ReadSession, context: Context, query: Annotated[MessagesQuery, Query()]) -> MessagePage:
    """Posts and comments, the last collected first."""
    before = read_key("message", query.cursor)
    found = await collected.newest(
        session,
        context.region_id,
        source_id=query.source_id,
        kind=query.kind,
        before=None if before is None else MessageId(before),
        limit=query.limit + 1,
    )
    shown, last = split_page(found, query.limit)
    return MessagePage(items=[MessageOut.of(one) for one in shown], next_cursor=None if last is None else write_key("message", last.id))
