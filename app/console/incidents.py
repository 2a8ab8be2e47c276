"""The page of one incident, as it is now or as a refused step left it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from app.console import texts
from app.console.access import Console, Reader, Visitor
from app.console.addresses import local_address
from app.console.incident_page import IncidentPage, read_page
from app.console.journal import Line
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.ready_texts import Ready, find_ready
from app.domain.errors import DomainError, InvalidInput, StaleVersion
from app.domain.incident import IncidentId
from app.storage import gazetteer
from app.storage.gazetteer import FoundEntry
from app.usecases.explain_incident import explain_incident
from connectors.sdk.text import clean_text

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/incidents/{incident_id}")

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for as the meaning of a place, by its number, or of words to add (0), and what the gazetteer has."""

    place: int
    words: str
    found: Sequence[FoundEntry]


@router.get("")
async def show_incident(
    console: Console,
    visitor: Reader,
    incident_id: Id,
    back: Annotated[str, Query(max_length=4000)] = "/",
    place: Annotated[int, Query(ge=0, le=2**15 - 1)] = 0,
    find: Annotated[str, Query(max_length=200)] = "",
    where: Annotated[str, Query(max_length=200)] = "",
    ready: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The incident as it is now; with what the gazetteer has for a place's other meaning, or for words that it lacks, if it is searched."""
    page = await _read(console, visitor, IncidentId(incident_id))
    words, added = clean_text(find).strip(), clean_text(where).strip()
    is_asked = bool(words and (place or added))
    async with console.database.read() as session:
        found = await gazetteer.search(session, console.region_id, words, limit=MOST_FOUND) if is_asked else []
        chosen = await find_ready(session, console, visitor, page.incident, ready)
    wanted = Search(place, words, found) if is_asked else None
    return await _shown(console, visitor, page, back=back, where=added, search=wanted, ready=chosen)


async def show_refused(
    console: Console,
    visitor: Visitor,
    incident_id: IncidentId,
    error: DomainError,
    *,
    back: str,
    draft: str = "",
    reply: str = "",
    where: str = "",
) -> Response:
    """The incident as it is by now, with why the step was not taken and what was typed for it."""
    page = await _read(console, visitor, incident_id)
    status = 422 if isinstance(error, InvalidInput) else 409
    return await _shown(console, visitor, page, back=back, refused=error, status=status, draft=draft, reply=reply, where=where)


def address_of(incident_id: IncidentId, back: str) -> str:
    """The address of the page; `back` is the queue that it leads back to."""
    return f"/incidents/{incident_id}" + ("" if local_address(back) == "/" else f"?back={quote(local_address(back), safe='')}")


async def _read(console: Console, visitor: Visitor, incident_id: IncidentId) -> IncidentPage:
    explanation = await explain_incident(console.database, console.classifier, console.region_id, incident_id)
    async with console.database.read() as session:
        return await read_page(session, console, visitor, incident_id, explanation)


async def _shown(
    console: Console,
    visitor: Visitor,
    page: IncidentPage,
    *,
    back: str,
    refused: DomainError | None = None,
    draft: str = "",
    reply: str = "",
    where: str = "",
    status: int = 200,
    search: Search | None = None,
    ready: Ready | None = None,
) -> Response:
    return console.pages.page(
        "incident.html",
        status=status,
        section="queue",
        visitor=visitor,
        times=console.times,
        page=page,
        explanation=page.explanation,
        incident=page.incident,
        back=local_address(back),
        refusal=None if refused is None else _explained(refused, page),
        draft=draft,
        reply=reply,
        where=where,
        search=search,
        ready=ready,
    )


def _explained(error: DomainError, page: IncidentPage) -> str:
    """Why the step was not taken; of a stale version, what came between."""
    if not isinstance(error, StaleVersion):
        return texts.refusal(error)
    if error.key != page.incident.id:
        return f"Обращение {error.key} тем временем изменилось: посмотрите на него ещё раз."
    return f"Пока страница была открыта, обращение изменилось. {_last_change(page.last_change)} Ниже оно такое, какое сейчас."


def _last_change(line: Line) -> str:
    return f"{line.actor} — раньше вас: «{line.text}»." if line.actor else f"Последнее: «{line.text}»."
