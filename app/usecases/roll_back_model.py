"""Goes back to the model that was at work before."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NoModelBefore
from app.storage import models
from app.storage.regions import RegionId
from app.usecases.show_models import SHIPPED

MOST_USES = 1000


async def roll_back_model(session: AsyncSession, region_id: RegionId, *, put_by: str, now: datetime) -> str:
    """Puts the model to work that was there before the present one; its name."""
    past = await models.uses(session, region_id, limit=MOST_USES)
    before = next((use for use in past[1:] if use.model_id != past[0].model_id), None)
    if not past or (before is None and past[0].model_id is None):
        raise NoModelBefore
    await models.put_to_work(session, region_id, None if before is None else before.model_id, put_by=put_by, now=now)
    return SHIPPED if before is None or before.name is None else before.name
