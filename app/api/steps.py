"""One step with many incidents at a time."""

from app.api.access import Worker
from app.api.context import Context
from app.api.parameters import Now
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.steps import StepsIn, StepsOut
from app.api.sessions import WriteSession
from app.usecases.take_steps import preview_steps, take_steps

router = make_router("incidents")


@router.post("/steps", operation_id="take_steps", responses=responses(400, 409, 413))
async def take(operator: Worker, session: WriteSession, context: Context, now: Now, body: StepsIn) -> StepsOut:
    """Takes a step with up to 200 incidents, each on its own version: what one is refused stops no other, and is told beside it."""
    run = preview_steps if body.preview else take_steps
    return StepsOut.of(body, await run(session, context.region_id, body.chosen(), operator, body.order(), now=now))
