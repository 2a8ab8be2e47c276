"""Teaches the region's model anew from what people said, judges it on texts held back, and puts it to work unless it is worse."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from app.classifier.at_work import ClassifierAtWork
from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import load_shipped_model, shipped_bytes
from app.classifier.regional.exports import read_exports
from app.classifier.regional.judging import Judgement, judge
from app.classifier.regional.model import AnyClassifier
from app.classifier.regional.model_file import pack_regional, parse_any_model
from app.classifier.regional.taught import Own, Taught, digest_of
from app.classifier.regional.training import teach
from app.storage import labels, models
from app.storage.engine import Database
from app.storage.models import NewModel
from app.storage.regions import RegionId

BY_SCHEDULE = "schedule"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Retraining:
    """How a retraining ended: the new model, or None with the reason; whether it is at work; rows of exports that were wrong."""

    name: str | None
    at_work: bool
    reason: str
    judgement: Judgement | None = None
    refused: tuple[DataRefused, ...] = ()


async def retrain(
    database: Database,
    region_id: RegionId,
    at_work: ClassifierAtWork,
    folder: Path,
    *,
    made_by: str,
    now: datetime,
    on_share: Callable[[float], None] = lambda share: None,
) -> Retraining:
    """One retraining of the region. Two at once make the same model, so that the second changes nothing.

    `on_share` hears, in the thread that learns, what share of the heads is done since it was called last.
    """
    refused: list[DataRefused] = []
    examples = await gather(database, region_id, folder, refused)
    learned, held = ([one for one in examples if one.held_out is out] for out in (False, True))
    async with database.read() as session:
        newest = next(iter(await models.listed(session, region_id)), None)
    if newest is not None and (newest.digest, newest.base) == (digest_of(set(learned)), load_shipped_model().name):
        return Retraining(None, at_work=False, reason=f"Nothing new to learn since {newest.name}.", refused=tuple(refused))
    try:
        new, classifier, judgement = await asyncio.to_thread(_make, learned, held, at_work.current, on_share)
    except DataRefused as refusal:
        return Retraining(None, at_work=False, reason=str(refusal), refused=tuple(refused))
    async with database.write() as session:
        model_id = await models.add(session, region_id, new, made_by=made_by, now=now)
        await models.judged(session, model_id, judgement.as_data())
        if judgement.is_better:
            await models.put_to_work(session, region_id, model_id, put_by=made_by, now=now)
    log.info("retrained", model=classifier.name, texts=len(learned), rival=judgement.rival, at_work=judgement.is_better)
    return Retraining(classifier.name, judgement.is_better, _why(judgement), judgement, tuple(refused))


async def retrain_by_schedule(
    database: Database, region_id: RegionId, at_work: ClassifierAtWork, folder: Path, *, every: timedelta | None, now: datetime
) -> None:
    """Retrains when the newest model is older than `every`; without new words that costs a look, and with `every` None nothing."""
    if every is None:
        return
    async with database.read() as session:
        newest = next(iter(await models.listed(session, region_id)), None)
    if newest is None or newest.made_at <= now - every:
        done = await retrain(database, region_id, at_work, folder, made_by=BY_SCHEDULE, now=now)
        for refusal in done.refused:
            log.warning("row refused", reason=str(refusal))


async def gather(database: Database, region_id: RegionId, folder: Path, refused: list[DataRefused]) -> list[Taught]:
    """All that the region has to teach: the exports in its folder, and what operators said; of one text theirs counts."""
    exported = await asyncio.to_thread(_read_folder, folder, refused)
    async with database.read() as session:
        said = await labels.texts(session, region_id)
    own = [
        Taught(
            TextInContext(one.text, one.post, one.reply_to),
            one.kind,
            one.topic,
            () if one.authority is None else ((Own.AUTHORITY, one.authority),),
            one.urgent,
        )
        for one in said
    ]
    overruled = {one.thread for one in own if one.kind is not None or one.topic is not None}
    judged = {one.thread for one in own if one.urgent is not None}
    kept = [one for one in exported if one.thread not in overruled]
    return [*(replace(one, urgent=None) if one.thread in judged else one for one in kept), *own]


def _read_folder(folder: Path, refused: list[DataRefused]) -> Sequence[Taught]:
    files = sorted(folder.glob("*.csv"))
    try:
        return read_exports(files, refused) if files else ()
    except DataRefused as refusal:
        refused.append(refusal)
        return ()


def _make(
    learned: Sequence[Taught], held: Sequence[Taught], rival: AnyClassifier, on_share: Callable[[float], None]
) -> tuple[NewModel, AnyClassifier, Judgement]:
    base: LinearClassifier = load_shipped_model()
    model, _ = teach(base, shipped_bytes(), learned, on_share)
    file = pack_regional(model)
    classifier = parse_any_model(file, "the new model")
    new = NewModel(classifier.name, base.name, model.origin.digest, model.origin.labels | {"texts": model.origin.examples}, file)
    return new, classifier, judge(classifier, rival, held)


def _why(judgement: Judgement) -> str:
    if not judgement.is_known:
        return "Too few held texts to judge it: it stays a candidate; `otklik model use` puts it to work."
    if judgement.is_worse:
        return f"It may be worse than {judgement.rival}: it stays a candidate."
    return "It is at work." if judgement.is_better else f"It is no better than {judgement.rival}: it stays a candidate."
