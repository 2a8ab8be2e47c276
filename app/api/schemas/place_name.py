"""Names of places that operators taught, as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.api.schemas.queue import PageQuery
from app.api.schemas.shape import example, strict_example
from app.domain.operator import Role
from app.domain.place import PlaceKind
from app.domain.place_name import NameState
from app.storage.taught_names import ShownName

NAME = {
    "id": 3,
    "name": "пятой школы",
    "kind": "landmark",
    "entry_id": 214,
    "title": "гимназия № 2",
    "within": "город Заречный",
    "state": "used",
    "times": 1,
    "incident_id": 17,
    "role": "operator",
    "taught_at": "2026-03-11T09:04:00Z",
    "decided_by": None,
    "decided_at": None,
}


class PlaceNameQuery(PageQuery):
    """Names of one state, or all."""

    state: Annotated[NameState | None, Field(description="`offered`: waits for an administrator.")] = None


class PlaceNamePatch(BaseModel):
    """An administrator's word on a name."""

    model_config = strict_example(state="refused")

    state: Literal["used", "refused"]

    @property
    def wanted(self) -> NameState:
        return NameState(self.state)


class PlaceNameOut(BaseModel):
    """Words that mean an entry. `kind` is what they were taken for, null where nobody saw a place in them before an operator did;

    `times` counts the incidents that speak for it, `incident_id` is the newest of them, `role` that of who said so then.
    """

    model_config = example(**NAME)

    id: int
    name: str
    kind: PlaceKind | None
    entry_id: int
    title: str
    within: str | None
    state: NameState
    times: int
    incident_id: int
    role: Role
    taught_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, shown: ShownName) -> "PlaceNameOut":
        plain = ("id", "title", "within", "state", "times", "incident_id", "role", "taught_at", "decided_by", "decided_at")
        about = {name: getattr(shown, name) for name in plain}
        return cls(name=shown.name.name, kind=shown.name.kind, entry_id=shown.name.entry_id, **about)


class PlaceNamePage(BaseModel):
    """A page of names."""

    model_config = example(items=[NAME], next_cursor=None)

    items: list[PlaceNameOut]
    next_cursor: str | None
