"""Shows the models that a region has kept, and which of them is at work."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.storage import models
from app.storage.models import StoredModel
from app.storage.regions import RegionId

SHIPPED = "shipped"
"""What the model is called that comes with the program."""


class ModelState(StrEnum):
    """Kept and never used, judging now, or taken off."""

    CANDIDATE = "candidate"
    AT_WORK = "at_work"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A kept model and what it does."""

    model: StoredModel
    state: ModelState


async def show_models(session: AsyncSession, region_id: RegionId) -> tuple[str, Sequence[ShownModel]]:
    """What the model at work is called, and every kept model, the newest first."""
    at_work = await at_work_in(session, region_id)
    return at_work, [ShownModel(one, _state(one, at_work)) for one in await models.listed(session, region_id)]


async def at_work_in(session: AsyncSession, region_id: RegionId) -> str:
    """What the region's model at work is called."""
    past: Sequence[models.Use] = await models.uses(session, region_id, limit=1)
    return past[0].name or SHIPPED if past else SHIPPED


def _state(model: StoredModel, at_work: str) -> ModelState:
    if model.name == at_work:
        return ModelState.AT_WORK
    return ModelState.CANDIDATE if model.used_at is None else ModelState.RETIRED
