"""One step with many incidents as the API takes it in and tells of it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field, Strict

from app.api.parameters import LARGEST_VERSION, AuthorityInBody, IncidentInBody, LongText, OperatorInBody
from app.api.problems import Problem, problem_of
from app.api.schemas.shape import example, strict_example
from app.domain.incident import Incident, IncidentStatus
from app.usecases.assign_incident import Handover
from app.usecases.take_steps import MOST, Chosen, Order, Result, StepName


class ChosenIn(BaseModel):
    """An incident, and the version on which the step was decided."""

    model_config = strict_example(id=17, version=3)

    id: IncidentInBody
    version: Annotated[int, Field(ge=1, le=LARGEST_VERSION), Strict()]


class StepsIn(BaseModel):
    """A step for many incidents; with `preview` only told, not taken. `assign` names whom, `reject` a reason, `close` may."""

    model_config = strict_example(step="reject", incidents=[{"id": 17, "version": 3}, {"id": 18, "version": 1}], reason="Реклама")

    step: StepName
    incidents: Annotated[list[ChosenIn], Field(min_length=1, max_length=MOST)]
    assignee_id: OperatorInBody | None = None
    authority_id: AuthorityInBody | None = None
    reason: LongText | None = None
    preview: Annotated[bool, Strict()] = False

    def order(self) -> Order:
        """The step and what is said with it."""
        return Order(self.step, Handover(self.assignee_id, self.authority_id), self.reason)

    def chosen(self) -> list[Chosen]:
        """The incidents, each as it was seen."""
        return [Chosen(one.id, one.version) for one in self.incidents]


STANDING = {"status": "rejected", "version": 4, "assignee_id": None, "authority_id": 4}
REFUSED = {
    "type": "urn:otklik:problem:stale-version",
    "title": "Precondition Failed",
    "status": 412,
    "detail": "The incident 18 has changed: you hold version 1, it is now at 2. Read it again.",
    "expected": 1,
    "found": 2,
}


class StandingOut(BaseModel):
    """How an incident stands after the step."""

    model_config = example(**STANDING)

    status: IncidentStatus
    version: int
    assignee_id: int | None
    authority_id: int | None

    @classmethod
    def of(cls, incident: Incident | None) -> "StandingOut | None":
        if incident is None:
            return None
        return cls(status=incident.status, version=incident.version, assignee_id=incident.assignee_id, authority_id=incident.authority_id)


class ResultOut(BaseModel):
    """What became of one incident: `status` is what the step alone would have been answered with, `problem` why it was not taken."""

    model_config = example(incident_id=18, status=412, incident=None, problem=REFUSED)

    incident_id: int
    status: int
    incident: StandingOut | None
    problem: Problem | None

    @classmethod
    def of(cls, result: Result) -> "ResultOut":
        why = None if result.refused is None else problem_of(result.refused)
        status = 200 if why is None else why.status
        return cls(incident_id=result.incident_id, status=status, incident=StandingOut.of(result.incident), problem=why)


class StepsOut(BaseModel):
    """A result for each incident, in the order given."""

    model_config = example(
        step="reject",
        preview=False,
        taken=1,
        refused=1,
        results=[
            {"incident_id": 17, "status": 200, "incident": STANDING, "problem": None},
            {"incident_id": 18, "status": 412, "incident": None, "problem": REFUSED},
        ],
    )

    step: StepName
    preview: bool
    taken: int
    refused: int
    results: list[ResultOut]

    @classmethod
    def of(cls, asked: StepsIn, results: Sequence[Result]) -> "StepsOut":
        refused = sum(one.refused is not None for one in results)
        shown = [ResultOut.of(one) for one in results]
        return cls(step=asked.step, preview=asked.preview, taken=len(results) - refused, refused=refused, results=shown)
