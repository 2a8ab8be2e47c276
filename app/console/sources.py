"""The registry of watched pages: how each is doing, adding one by its link, pausing and resuming."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Console, Reader, Registrar, Visitor
from app.console.context import ConsoleContext
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.authority import AuthorityId
from app.domain.errors import DomainError, StaleVersion
from app.domain.polling.plan import CRISIS_WEIGHT
from app.domain.source import SourceId, SourceStatus
from app.storage import alarms, authorities, network_probes, push_channels, sources
from app.storage.calls import quotas
from app.storage.calls.quotas import CredentialUse
from app.storage.engine import ReadSession
from app.usecases.add_source import add_source, resolve_page
from app.usecases.change_source import SourceChange, change_source
from connectors.sdk.errors import ConnectorError
from connectors.sdk.text import clean_text

PAGE_SIZE = 100
MOST_AUTHORITIES = 500

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/sources")

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
After = Annotated[int, Query(ge=0, le=LARGEST_ID)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]


@router.get("")
async def show_sources(console: Console, visitor: Reader, after: After = 0) -> Response:
    """The registry in the order of registration."""
    return await _shown(console, visitor, after=SourceId(after))


@router.post("")
async def add(
    console: Console,
    visitor: Registrar,
    url: Annotated[str, Form(max_length=500)] = "",
    official: Annotated[bool, Form()] = False,
    authority: Key = "",
) -> Response:
    """Puts the page behind a link under watch; what stands in the way is said beside the form."""
    link = clean_text(url).strip()
    try:
        page = await resolve_page(console.networks, link)
        async with console.database.write() as session:
            await add_source(
                session,
                console.region_id,
                page,
                official=official,
                authority_id=AuthorityId(int(authority)) if authority else None,
                now=console.now(),
            )
    except (DomainError, ConnectorError) as error:
        problem = texts.refusal(error) if isinstance(error, DomainError) else texts.network_refusal(error)
        return await _shown(console, visitor, status=422, problem=problem, link=link, official=official)
    return RedirectResponse("/sources", 303)


@router.post("/{source_id}/pause")
async def pause(console: Console, visitor: Registrar, source_id: Id, version: Version) -> Response:
    """Stops reading the page until somebody resumes it."""
    return await _change(console, visitor, SourceId(source_id), {"status": SourceStatus.PAUSED}, version=version)


@router.post("/{source_id}/resume")
async def resume(console: Console, visitor: Registrar, source_id: Id, version: Version) -> Response:
    """Reads the page again, at once."""
    return await _change(console, visitor, SourceId(source_id), {"status": SourceStatus.ACTIVE}, version=version)


@router.post("/{source_id}/crisis")
async def watch_closely(console: Console, visitor: Registrar, source_id: Id, version: Version) -> Response:
    """Reads a page in a crisis five times as often, from now on."""
    return await _change(console, visitor, SourceId(source_id), {"weight": CRISIS_WEIGHT}, version=version)


@router.post("/{source_id}/calm")
async def watch_as_usual(console: Console, visitor: Registrar, source_id: Id, version: Version) -> Response:
    """Reads a page as often as any other again."""
    return await _change(console, visitor, SourceId(source_id), {"weight": 1.0}, version=version)


async def _change(console: Console, visitor: Visitor, source_id: SourceId, change: SourceChange, *, version: int) -> Response:
    try:
        async with console.database.write() as session:
            await change_source(session, console.region_id, source_id, change, version=version, now=console.now())
    except StaleVersion:
        return await _shown(console, visitor, status=409, notice="Страница за это время изменилась: ниже её свежее состояние.")
    return RedirectResponse(f"/sources?after={max(source_id - PAGE_SIZE, 0)}#source-{source_id}", 303)


async def _keys(session: ReadSession, console: ConsoleContext) -> list[CredentialUse]:
    """How the keys to the networks stand."""
    return await quotas.credentials_in_use(session, await quotas.known_budgets(session), now=console.now(), zone=console.zone)


async def _shown(console: Console, visitor: Visitor, *, after: SourceId = SourceId(0), status: int = 200, **said: Any) -> Response:
    async with console.database.read() as session:
        found = await sources.listed(session, console.region_id, after=after, limit=PAGE_SIZE + 1)
        wrong = await alarms.open_of(session, [one.source.id for one in found])
        bodies = await authorities.listed(session, console.region_id, after=None, limit=MOST_AUTHORITIES)
        probes = await network_probes.read_all(session)
        keys = await _keys(session, console) if visitor.may("ADMINISTER") else []
        shown = found[:PAGE_SIZE]
        pushes = await push_channels.health_of(session, [one.source.id for one in shown])
    return console.pages.page(
        "sources.html",
        status=status,
        section="sources",
        visitor=visitor,
        times=console.times,
        registered=shown,
        probes=probes,
        pushes=pushes,
        authorities=bodies,
        keys=keys,
        next=shown[-1].source.id if len(found) > PAGE_SIZE else None,
        first=bool(after),
        crisis_weight=CRISIS_WEIGHT,
        alarms=wrong,
        only_push=console.networks.only_push(),
        **({"problem": None, "notice": None, "link": "", "official": True} | said),
    )
