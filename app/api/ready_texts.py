"""Texts that a region keeps ready for replies."""

from typing import Annotated

from fastapi import Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Reader, Registrar
from app.api.context import ApiContext, Context
from app.api.parameters import LARGEST, IfMatch, IncidentPath, Now, tag
from app.api.problems import responses
from app.api.routers import PREFIX, make_router
from app.api.schemas.ready_text import FilledOut, ReadyTextIn, ReadyTextList, ReadyTextOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.deadline import newest
from app.domain.ready_text import ReadyTextId
from app.storage import incident_details, ready_texts, regions
from app.usecases.change_ready_texts import add_ready_text, change_ready_text
from app.usecases.fill_ready_text import fill_ready_text

router = make_router("ready texts")
TextPath = Annotated[ReadyTextId, Path(alias="text_id", ge=1, le=LARGEST, examples=[2])]


@router.get("/ready-texts", operation_id="list_ready_texts")
async def list_texts(operator: Reader, session: ReadSession, context: Context) -> ReadyTextList:
    """Every ready text by title, each with what it would be worth as an answer."""
    policy = newest(await regions.policies_of(session, context.region_id))
    return ReadyTextList.of(await ready_texts.listed(session, context.region_id), policy)


@router.post("/ready-texts", operation_id="add_ready_text", status_code=201, responses=responses(400, 409, 413))
async def add_text(
    operator: Registrar, session: WriteSession, context: Context, now: Now, body: ReadyTextIn, response: Response
) -> ReadyTextOut:
    """Adds a ready text."""
    added = await add_ready_text(session, context.region_id, operator, body.new(), now=now)
    response.headers["Location"] = f"{PREFIX}/ready-texts/{added}"
    return await _show(session, context, added, response)


@router.get("/ready-texts/{text_id}", operation_id="get_ready_text", responses=responses(404))
async def get_text(operator: Reader, session: ReadSession, context: Context, text_id: TextPath, response: Response) -> ReadyTextOut:
    """One ready text; its version is also the ETag."""
    return await _show(session, context, text_id, response)


@router.put("/ready-texts/{text_id}", operation_id="change_ready_text", responses=responses(400, 404, 409, 412, 413, 428))
async def change_text(
    operator: Registrar,
    session: WriteSession,
    context: Context,
    text_id: TextPath,
    version: IfMatch,
    now: Now,
    body: ReadyTextIn,
    response: Response,
) -> ReadyTextOut:
    """Puts a ready text in other words; replies that were made of it stay as they are."""
    await change_ready_text(session, context.region_id, operator, text_id, body.new(), version=version, now=now)
    return await _show(session, context, text_id, response)


@router.delete("/ready-texts/{text_id}", operation_id="remove_ready_text", status_code=204, responses=responses(404))
async def remove_text(operator: Registrar, session: WriteSession, context: Context, text_id: TextPath) -> None:
    """Takes a ready text away."""
    await ready_texts.remove(session, context.region_id, text_id)


@router.get("/incidents/{incident_id}/ready-texts/{text_id}", operation_id="fill_ready_text", responses=responses(404))
async def fill_text(
    operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath, text_id: TextPath, now: Now
) -> FilledOut:
    """The text for one incident, to be read and sent by `reply`; nothing is sent by itself."""
    ready = await ready_texts.get(session, context.region_id, text_id)
    incident = await incident_details.get(session, context.region_id, incident_id)
    return FilledOut.of(await fill_ready_text(session, context.region_id, operator, ready.said.text, incident, now=now))


async def _show(session: AsyncSession, context: ApiContext, text_id: ReadyTextId, response: Response) -> ReadyTextOut:
    shown = await ready_texts.get(session, context.region_id, text_id)
    tag(response, shown.version)
    return ReadyTextOut.of(shown, newest(await regions.policies_of(session, context.region_id)))
