"""The shapes of territories."""

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.domain.territory import Entry, EntryKind

TERRITORY = {"id": 12, "kind": "settlement", "code": "ivanovka", "parent_id": 3, "name": "Ивановка", "type": "село"}


class TerritoryOut(BaseModel):
    """A territory or settlement; without `parent_id` it is the root of a tree."""

    model_config = example(**TERRITORY)

    id: int
    kind: EntryKind
    code: str
    parent_id: int | None
    name: str
    type: str

    @classmethod
    def of(cls, entry: Entry) -> "TerritoryOut":
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class TerritoriesOut(BaseModel):
    """All of them, parents usually before their children."""

    model_config = example(items=[TERRITORY])

    items: list[TerritoryOut]
