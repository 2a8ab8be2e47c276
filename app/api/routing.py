"""Which body must answer: the rules of a region, and what is suggested for an incident."""

from typing import Annotated

from fastapi import Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Administrator, Reader
from app.api.context import ApiContext, Context
from app.api.parameters import LARGEST, IfMatch, IncidentPath, Now, tag
from app.api.problems import responses
from app.api.routers import PREFIX, make_router
from app.api.schemas.routing import CurrentOut, RuleIn, RuleList, RuleOut, RulePatch, SuggestionList, SuggestionOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.routing import RuleId
from app.storage import incident_details, routing_rules
from app.usecases.change_routing_rules import add_routing_rule, change_routing_rule
from app.usecases.explain_incident import explain_incident
from app.usecases.suggest_authorities import explain_authority, suggest_authorities

router = make_router("routing")
RulePath = Annotated[RuleId, Path(alias="rule_id", ge=1, le=LARGEST, examples=[3])]


@router.get("/routing-rules", operation_id="list_routing_rules")
async def list_rules(operator: Reader, session: ReadSession, context: Context) -> RuleList:
    """Every rule, oldest first."""
    return RuleList.of(await routing_rules.listed(session, context.region_id))


@router.post("/routing-rules", operation_id="add_routing_rule", status_code=201, responses=responses(400, 409, 413))
async def add_rule(operator: Administrator, session: WriteSession, context: Context, now: Now, body: RuleIn, response: Response) -> RuleOut:
    """Adds a rule; it counts for incidents that open from now on, and for what is suggested."""
    added = await add_routing_rule(session, context.region_id, body.new(), now=now)
    response.headers["Location"] = f"{PREFIX}/routing-rules/{added}"
    return await _show(session, context, added, response)


@router.get("/routing-rules/{rule_id}", operation_id="get_routing_rule", responses=responses(404))
async def get_rule(operator: Reader, session: ReadSession, context: Context, rule_id: RulePath, response: Response) -> RuleOut:
    """One rule; its version is also the ETag."""
    return await _show(session, context, rule_id, response)


@router.patch("/routing-rules/{rule_id}", operation_id="change_routing_rule", responses=responses(400, 404, 409, 412, 413, 428))
async def change_rule(
    operator: Administrator,
    session: WriteSession,
    context: Context,
    rule_id: RulePath,
    version: IfMatch,
    body: RulePatch,
    response: Response,
) -> RuleOut:
    """Changes a rule in place; it counts for incidents that open from now on, and those that it gave a body keep it."""
    await change_routing_rule(session, context.region_id, rule_id, body.change(), version=version)
    return await _show(session, context, rule_id, response)


@router.delete("/routing-rules/{rule_id}", operation_id="remove_routing_rule", status_code=204, responses=responses(404))
async def remove_rule(operator: Administrator, session: WriteSession, context: Context, rule_id: RulePath) -> None:
    """Takes a rule away; incidents keep the body that they were given."""
    await routing_rules.remove(session, context.region_id, rule_id)


@router.get("/incidents/{incident_id}/authorities", operation_id="suggest_authorities", responses=responses(404))
async def suggestions(operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath, now: Now) -> SuggestionList:
    """Which body has the incident and why, and the bodies that most likely must answer, the best first, with the reason for each."""
    incident = await incident_details.get(session, context.region_id, incident_id)
    explanation = await explain_incident(context.database, context.classifier, context.region_id, incident_id)
    found = await suggest_authorities(session, context.region_id, incident, explanation, now=now)
    why = await explain_authority(session, context.region_id, incident_id)
    return SuggestionList(current=CurrentOut.of(incident, why), items=[SuggestionOut.of(one) for one in found])


async def _show(session: AsyncSession, context: ApiContext, rule_id: RuleId, response: Response) -> RuleOut:
    shown = await routing_rules.get(session, context.region_id, rule_id)
    tag(response, shown.version)
    return RuleOut.of(shown)
