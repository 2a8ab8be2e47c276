"""A person's word about a verdict: what a message is, in place of or in agreement with what the classifier said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from app.domain.verdict import Kind


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says; None where nothing is said. The same as the classifier said is a confirmation."""

    kind: Kind | None = None
    topic: str | None = None
    urgent: bool | None = None

    @property
    def is_empty(self) -> bool:
        return self == Word()

    def as_data(self) -> dict[str, Any]:
        """The word as the log holds it."""
        said = {"kind": None if self.kind is None else self.kind.value, "topic": self.topic, "urgent": self.urgent}
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The word that the log holds among what else it says of a step."""
        kind = data.get("kind")
        return cls(None if kind is None else Kind(kind), data.get("topic"), data.get("urgent"))
