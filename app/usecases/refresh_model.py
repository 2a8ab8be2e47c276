"""Takes up the model that was put to work, in a process that runs; one that cannot be used leaves the last good one at work."""

import asyncio

import structlog

from app.classifier.at_work import ClassifierAtWork
from app.classifier.errors import ModelRefused
from app.classifier.model_file import load_shipped_model
from app.classifier.regional.model import AnyClassifier
from app.classifier.regional.model_file import parse_any_model
from app.storage import models
from app.storage.engine import Database
from app.storage.models import Use
from app.storage.regions import RegionId
from app.telemetry.metrics import MODELS_REFUSED

log = structlog.get_logger(__name__)


async def refresh_model(database: Database, region_id: RegionId, at_work: ClassifierAtWork) -> bool:
    """Whether another model judges from now on. Of a model that is refused the alarm is raised once, at the first look."""
    async with database.read() as session:
        newest = next(iter(await models.uses(session, region_id, limit=1)), None)
        if newest is None or newest.id == at_work.use_id:
            return False
        file = None if newest.model_id is None else await models.file_of(session, newest.model_id)
    try:
        found = await asyncio.to_thread(_load, newest, file)
    except ModelRefused as refusal:
        log.error("model refused", model=newest.name, reason=str(refusal), at_work=at_work.name)
        MODELS_REFUSED.labels(newest.name or "").inc()
        at_work.use(at_work.current, newest.id)
        return False
    at_work.use(found, newest.id)
    log.info("model at work", model=found.name)
    return True


def _load(use: Use, file: bytes | None) -> AnyClassifier:
    if use.model_id is None:
        return load_shipped_model()
    if file is None:
        raise ModelRefused(use.name or "", "its file is no longer there; train it again")
    return parse_any_model(file, use.name or "")
