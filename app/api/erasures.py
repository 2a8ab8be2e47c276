"""Erasures on request: what would go, what went, and the journal of them, which names nobody."""

from typing import Annotated

from fastapi import Query

from app.api.access import AdministratorCalling, AdministratorReading
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import Now, split_page
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.erasure import ErasedOut, ErasureIn, ErasureOut, ErasurePage
from app.api.schemas.queue import PageQuery
from app.api.sessions import ReadSession
from app.storage.privacy import erasures
from app.usecases.erase_author import Desk, erase_author, person_named

router = make_router("erasures")


@router.post("/erasures", operation_id="erase_author", responses=responses(400, 413))
async def erase(operator: AdministratorCalling, context: Context, now: Now, body: ErasureIn) -> ErasedOut:
    """Erases a person wherever they stand; unless confirmed, only tells what would go. Repeating it is harmless."""
    person = person_named(context.erased_people, body.author)
    desk = Desk(context.database, context.region_id, context.erased_people, operator.id, now)
    counts = await erase_author(desk, person, confirmed=body.confirm)
    return ErasedOut.of(person.network, counts, erased=body.confirm)


@router.get("/erasures", operation_id="list_erasures")
async def list_erasures(
    operator: AdministratorReading, session: ReadSession, context: Context, query: Annotated[PageQuery, Query()]
) -> ErasurePage:
    """The journal, the newest first."""
    before = read_key("erasure", query.cursor)
    found = await erasures.listed(session, context.region_id, before=before, limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    return ErasurePage(items=[ErasureOut.of(one) for one in shown], next_cursor=None if last is None else write_key("erasure", last.id))
