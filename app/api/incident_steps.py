"""What operators do with an incident. Each step names in If-Match the version on which it was decided."""

from typing import Annotated

from fastapi import Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Assigner, Worker
from app.api.context import ApiContext, Context
from app.api.parameters import LARGEST, IfMatch, IncidentPath, MessagePath, Now, tag
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.incident import IncidentDetailsOut
from app.api.schemas.step import AnswerIn, AssignIn, MergeIn, PlaceIn, ReasonIn, RejectIn, ReplyIn, VerdictIn
from app.api.sessions import WriteSession
from app.api.shown_incident import show_incident
from app.domain.incident import Incident
from app.domain.reply import ReplyId
from app.storage import incident_details
from app.usecases.assign_incident import Handover, assign_incident
from app.usecases.close_incident import close_incident
from app.usecases.correct_place import Correction, correct_place
from app.usecases.correct_verdict import correct_verdict
from app.usecases.link_answer import link_answer, unlink_answer
from app.usecases.merge_incident import merge_incident
from app.usecases.reject_incident import reject_incident
from app.usecases.reopen_incident import reopen_incident
from app.usecases.take_incident import take_incident
from app.usecases.undo_step import undo_step
from app.usecases.withdraw_reply import withdraw_reply
from app.usecases.write_reply import write_reply

router = make_router("incidents")
MOST_PLACES = 2**15 - 1
REFUSALS = responses(400, 404, 409, 412, 413, 428)


@router.post("/incidents/{incident_id}/take", operation_id="take_incident", responses=REFUSALS)
async def take(
    operator: Worker, session: WriteSession, context: Context, incident_id: IncidentPath, version: IfMatch, now: Now, response: Response
) -> IncidentDetailsOut:
    """Puts a new or assigned incident into the caller's hands."""
    taken = await take_incident(session, context.region_id, incident_id, operator, version=version, now=now)
    return await _show(session, context, taken, response)


@router.post("/incidents/{incident_id}/assign", operation_id="assign_incident", responses=REFUSALS)
async def assign(
    operator: Assigner,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: AssignIn,
    response: Response,
) -> IncidentDetailsOut:
    """Hands a waiting incident to an operator, an authority, or both; the resident's clock goes on."""
    handover = Handover(body.assignee_id, body.authority_id)
    assigned = await assign_incident(session, context.region_id, incident_id, operator, handover, version=version, now=now)
    return await _show(session, context, assigned, response)


@router.post("/incidents/{incident_id}/reject", operation_id="reject_incident", responses=REFUSALS)
async def reject(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: RejectIn,
    response: Response,
) -> IncidentDetailsOut:
    """Says that nobody owes an answer, and why: the incident leaves deadlines and figures."""
    rejected = await reject_incident(session, context.region_id, incident_id, operator, reason=body.reason, version=version, now=now)
    return await _show(session, context, rejected, response)


@router.post("/incidents/{incident_id}/close", operation_id="close_incident", responses=REFUSALS)
async def close(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    response: Response,
    body: ReasonIn | None = None,
) -> IncidentDetailsOut:
    """Ends the work. A question without an answer goes on counting as one."""
    reason = None if body is None else body.reason
    closed = await close_incident(session, context.region_id, incident_id, operator, reason=reason, version=version, now=now)
    return await _show(session, context, closed, response)


@router.post("/incidents/{incident_id}/reopen", operation_id="reopen_incident", responses=REFUSALS)
async def reopen(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    response: Response,
    body: ReasonIn | None = None,
) -> IncidentDetailsOut:
    """Takes an ended or answered incident back to work; a merged one stands on its own again."""
    reason = None if body is None else body.reason
    reopened = await reopen_incident(session, context.region_id, incident_id, operator, reason=reason, version=version, now=now)
    return await _show(session, context, reopened, response)


@router.post("/incidents/{incident_id}/undo", operation_id="undo_step", responses=REFUSALS)
async def undo(
    operator: Worker, session: WriteSession, context: Context, incident_id: IncidentPath, version: IfMatch, now: Now, response: Response
) -> IncidentDetailsOut:
    """Takes back the caller's own last step (`take`, `assign`, `reject`, `close`), unless something has come after it."""
    undone = await undo_step(session, context.region_id, incident_id, operator, version=version, now=now)
    return await _show(session, context, undone, response)


