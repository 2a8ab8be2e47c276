"""The shapes of topics."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.api.parameters import STORABLE, ShortText
from app.api.schemas.shape import example, strict_example
from app.domain.topic import LONGEST_RULE, MOST_TOPICS, Taxonomy
from app.storage.topics import StoredTaxonomy

TOPIC: dict[str, Any] = {
    "code": "roads.potholes",
    "title": "Ямы на дороге",
    "includes": "яма, выбоина, провал на проезжей части",
    "confused_with": {},
    "urgent_when": "яма, из-за которой уже случилась авария",
}
GROUP: dict[str, Any] = {"code": "roads", "title": "Дороги и тротуары", "topics": [TOPIC]}
Rule = Annotated[str, Field(max_length=LONGEST_RULE, pattern=STORABLE)]


class TopicShape(BaseModel):
    """One subject: `confused_with` names other topics with the words that tell them apart."""

    model_config = strict_example(**TOPIC)

    code: ShortText
    title: ShortText
    includes: Rule
    confused_with: Annotated[dict[ShortText, Rule], Field(max_length=MOST_TOPICS)]
    urgent_when: Rule


class TopicGroupShape(BaseModel):
    """A field of subjects; the codes of its topics begin with its own and a dot."""

    model_config = strict_example(**GROUP)

    code: ShortText
    title: ShortText
    topics: Annotated[list[TopicShape], Field(max_length=MOST_TOPICS)]


class TopicsIn(BaseModel):
    """All topics of the region."""

    model_config = strict_example(groups=[GROUP])

    groups: Annotated[list[TopicGroupShape], Field(min_length=1, max_length=MOST_TOPICS)]


class TopicsOut(BaseModel):
    """The topics in force; without `changed_at` they are those that ship, and without `changed_by` the command changed them."""

    model_config = example(version=2, changed_at="2026-03-11T12:00:00Z", changed_by="Анна", groups=[GROUP])

    version: int
    changed_at: datetime | None
    changed_by: str | None
    groups: list[TopicGroupShape]

    @classmethod
    def of(cls, taxonomy: Taxonomy, stored: StoredTaxonomy | None) -> "TopicsOut":
        changed_at, changed_by = (None, None) if stored is None else (stored.changed_at, stored.changed_by)
        groups = [TopicGroupShape.model_validate(asdict(group)) for group in taxonomy.groups]
        return cls(version=taxonomy.version, changed_at=changed_at, changed_by=changed_by, groups=groups)
