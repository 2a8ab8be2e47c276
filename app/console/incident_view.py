"""The page of one incident as it comes back: after a look, after a step, or with what stood in the way of one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Path, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.console import texts
from app.console.access import Console, Visitor
from app.console.addresses import local_address
from app.console.incident_page import IncidentPage, read_page
from app.console.journal import Line
from app.console.queue_query import LARGEST_ID
from app.console.ready_texts import Ready
from app.domain.errors import DomainError, InvalidInput, InvalidTransition, StaleVersion
from app.domain.incident import Incident, IncidentId
from app.storage.gazetteer import FoundEntry
from app.usecases.explain_incident import explain_incident

PREFIX = "/incidents/{incident_id}"
INNER_QUOTES = str.maketrans("«»", "„“")
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]
Reason = Annotated[str, Form(max_length=1000)]
Back = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that was refused: it stands in its field again."""

    reason: str = ""
    note: str = ""
    reply: str = ""
    where: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for as the meaning of a place, by its number, or of words to add (0), and what the gazetteer has."""

    place: int
    words: str
    found: Sequence[FoundEntry]


NOTHING = Typed()
Run = Callable[[AsyncSession], Awaitable[Incident | None]]


async def step(
    console: Console,
    visitor: Visitor,
    incident_id: IncidentId,
    run: Run,
    *,
    back: str,
    after: str | None = None,
    typed: Typed = NOTHING,
) -> Response:
    """Takes the step in its own transaction; refused, it shows the incident as it is by then, and keeps what was typed."""
    try:
        async with console.database.write() as session:
            await run(session)
    except (StaleVersion, InvalidTransition, InvalidInput) as error:
        return await refused(console, visitor, incident_id, error, back=back, typed=typed)
    return RedirectResponse(after or address_of(incident_id, back), 303)


async def refused(
    console: Console,
    visitor: Visitor,
    incident_id: IncidentId,
    error: DomainError,
    *,
    back: str,
    typed: Typed,
) -> Response:
    """The incident as it is by now, with why the step was not taken and what was typed for it."""
    page = await read(console, visitor, incident_id)
    status = 422 if isinstance(error, InvalidInput) else 409
    return await shown(console, visitor, page, back=back, refused=error, status=status, typed=typed)


async def read(console: Console, visitor: Visitor, incident_id: IncidentId) -> IncidentPage:
    """The incident as it is now; `NotFound` when there is none."""
    explanation = await explain_incident(console.database, console.classifier, console.region_id, incident_id)
    async with console.database.read() as session:
        return await read_page(session, console, visitor, incident_id, explanation)


def address_of(incident_id: IncidentId, back: str) -> str:
    """The address of the incident's page, from which one goes back to where one came from."""
    return f"/incidents/{incident_id}" + ("" if local_address(back) == "/" else f"?back={quote(local_address(back), safe='')}")


async def shown(
    console: Console,
    visitor: Visitor,
    page: IncidentPage,
    *,
    back: str,
    refused: DomainError | None = None,
    typed: Typed = NOTHING,
    status: int = 200,
    search: Search | None = None,
    ready: Ready | None = None,
) -> Response:
    """The page, with what stands in its fields already."""
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
        refusal=None if refused is None else _explained(refused, page, visitor),
        typed=typed,
        search=search,
        ready=ready,
    )


def _explained(error: DomainError, page: IncidentPage, visitor: Visitor) -> str:
    """Why the step was not taken; of a stale version, what came between."""
    if not isinstance(error, StaleVersion):
        return texts.refusal(error)
    if error.key != page.incident.id:
        return f"Обращение {error.key} тем временем изменилось: посмотрите на него ещё раз."
    return f"Пока страница была открыта, обращение изменилось. {_last_change(page.last_change, visitor)} Ниже оно такое, какое сейчас."


def _last_change(line: Line, visitor: Visitor) -> str:
    done = f"«{line.text.translate(INNER_QUOTES)}»"
    if line.actor == visitor.operator.name:
        return f"Вы сами уже сделали, в другой вкладке или вторым нажатием: {done}."
    return f"{line.actor} — раньше вас: {done}." if line.actor else f"Последнее: {done}."