@router.post("/incidents/{incident_id}/merge", operation_id="merge_incident", responses=REFUSALS)
async def merge(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: MergeIn,
    response: Response,
) -> IncidentDetailsOut:
    """Puts a repetition under the incident that it repeats. Its own clock goes on; `reopen` takes it out again."""
    merged = await merge_incident(session, context.region_id, incident_id, operator, body.parent_id, version=version, now=now)
    return await _show(session, context, merged, response)


@router.post("/incidents/{incident_id}/reply", operation_id="reply_to_incident", responses=REFUSALS)
async def reply(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: ReplyIn,
    response: Response,
) -> IncidentDetailsOut:
    """Leaves a reply to be published under the last question; `replies` tells what became of it. The clock stops when the page shows it."""
    written = await write_reply(session, context.region_id, incident_id, operator, body.text, version=version, now=now)
    return await _show(session, context, written, response)


@router.delete("/incidents/{incident_id}/replies/{reply_id}", operation_id="withdraw_reply", responses=REFUSALS)
async def withdraw(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    reply_id: Annotated[ReplyId, Path(ge=1, le=LARGEST, examples=[5])],
    version: IfMatch,
    now: Now,
    response: Response,
) -> IncidentDetailsOut:
    """Takes a reply back that no worker has sent yet; 409 when one was faster."""
    left = await withdraw_reply(session, context.region_id, incident_id, operator, reply_id, version=version, now=now)
    return await _show(session, context, left, response)


@router.post("/incidents/{incident_id}/answers", operation_id="link_answer", responses=REFUSALS)
async def link(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: AnswerIn,
    response: Response,
) -> IncidentDetailsOut:
    """Counts an official comment of the thread as an answer to the resident, at its own time; reading the thread again keeps it."""
    linked = await link_answer(session, context.region_id, incident_id, operator, body.message_id, version=version, now=now)
    return await _show(session, context, linked, response)


@router.delete("/incidents/{incident_id}/answers/{message_id}", operation_id="unlink_answer", responses=REFUSALS)
async def unlink(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    message_id: MessagePath,
    version: IfMatch,
    now: Now,
    response: Response,
) -> IncidentDetailsOut:
    """Says that an official comment answers somebody else, however it was bound: the clock goes on as if it were not there."""
    unlinked = await unlink_answer(session, context.region_id, incident_id, operator, message_id, version=version, now=now)
    return await _show(session, context, unlinked, response)


@router.post("/incidents/{incident_id}/places/{number}", operation_id="correct_place", responses=REFUSALS)
async def correct(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    number: Annotated[int, Path(ge=1, le=MOST_PLACES)],
    version: IfMatch,
    now: Now,
    body: PlaceIn,
    response: Response,
) -> IncidentDetailsOut:
    """Says what a place means: an entry of the gazetteer, or none of them. The incident is counted where it lies."""
    correction = Correction(number, body.entry_id)
    tag(response, await correct_place(session, context.region_id, incident_id, operator, correction, version=version, now=now))
    found = await incident_details.get(session, context.region_id, incident_id)
    return await show_incident(session, context, found, now=context.now())


@router.post("/incidents/{incident_id}/verdict", operation_id="correct_verdict", responses=REFUSALS)
async def correct_what_it_is(
    operator: Worker,
    session: WriteSession,
    context: Context,
    incident_id: IncidentPath,
    version: IfMatch,
    now: Now,
    body: VerdictIn,
    response: Response,
) -> IncidentDetailsOut:
    """Says what the incident is: kind, topic, urgency. Urgency moves its deadline; all of it teaches the next model."""
    corrected = await correct_verdict(session, context.region_id, incident_id, operator, body.to_word(), version=version, now=now)
    return await _show(session, context, corrected, response)


async def _show(session: AsyncSession, context: ApiContext, incident: Incident, response: Response) -> IncidentDetailsOut:
    """The incident after the step, with its new version as the ETag."""
    tag(response, incident.version)
    found = await incident_details.get(session, context.region_id, incident.id)
    return await show_incident(session, context, found, now=context.now())
