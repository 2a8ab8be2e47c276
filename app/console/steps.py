"""What can be done with an incident by whom: asked of the rules themselves, so that no button promises what they refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.domain import incident as rules
from app.domain.authority import AuthorityId
from app.domain.errors import DomainError
from app.domain.incident import Incident, IncidentId, IncidentStatus, Step
from app.domain.message import MessageId
from app.domain.operator import Operator, OperatorId
from app.domain.word import Word
from app.storage.incident_details import IncidentDetails

ANOTHER = Incident(IncidentId(0), IncidentStatus.NEW, None, None, 1)
Try = Callable[[Incident, Operator, datetime], Step]
STEPS: Mapping[str, Try] = {
    "take": lambda incident, operator, now: rules.take(incident, operator, now=now),
    "assign": lambda incident, operator, now: rules.assign(incident, operator, assignee_id=operator.id, authority_id=None, now=now),
    "reject": lambda incident, operator, now: rules.reject(incident, operator, reason="", now=now),
    "close": lambda incident, operator, now: rules.close(incident, operator, reason=None, now=now),
    "correct": lambda incident, operator, now: rules.correct(incident, operator, Word(), message=0, now=now),
    "reply": lambda incident, operator, now: rules.reply(incident, operator, reply=0, now=now),
    "link": lambda incident, operator, now: rules.unlink(incident, operator, MessageId(0), now=now),
    "merge": lambda incident, operator, now: rules.merge(incident, ANOTHER, operator, now=now),
    "reopen": lambda incident, operator, now: rules.reopen(incident, operator, reason=None, now=now),
}


def possible_steps(details: IncidentDetails, operator: Operator, *, now: datetime) -> frozenset[str]:
    """The names of the steps that the operator may take now."""
    incident = Incident(
        details.id,
        details.status,
        None if details.authority is None else AuthorityId(details.authority.id),
        None if details.assignee is None else OperatorId(details.assignee.id),
        details.version,
    )
    return frozenset(name for name, attempt in STEPS.items() if _is_allowed(attempt, incident, operator, now))


def _is_allowed(attempt: Try, incident: Incident, operator: Operator, now: datetime) -> bool:
    try:
        attempt(incident, operator, now)
    except DomainError:
        return False
    return True
