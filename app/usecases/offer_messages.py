"""Offers messages for labelling: those of which the model is unsure, and those that it judges otherwise by now."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum

from app.classifier.contract import TextInContext
from app.classifier.regional.model import AnyClassifier
from app.domain.message import MessageId
from app.storage import collected
from app.storage.collected import CollectedMessage
from app.storage.engine import Database
from app.storage.regions import RegionId

LOOKED_THROUGH = 1000
"""Messages without a word of a person that are judged again for one page of disagreement."""


class Lane(StrEnum):
    """Why a message is offered."""

    UNSURE = "unsure"
    DISAGREEING = "disagreeing"


async def offer_messages(
    database: Database, region_id: RegionId, classifier: AnyClassifier, lane: Lane, *, before: MessageId | None, limit: int
) -> tuple[Sequence[CollectedMessage], MessageId | None]:
    """Messages on which nobody has spoken yet, the newest first, and behind which one to go on, None at the end."""
    async with database.read() as session:
        if lane is Lane.UNSURE:
            found = await collected.unspoken(session, region_id, before=before, below=classifier.sure_from, limit=limit + 1)
            return found[:limit], found[limit - 1].id if len(found) > limit else None
        looked = await collected.unspoken(session, region_id, before=before, below=None, limit=LOOKED_THROUGH)
        contexts = await collected.contexts(session, region_id, [one.id for one in looked])
    texts = [TextInContext(one.text or "", *contexts.get(one.id, (None, None))) for one in looked]
    verdicts = await asyncio.to_thread(classifier.classify, texts)
    other = [one for one, verdict in zip(looked, verdicts, strict=True) if verdict.kind != one.kind]
    if len(other) > limit:
        return other[:limit], other[limit - 1].id
    return other, looked[-1].id if len(looked) == LOOKED_THROUGH else None
