"""Puts a kept model to work by hand; a worse one is refused."""

import asyncio
from datetime import datetime
from pathlib import Path

from app.classifier.errors import ModelRefused
from app.classifier.model_file import load_shipped_model
from app.classifier.regional.judging import Judgement, judge
from app.classifier.regional.model import AnyClassifier, RegionalClassifier
from app.classifier.regional.model_file import parse_any_model, read_bytes
from app.domain.errors import DomainError
from app.storage import models
from app.storage.engine import Database
from app.storage.models import NewModel
from app.storage.regions import RegionId
from app.usecases.retrain import gather
from app.usecases.show_models import SHIPPED, at_work_in


class ModelIsWorse(DomainError):
    """A model that may be worse than the one at work is not put there."""

    def __init__(self, judgement: Judgement) -> None:
        tasks = ", ".join(name for name, task in judgement.tasks.items() if task.is_worse)
        super().__init__(f"{judgement.candidate} may be worse than {judgement.rival} in {tasks}: it is not put to work.")
        self.judgement = judgement


async def add_model(database: Database, region_id: RegionId, path: Path, *, made_by: str, now: datetime) -> str:
    """Keeps a region's model file as a candidate; its name."""
    data = await asyncio.to_thread(read_bytes, path)
    found = await asyncio.to_thread(parse_any_model, data, path)
    if not isinstance(found, RegionalClassifier):
        raise ModelRefused(path, "it is no region's model; make one with `otklik train --base`")
    origin = found.taught.origin
    new = NewModel(found.name, found.base.name, origin.digest, origin.labels | {"texts": origin.examples}, data)
    async with database.write() as session:
        await models.add(session, region_id, new, made_by=made_by, now=now)
    return found.name


async def compare_models(database: Database, region_id: RegionId, candidate: str, rival: str, folder: Path) -> Judgement:
    """Two kept models on the region's held texts."""
    first, second = [await _load(database, region_id, name) for name in (candidate, rival)]
    held = [one for one in await gather(database, region_id, folder, []) if one.held_out]
    return await asyncio.to_thread(judge, first, second, held)


async def use_model(database: Database, region_id: RegionId, name: str, folder: Path, *, put_by: str, now: datetime) -> Judgement:
    """Puts a model to work beside how it was judged; `ModelIsWorse` when it may be worse than the one at work."""
    rival = await name_at_work(database, region_id)
    judgement = await compare_models(database, region_id, name, rival, folder)
    if judgement.is_worse:
        raise ModelIsWorse(judgement)
    async with database.write() as session:
        model_id = None if name == SHIPPED else (await models.named(session, region_id, name)).id
        await models.put_to_work(session, region_id, model_id, put_by=put_by, now=now)
    return judgement


async def name_at_work(database: Database, region_id: RegionId) -> str:
    """What the region's model at work is called."""
    async with database.read() as session:
        return await at_work_in(session, region_id)


async def _load(database: Database, region_id: RegionId, name: str) -> AnyClassifier:
    if name == SHIPPED:
        return load_shipped_model()
    async with database.read() as session:
        stored = await models.named(session, region_id, name)
        file = await models.file_of(session, stored.id)
    if file is None:
        raise ModelRefused(name, "its file is no longer there; train it again")
    return await asyncio.to_thread(parse_any_model, file, name)
