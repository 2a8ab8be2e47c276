"""Models of a region as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.usecases.show_models import ModelState, ShownModel

TASK = {"texts": 120, "rival_right": 0.81, "candidate_right": 0.86, "at_least": 0.01}
MODEL: dict[str, Any] = {
    "name": "region-37501f47f3",
    "state": "at_work",
    "base": "linear-2dc2102fff",
    "made_at": "2026-03-11T03:00:00Z",
    "made_by": "schedule",
    "used_at": "2026-03-11T03:00:20Z",
    "has_file": True,
    "learned": {"texts": 900, "kind": 620, "authority": 410},
    "judgement": {"rival": "linear-2dc2102fff", "tasks": {"kind": TASK}},
}


class TaskJudgementOut(BaseModel):
    """Of one matter, over held texts: how often either model was right, and a bound below which the gain lies with a chance of 5 %."""

    model_config = example(**TASK)

    texts: int
    rival_right: float
    candidate_right: float
    at_least: float


class JudgementOut(BaseModel):
    """A model beside the one that was at work when it was made; no `tasks`: too few texts were held back to judge it."""

    model_config = example(**MODEL["judgement"])

    rival: str
    tasks: Mapping[str, TaskJudgementOut]


class ModelOut(BaseModel):
    """A model: on how many texts with which label it learned, and whether its file is still kept, so that it can be put to work."""

    model_config = example(**MODEL)

    name: str
    state: ModelState
    base: str
    made_at: datetime
    made_by: str
    used_at: datetime | None
    has_file: bool
    learned: Mapping[str, int]
    judgement: JudgementOut | None

    @classmethod
    def of(cls, shown: ShownModel) -> "ModelOut":
        plain = ("name", "base", "made_at", "made_by", "used_at", "has_file", "learned")
        judgement = None if shown.model.judgement is None else JudgementOut(**shown.model.judgement)
        return cls(state=shown.state, judgement=judgement, **{name: getattr(shown.model, name) for name in plain})


class ModelList(BaseModel):
    """Every model, the newest first."""

    model_config = example(at_work="region-37501f47f3", items=[MODEL])

    at_work: str
    items: list[ModelOut]

    @classmethod
    def of(cls, at_work: str, shown: Sequence[ShownModel]) -> "ModelList":
        return cls(at_work=at_work, items=[ModelOut.of(one) for one in shown])


class ModelAtWorkOut(BaseModel):
    """What the model at work is called."""

    model_config = example(at_work="shipped")

    at_work: str
