"""Rules of routing and suggested bodies as the API takes and shows them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from app.api.parameters import AuthorityInBody, TerritoryInBody
from app.api.schemas.shape import NamedOut, example, strict_example
from app.domain.routing import Ground
from app.storage.incident_details import IncidentDetails
from app.storage.routing_rules import NewRule, ShownRule
from app.usecases.change_routing_rules import RuleChange
from app.usecases.suggest_authorities import Handover, NamedSuggestion

TopicCode = Annotated[str, Field(min_length=1, max_length=81, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)?$", examples=["water.no_cold"])]
RULE = {
    "id": 3,
    "topic": "water",
    "territory": None,
    "owner": None,
    "authority": {"id": 4, "name": "Водоканал"},
    "version": 1,
}


class RuleIn(BaseModel):
    """A case and the body that must answer in it; what is left out stands for any."""

    model_config = strict_example(topic="water", authority_id=4)

    topic: TopicCode | None = None
    territory_id: TerritoryInBody | None = None
    owner_id: AuthorityInBody | None = None
    authority_id: AuthorityInBody

    def new(self) -> NewRule:
        """The rule to be added."""
        return NewRule(self.topic, self.territory_id, self.owner_id, self.authority_id)


class RulePatch(BaseModel):
    """What is to change of a rule; what is left out stays, null stands for any. `authority_id` cannot be null."""

    model_config = strict_example(topic="water.no_cold", territory_id=None)

    topic: TopicCode | None = None
    territory_id: TerritoryInBody | None = None
    owner_id: AuthorityInBody | None = None
    authority_id: AuthorityInBody | None = None

    @model_validator(mode="after")
    def _names_a_body(self) -> "RulePatch":
        if "authority_id" in self.model_fields_set and self.authority_id is None:
            raise ValueError("authority_id: somebody must answer; to take the rule away, delete it")
        return self

    def change(self) -> RuleChange:
        """Only what was said."""
        change = RuleChange()
        if "topic" in self.model_fields_set:
            change["topic"] = self.topic
        if "territory_id" in self.model_fields_set:
            change["territory_id"] = self.territory_id
        if "owner_id" in self.model_fields_set:
            change["owner_id"] = self.owner_id
        if self.authority_id is not None:
            change["authority_id"] = self.authority_id
        return change


class RuleOut(BaseModel):
    """A rule; the narrowest that fits a case wins: by place before topic, by topic before page. `version` goes into If-Match."""

    model_config = example(**RULE)

    id: int
    topic: str | None
    territory: NamedOut | None
    owner: NamedOut | None
    authority: NamedOut
    version: int

    @classmethod
    def of(cls, shown: ShownRule) -> "RuleOut":
        rule = shown.rule
        return cls(
            id=rule.id,
            topic=rule.topic,
            territory=None if rule.territory_id is None else NamedOut(id=rule.territory_id, name=shown.territory_name or ""),
            owner=None if rule.owner_id is None else NamedOut(id=rule.owner_id, name=shown.owner_name or ""),
            authority=NamedOut(id=rule.authority_id, name=shown.authority_name),
            version=shown.version,
        )


class RuleList(BaseModel):
    """Every rule of the region, oldest first."""

    model_config = example(items=[RULE])

    items: list[RuleOut]

    @classmethod
    def of(cls, shown: Sequence[ShownRule]) -> "RuleList":
        return cls(items=[RuleOut.of(one) for one in shown])


class SuggestionOut(BaseModel):
    """A body with its chance, and why: a `rule` of the region, the `habit` of those who handed such matters over, the region's `model`,

    which learnt it from labelled exports and from transfers, the page's `owner`.
    """

    model_config = example(authority={"id": 4, "name": "Водоканал"}, chance=0.75, ground="rule", topic="water.no_cold", rule_id=3)

    authority: NamedOut
    chance: float
    ground: Ground
    topic: str | None
    rule_id: int | None

    @classmethod
    def of(cls, named: NamedSuggestion) -> "SuggestionOut":
        one = named.suggestion
        return cls(
            authority=NamedOut(id=one.authority_id, name=named.name),
            chance=round(one.chance, 3),
            ground=one.ground,
            topic=one.topic,
            rule_id=one.rule_id,
        )


CURRENT: dict[str, Any] = {
    "authority": {"id": 4, "name": "Водоканал"},
    "ground": "rule",
    "rule_id": 3,
    "topic": "water",
    "territory": None,
    "owner": None,
    "at": "2026-03-11T09:01:10Z",
    "by": None,
}


class CurrentGround(StrEnum):
    """Why an incident is with its body: a rule when it was opened, a person since, or the page's owner."""

    RULE = "rule"
    PERSON = "person"
    OWNER = "owner"


class CurrentOut(BaseModel):
    """The body that has an incident, and why. A rule's `topic`, `territory` and `owner` are those of the moment at which it was applied."""

    model_config = example(**CURRENT)

    authority: NamedOut
    ground: CurrentGround
    rule_id: int | None
    topic: str | None
    territory: str | None
    owner: str | None
    at: datetime | None
    by: str | None

    @classmethod
    def of(cls, incident: IncidentDetails, why: Handover | None) -> "CurrentOut | None":
        authority = NamedOut.of(incident.authority)
        if authority is None:
            return None
        if why is None:
            nothing = {"rule_id": None, "topic": None, "territory": None, "owner": None, "at": None, "by": None}
            return cls(authority=authority, ground=CurrentGround.OWNER, **nothing)
        rule = why.last.rule
        return cls(
            authority=authority,
            ground=CurrentGround.PERSON if rule is None else CurrentGround.RULE,
            rule_id=None if rule is None else rule.id,
            topic=why.topic,
            territory=why.territory,
            owner=why.owner,
            at=why.last.at,
            by=why.last.by,
        )


class SuggestionList(BaseModel):
    """The body that has the incident, and the likeliest bodies, the best first."""

    model_config = example(
        current=CURRENT,
        items=[{"authority": {"id": 4, "name": "Водоканал"}, "chance": 0.75, "ground": "rule", "topic": "water", "rule_id": 3}],
    )

    current: CurrentOut | None
    items: list[SuggestionOut]
