"""What many write of: proposed mass incidents, surges, and problems that come back week after week."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Console, Reader, Visitor, Worker
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.steps import possible_steps
from app.domain.errors import DomainError, InvalidInput, InvalidTransition, StaleVersion
from app.domain.incident import PARENTS, IncidentId
from app.domain.mass import MassId, MassState
from app.storage import masses, surges
from app.usecases.change_topics import titles_of_topics
from app.usecases.decide_mass import Choice, dismiss_mass, merge_mass
from app.usecases.hide_people import mass_for
from app.usecases.show_mass import ShownMass, show_mass
from connectors.sdk.text import clean_text

MOST_MASSES, MOST_DECIDED, MOST_SURGES, MOST_RECURRING = 20, 5, 20, 100
RECURRING_OVER, RECURRING_LEAST = timedelta(weeks=8), 4

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/signals")

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Number = Annotated[int, Form(ge=1, le=LARGEST_ID)]


@router.get("")
async def show_signals(console: Console, visitor: Reader) -> Response:
    """Everything that is more than one resident's trouble."""
    return await _shown(console, visitor)


@router.get("/recurring")
async def show_recurring(console: Console, visitor: Reader) -> Response:
    """What was written of in at least half of the last eight weeks: what needs a decision, not an answer."""
    now = console.now()
    async with console.database.read() as session:
        found = await surges.recurring(
            session, console.region_id, since=now - RECURRING_OVER, now=now, least_weeks=RECURRING_LEAST, limit=MOST_RECURRING
        )
        titles = await titles_of_topics(session, console.region_id)
    return console.pages.page(
        "recurring.html",
        section="signals",
        visitor=visitor,
        times=console.times,
        recurring=found,
        titles=titles,
        since=now - RECURRING_OVER,
        weeks=RECURRING_OVER // timedelta(weeks=1),
        least=RECURRING_LEAST,
    )


@router.post("/masses/{mass_id}/merge")
async def merge(
    console: Console, visitor: Worker, mass_id: Id, parent: Number, chosen: Annotated[list[Number] | None, Form(max_length=1000)] = None
) -> Response:
    """Merges what is ticked into the one that is marked as the main."""
    key, choice = MassId(mass_id), Choice(IncidentId(parent), [IncidentId(one) for one in chosen or ()])
    try:
        async with console.database.write() as session:
            await merge_mass(session, console.region_id, key, visitor.operator, choice, now=console.now())
    except (InvalidInput, InvalidTransition, StaleVersion) as error:
        return await _refused(console, visitor, error)
    return RedirectResponse(f"/incidents/{parent}?back=%2Fsignals", 303)


@router.post("/masses/{mass_id}/dismiss")
async def dismiss(console: Console, visitor: Worker, mass_id: Id, reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Says that it is not one thing."""
    why = clean_text(reason).strip() or None
    try:
        async with console.database.write() as session:
            await dismiss_mass(session, console.region_id, MassId(mass_id), visitor.operator, reason=why, now=console.now())
    except InvalidTransition as error:
        return await _refused(console, visitor, error)
    return RedirectResponse("/signals", 303)


async def _refused(console: Console, visitor: Visitor, error: DomainError) -> Response:
    return await _shown(console, visitor, status=422 if isinstance(error, InvalidInput) else 409, refusal=texts.refusal(error))


async def _shown(console: Console, visitor: Visitor, *, status: int = 200, refusal: str | None = None) -> Response:
    times = console.times
    async with console.database.read() as session:
        waiting = await masses.listed(session, console.region_id, state=MassState.OPEN, before=None, limit=MOST_MASSES)
        proposed = [mass_for(visitor.operator, await show_mass(session, console.region_id, one)) for one in waiting]
        decided = [
            one
            for state in (MassState.MERGED, MassState.DISMISSED)
            for one in await masses.listed(session, console.region_id, state=state, before=None, limit=MOST_DECIDED)
        ]
        found = await surges.listed(session, console.region_id, only_open=False, before=None, limit=MOST_SURGES)
        titles = await titles_of_topics(session, console.region_id)
    return console.pages.page(
        "signals.html",
        status=status,
        section="signals",
        visitor=visitor,
        times=times,
        proposed=[_with_rights(one, visitor, console) for one in proposed],
        decided=decided,
        surges=found,
        titles=titles,
        refusal=refusal,
    )


def _with_rights(mass: ShownMass, visitor: Visitor, console: Console) -> dict[str, Any]:
    """The proposal with what can be ticked and what can be the main one."""
    now = console.times.now
    return {
        "mass": mass,
        "mergeable": {one.id for one in mass.incidents if "merge" in possible_steps(one, visitor.operator, now=now)},
        "parents": {one.id for one in mass.incidents if one.status in PARENTS},
    }
