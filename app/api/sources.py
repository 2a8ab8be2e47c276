"""The registry of watched pages."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Reader, Registrar, RegistrarCalling
from app.api.context import ApiContext, Context
from app.api.cursors import read_key, write_key
from app.api.parameters import Now, SourcePath, split_page
from app.api.problems import responses
from app.api.repeats import IdempotencyKey, claim_key
from app.api.routers import PREFIX, make_router
from app.api.schemas.queue import PageQuery
from app.api.schemas.source import SourceIn, SourceOut, SourcePage, SourcePatch
from app.api.sessions import ReadSession, WriteSession
from app.domain.push_channel import PushHealth
from app.domain.source import SourceId
from app.storage import network_probes, push_channels, sources
from app.storage.network_probes import Probes
from app.storage.sources import Registered
from app.usecases.add_source import add_source, resolve_page
from app.usecases.change_source import SourceChange, change_source
from connectors.sdk.contract import ResolvedSource, capabilities
from connectors.sdk.errors import ConnectorError

router = make_router("sources")


async def page_behind_link(context: Context, body: SourceIn) -> ResolvedSource:
    """The page that the request names, looked up before any transaction begins."""
    return await resolve_page(context.networks, body.url)


FoundPage = Annotated[ResolvedSource, Depends(page_behind_link)]


@router.get("/sources", operation_id="list_sources")
async def list_sources(operator: Reader, session: ReadSession, context: Context, query: Annotated[PageQuery, Query()]) -> SourcePage:
    """Watched pages in the order of their registration, each with how watching it goes."""
    after = read_key("source", query.cursor)
    found = await sources.listed(session, context.region_id, after=None if after is None else SourceId(after), limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    cursor = None if last is None else write_key("source", last.source.id)
    pushes, probes = await push_channels.health_of(session, [one.source.id for one in shown]), await network_probes.read_all(session)
    return SourcePage(items=[_show(context, one, pushes.get(one.source.id), probes) for one in shown], next_cursor=cursor)


@router.post("/sources", operation_id="add_source", status_code=201, responses=responses(400, 409, 413, 502))
async def add(
    operator: RegistrarCalling,
    page: FoundPage,
    session: WriteSession,
    context: Context,
    body: SourceIn,
    now: Now,
    request: Request,
    response: Response,
    key: IdempotencyKey = None,
) -> SourceOut:
    """Finds the page behind a link and watches it from now on; an official page answers under its own account."""
    await claim_key(session, request, operator.id, key, now=now)
    added = await add_source(
        session,
        context.region_id,
        page,
        official=body.official,
        authority_id=body.authority_id,
        territory_id=body.territory_id,
        test=body.test,
        now=now,
    )
    response.headers["Location"] = f"{PREFIX}/sources/{added}"
    return _show(context, await sources.get(session, context.region_id, added), None, await network_probes.read_all(session))


@router.get("/sources/{source_id}", operation_id="get_source", responses=responses(404))
async def get_source(operator: Reader, session: ReadSession, context: Context, source_id: SourcePath) -> SourceOut:
    """One watched page."""
    return await _read(session, context, source_id)


@router.patch("/sources/{source_id}", operation_id="change_source", responses=responses(400, 404, 412, 413))
async def change(
    operator: Registrar, session: WriteSession, context: Context, source_id: SourcePath, body: SourcePatch, now: Now
) -> SourceOut:
    """Changes whether a page is official, whose it is, or whether it is watched; an activated page is polled at once."""
    await change_source(session, context.region_id, source_id, _change(body), version=body.version, now=now)
    return await _read(session, context, source_id)


def _change(body: SourcePatch) -> SourceChange:
    change = SourceChange()
    if body.official is not None:
        change["official"] = body.official
    if body.status is not None:
        change["status"] = body.status
    if body.weight is not None:
        change["weight"] = body.weight
    if body.test is not None:
        change["test"] = body.test
    if "authority_id" in body.model_fields_set:
        change["authority_id"] = body.authority_id
    if "territory_id" in body.model_fields_set:
        change["territory_id"] = body.territory_id
    return change


async def _read(session: AsyncSession, context: ApiContext, source_id: SourceId) -> SourceOut:
    push = (await push_channels.health_of(session, [source_id])).get(source_id)
    probes = await network_probes.read_all(session)
    return _show(context, await sources.get(session, context.region_id, source_id), push, probes)


def _show(context: ApiContext, registered: Registered, push: PushHealth | None, probes: Probes) -> SourceOut:
    """The page with what its network can do for us; nothing when no connector or credential serves it."""
    try:
        found = capabilities(context.connector_for(registered.source.network))
    except ConnectorError:
        found = frozenset()
    return SourceOut.of(registered, found, push, probes.get(registered.source.network, {}))
