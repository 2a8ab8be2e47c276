"""Why an incident was opened: what the classifier says of its message now, and which words decided."""

import asyncio

from app.classifier.contract import TextInContext
from app.classifier.explanation import Explanation, judge_and_explain
from app.classifier.regional.model import AnyClassifier
from app.domain.incident import IncidentId
from app.storage import collected
from app.storage.engine import Database
from app.storage.regions import RegionId


async def explain_incident(database: Database, classifier: AnyClassifier, region_id: RegionId, incident_id: IncidentId) -> Explanation:
    """The verdict of the built-in model on the message as it stands, with its reasons; `NotFound` when there is no such incident."""
    async with database.read() as session:
        opening = await collected.opening_text(session, region_id, incident_id)
    message = TextInContext(opening.text or "", opening.post, opening.reply_to)
    return await asyncio.to_thread(judge_and_explain, classifier, message)
