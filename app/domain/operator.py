"""Who works with Otklik and what each role may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from app.domain.errors import NotPermitted

OperatorId = NewType("OperatorId", int)


class Role(StrEnum):
    ADMIN = "admin"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    VIEWER = "viewer"
    METRICS = "metrics"


class Act(StrEnum):
    """What a role is asked for. The wording completes «may not …»."""

    READ = "read the queue and the statistics"
    WORK = "work on incidents"
    ASSIGN = "hand incidents to others"
    REGISTER = "change sources and authorities"
    ADMINISTER = "administer access"
    SCRAPE = "read the metrics"


_READING = frozenset({Act.READ, Act.SCRAPE})
MAY: dict[Role, frozenset[Act]] = {
    Role.ADMIN: frozenset(Act),
    Role.COORDINATOR: _READING | {Act.WORK, Act.ASSIGN, Act.REGISTER},
    Role.OPERATOR: _READING | {Act.WORK},
    Role.REVIEWER: _READING | {Act.WORK},
    Role.VIEWER: _READING,
    Role.METRICS: frozenset({Act.SCRAPE}),
}


@dataclass(frozen=True, slots=True)
class Operator:
    """A person or a script that acts under a role."""

    id: OperatorId
    name: str
    role: Role

    def may(self, act: Act) -> bool:
        """Whether the operator's role covers the act."""
        return act in MAY[self.role]

    def must(self, act: Act) -> None:
        """Raises `NotPermitted` unless the operator's role covers the act."""
        if not self.may(act):
            raise NotPermitted(act.value, self.role.value)
