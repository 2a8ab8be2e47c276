"""Places that operators add to incidents, and the names that they teach by it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from app.api.access import Administrator, Reader, WorkerCalling
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import LARGEST, IfMatch, IncidentPath, Now, split_page, tag
from app.api.problems import responses
from app.api.repeats import IdempotencyKey, claim_key
from app.api.routers import make_router
from app.api.schemas.incident import IncidentDetailsOut
from app.api.schemas.place_name import PlaceNameOut, PlaceNamePage, PlaceNamePatch, PlaceNameQuery
from app.api.schemas.step import NewPlaceIn
from app.api.sessions import ReadSession, WriteSession
from app.api.shown_incident import show_incident
from app.domain.place import FoundPlace
from app.domain.place_name import TaughtNameId
from app.storage import incident_details, taught_names
from app.usecases.add_place import Addition, add_place, understand_place
from app.usecases.teach_place_name import decide_place_name

router = make_router("places")
NamePath = Annotated[TaughtNameId, Path(alias="name_id", ge=1, le=LARGEST, examples=[3])]


async def meaning_of(context: Context, incident_id: IncidentPath, body: NewPlaceIn) -> Sequence[FoundPlace]:
    """What the words can mean, worked out before any transaction begins."""
    addition = Addition(body.words, body.entry_id)
    return await understand_place(context.database, context.finders, context.region_id, incident_id, addition)


Understood = Annotated[Sequence[FoundPlace], Depends(meaning_of)]


@router.post("/incidents/{incident_id}/places", operation_id="add_place", responses=responses(400, 404, 412, 413, 428))
async def add(
    operator: WorkerCalling,
    version: IfMatch,
    understood: Understood,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    body: NewPlaceIn,
    now: Now,
    request: Request,
    response: Response,
    key: IdempotencyKey = None,
) -> IncidentDetailsOut:
    """Says where it is. Words that can mean several things become a place without `meant`, to be settled by one of its `candidates`."""
    await claim_key(session, request, operator.id, key, now=now)
    tag(response, await add_place(session, context.region_id, incident_id, operator, understood, version=version, now=now))
    found = await incident_details.get(session, context.region_id, incident_id)
    return await show_incident(session, context, found, now=context.now())


@router.get("/place-names", operation_id="list_place_names")
async def list_names(operator: Reader, session: ReadSession, context: Context, query: Annotated[PlaceNameQuery, Query()]) -> PlaceNamePage:
    """What operators called entries of the gazetteer that it knows under other names, the newest first."""
    before = read_key("place name", query.cursor)
    found = await taught_names.listed(
        session,
        context.region_id,
        state=query.state,
        before=None if before is None else TaughtNameId(before),
        limit=query.limit + 1,
    )
    shown, last = split_page(found, query.limit)
    cursor = None if last is None else write_key("place name", last.id)
    return PlaceNamePage(items=[PlaceNameOut.of(one) for one in shown], next_cursor=cursor)


@router.patch("/place-names/{name_id}", operation_id="decide_place_name", responses=responses(400, 404, 413))
async def decide(
    operator: Administrator, session: WriteSession, context: Context, name_id: NamePath, body: PlaceNamePatch, now: Now
) -> PlaceNameOut:
    """Has places found by a name, or by it no more, however often it is taught again; incidents keep their places."""
    return PlaceNameOut.of(await decide_place_name(session, context.region_id, name_id, operator, body.wanted, now=now))
