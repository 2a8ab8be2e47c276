"""What of authors is shown to whom: their names to those who answer them, their ids to nobody beyond one thread."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.operator import Act, Operator
from app.storage.collected import CollectedMessage
from app.storage.incident_details import IncidentDetails
from app.storage.privacy.marks import Marks

THREAD = "thread"
LENGTH = 16


def incidents_for(operator: Operator, incidents: Sequence[IncidentDetails]) -> Sequence[IncidentDetails]:
    """The incidents, without residents' names for who does not work on them."""
    return incidents if operator.may(Act.WORK) else [incident_for(operator, one) for one in incidents]


def incident_for(operator: Operator, incident: IncidentDetails) -> IncidentDetails:
    """The incident, without the resident's name for who does not work on it."""
    if operator.may(Act.WORK) or incident.message is None:
        return incident
    return replace(incident, message=replace(incident.message, author_name=None))


def messages_for(operator: Operator, messages: Sequence[CollectedMessage]) -> Sequence[CollectedMessage]:
    """The messages, without residents' names for who does not work on incidents."""
    if operator.may(Act.WORK):
        return messages
    return [one if one.is_voice else replace(one, author_name=None) for one in messages]


def author_within_thread(marks: Marks, message: CollectedMessage) -> str | None:
    """By what an author is recognised in the thread and nowhere else; pages and bodies by their own ids."""
    if message.author_id is None or message.is_voice:
        return message.author_id
    return marks.of(THREAD, f"{message.source_id}\n{message.post_id}\n{message.author_id}").hex()[:LENGTH]
