"""Whether the process lives, and whether the service is ready to serve."""

from collections.abc import AsyncIterator
from datetime import timedelta

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.api.context import ApiContext, Context
from app.api.problems import problem, responses
from app.api.schemas.shape import example
from app.storage import workers
from app.storage.server.disk import WHAT_TO_DO
from app.storage.server.failures import is_away
from app.storage.server.migrate import Standing, standing

router = APIRouter(tags=["health"], responses=responses(405))
SILENCE = timedelta(seconds=60)


class Health(BaseModel):
    """All is well."""

    model_config = example(status="ok")

    status: str


@router.get("/healthz", operation_id="check_process")
async def check_process() -> Health:
    """Whether the process answers at all; asks nothing of the database."""
    return Health(status="ok")


@router.get("/readyz", operation_id="check_readiness", responses=responses(503), response_model=Health)
async def check_readiness(context: Context) -> Health | Response:
    """Whether the database is there with this release's schema or a later one and has room, and a worker gave a sign within a minute."""
    missing = {name: reason async for name, reason in _missing(context)}
    if missing:
        return problem(503, "not-ready", " ".join(missing.values()), more={"missing": list(missing)}, headers={"Retry-After": "5"})
    return Health(status="ready")


async def _missing(context: ApiContext) -> AsyncIterator[tuple[str, str]]:
    trouble = await context.disk.trouble()
    if trouble:
        yield "disk", trouble
    try:
        if await standing(context.database.engine) is Standing.ANOTHER:
            yield "migrations", "The database has another schema than this release needs: run `otklik migrate`."
            return
        async with context.database.read() as session:
            alive, without_room = await workers.alive(session, within=SILENCE), await workers.without_room(session, within=SILENCE)
    except Exception as error:
        if not is_away(error):
            raise
        yield "database", "The database cannot be reached."
        return
    if without_room and not trouble:
        yield "disk", f"The database's disk has no room for what {', '.join(without_room)} would store: {WHAT_TO_DO}"
    if not alive:
        yield "worker", f"No worker has given a sign of life for {SILENCE.total_seconds():.0f} seconds."
