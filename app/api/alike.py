"""What is likely about one thing: suggested, and joined by people only."""

from typing import Annotated

from fastapi import Path, Query

from app.api.access import Reader, Worker
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import LARGEST, IncidentPath, Now, split_page
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.alike import AlikeList, AlikeOut
from app.api.schemas.mass import MassChoiceIn, MassOut, MassPage, MassQuery
from app.api.schemas.step import ReasonIn
from app.api.sessions import ReadSession, WriteSession
from app.domain.mass import MassId
from app.storage import incident_details, masses
from app.usecases.decide_mass import Choice, dismiss_mass, merge_mass
from app.usecases.find_alike import find_alike
from app.usecases.hide_people import mass_for
from app.usecases.show_mass import show_mass

router = make_router("alike")
MassPath = Annotated[MassId, Path(alias="mass_id", ge=1, le=LARGEST, examples=[4])]
REFUSALS = responses(400, 404, 409, 413)


@router.get("/incidents/{incident_id}/alike", operation_id="list_alike", responses=responses(404))
async def list_alike(operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath) -> AlikeList:
    """Other incidents within three days that are likely about the same thing."""
    await incident_details.get(session, context.region_id, incident_id)
    return AlikeList(items=[AlikeOut.of(one) for one in await find_alike(session, context.region_id, incident_id, context.classifier)])


@router.get("/masses", operation_id="list_masses")
async def list_masses(operator: Reader, session: ReadSession, context: Context, query: Annotated[MassQuery, Query()]) -> MassPage:
    """What many wrote of, the newest first: proposals for one answer to all, which wait for a person's word."""
    before = read_key("mass", query.cursor)
    found = await masses.listed(session, context.region_id, state=query.state, before=before, limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    items = [MassOut.of(mass_for(operator, await show_mass(session, context.region_id, one))) for one in shown]
    return MassPage(items=items, next_cursor=None if last is None else write_key("mass", last.proposal.id))


@router.get("/masses/{mass_id}", operation_id="get_mass", responses=responses(404))
async def get_mass(operator: Reader, session: ReadSession, context: Context, mass_id: MassPath) -> MassOut:
    """One proposal, whatever became of it."""
    mass = await masses.get(session, context.region_id, mass_id)
    return MassOut.of(mass_for(operator, await show_mass(session, context.region_id, mass)))


@router.post("/masses/{mass_id}/merge", operation_id="merge_mass", responses=REFUSALS)
async def merge(operator: Worker, session: WriteSession, context: Context, mass_id: MassPath, now: Now, body: MassChoiceIn) -> MassOut:
    """Merges the chosen incidents into one of them, all or nothing. Nobody is answered by it."""
    choice = Choice(body.parent_id, body.incident_ids)
    merged = await merge_mass(session, context.region_id, mass_id, operator, choice, now=now)
    return MassOut.of(await show_mass(session, context.region_id, merged))


@router.post("/masses/{mass_id}/dismiss", operation_id="dismiss_mass", responses=REFUSALS)
async def dismiss(
    operator: Worker, session: WriteSession, context: Context, mass_id: MassPath, now: Now, body: ReasonIn | None = None
) -> MassOut:
    """Says that it is not one thing, which is remembered: these incidents are not proposed together again."""
    reason = None if body is None else body.reason
    dismissed = await dismiss_mass(session, context.region_id, mass_id, operator, reason=reason, now=now)
    return MassOut.of(await show_mass(session, context.region_id, dismissed))
