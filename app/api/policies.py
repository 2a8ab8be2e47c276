"""By when an answer is due: the versions of the region's policy, and the next one."""

from typing import Annotated

from fastapi import Path, Response

from app.api.access import Administrator, Reader
from app.api.context import Context
from app.api.parameters import LARGEST, Now
from app.api.problems import responses
from app.api.routers import PREFIX, make_router
from app.api.schemas.policy import PolicyIn, PolicyList, PolicyOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.deadline import PolicyId
from app.storage import policies
from app.usecases.change_policy import change_policy

router = make_router("policies")
PolicyPath = Annotated[PolicyId, Path(alias="policy_id", ge=1, le=LARGEST, examples=[2])]


@router.get("/policies", operation_id="list_policies")
async def list_policies(operator: Reader, session: ReadSession, context: Context, now: Now) -> PolicyList:
    """Every version, the one in force first; and the terms that regions have, ready to choose."""
    return PolicyList.of(await policies.listed(session, context.region_id), now)


@router.post("/policies", operation_id="change_policy", status_code=201, responses=responses(400, 409, 413))
async def add_policy(
    operator: Administrator, session: WriteSession, context: Context, now: Now, body: PolicyIn, response: Response
) -> PolicyOut:
    """Puts the next version in force, at once. Questions that are open are judged by it, those that are over by the one before."""
    added = await change_policy(session, context.region_id, body.new(str(context.tz)), made_by=operator.id, now=now)
    response.headers["Location"] = f"{PREFIX}/policies/{added}"
    return PolicyOut.of(await policies.get(session, context.region_id, added), now)


@router.get("/policies/{policy_id}", operation_id="get_policy", responses=responses(404))
async def get_policy(operator: Reader, session: ReadSession, context: Context, now: Now, policy_id: PolicyPath) -> PolicyOut:
    """One version."""
    return PolicyOut.of(await policies.get(session, context.region_id, policy_id), now)
