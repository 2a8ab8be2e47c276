"""Which body must answer: the rules of a region, and what is suggested for an incident."""

from typing import Annotated

from fastapi import Path, Response

from app.api.access import Administrator, Reader
from app.api.context import Context
from app.api.parameters import LARGEST, IncidentPath, Now
from app.api.problems import responses
from app.api.routers import PREFIX, make_router
from app.api.schemas.routing import CurrentOut, RuleIn, RuleList, RuleOut, SuggestionList, SuggestionOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.routing import RuleId
from app.storage import incident_details, routing_rules
from app.usecases.change_routing_rules import add_routing_rule
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
    shown = await routing_rules.listed(session, context.region_id)
    return RuleOut.of(next(one for one in shown if one.rule.id == added))


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
