"""Agreement of people with the model, and drift of what it says, as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.domain.agreement import Agreement, Drift
from app.usecases.measure_answers import Period

AGREEMENT = {"model": "linear-37501f47f3", "matter": "kind", "said": "complaint", "spoken": 40, "confirmed": 36, "share": 0.9}
DRIFT = {"matter": "kind", "now": {"complaint": 70, "other": 30}, "before": {"complaint": 240, "other": 160}, "index": 0.04}


class AgreementOut(BaseModel):
    """Of a model's verdicts with one class, those that a person spoke on, and those of them that were confirmed."""

    model_config = example(**AGREEMENT)

    model: str
    matter: str
    said: str
    spoken: int
    confirmed: int
    share: float


class DriftOut(BaseModel):
    """Verdicts by class in the period and before it; above 0.25 the index says that something has changed. Null: nothing to compare."""

    model_config = example(**DRIFT)

    matter: str
    now: Mapping[str, int]
    before: Mapping[str, int]
    index: float | None


class VerdictsOut(BaseModel):
    """How the model does among people, over a period."""

    model_config = example(since="2026-02-09T12:00:00Z", until="2026-03-11T12:00:00Z", agreement=[AGREEMENT], drift=[DRIFT])

    since: datetime
    until: datetime
    agreement: list[AgreementOut]
    drift: list[DriftOut]

    @classmethod
    def of(cls, period: Period, spoken: Sequence[Agreement], moved: Sequence[Drift]) -> "VerdictsOut":
        return cls(
            since=period.since,
            until=period.until,
            agreement=[
                AgreementOut(model=one.model, matter=one.matter, said=one.said, spoken=one.spoken, confirmed=one.confirmed, share=one.share)
                for one in spoken
            ],
            drift=[DriftOut(matter=one.matter, now=one.now, before=one.before, index=one.index) for one in moved],
        )
