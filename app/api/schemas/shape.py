"""The form that all shapes share."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from app.storage.incident_details import Named


def example(**fields: Any) -> ConfigDict:
    """The settings of a shape that is given out, with an example for its description."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


def strict_example(**fields: Any) -> ConfigDict:
    """The settings of a shape that is taken in: a field that nobody knows is refused, not passed over."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class NamedOut(BaseModel):
    """Something with a number and a name."""

    model_config = example(id=4, name="Городская администрация")

    id: int
    name: str

    @classmethod
    def of(cls, named: Named | None) -> "NamedOut | None":
        return None if named is None else cls(id=named.id, name=named.name)
