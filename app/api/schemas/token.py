"""API tokens as the API takes and shows them."""

from datetime import datetime

from pydantic import BaseModel

from app.api.parameters import ShortText
from app.api.schemas.shape import example, strict_example
from app.domain.operator import Role
from app.storage.access.tokens import Token

TOKEN = {
    "id": 1,
    "name": "weekly report",
    "role": "viewer",
    "created_at": "2026-03-11T09:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}


class TokenIn(BaseModel):
    """A token to make. `name` is the operator or script that will carry it, registered if new."""

    model_config = strict_example(name="weekly report", role="viewer")

    name: ShortText
    role: Role


class TokenOut(BaseModel):
    """A token without its secret; `last_used_at` is exact to a minute."""

    model_config = example(**TOKEN)

    id: int
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> "TokenOut":
        return cls(
            id=token.id,
            name=token.name,
            role=token.role,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
        )


class NewTokenOut(BaseModel):
    """A new token. `token` is shown this once; it is null when the request was only sent again."""

    model_config = example(id=1, name="weekly report", role="viewer", created_at="2026-03-11T09:00:00Z", token="otk_" + "0" * 43)

    id: int
    name: str
    role: Role
    created_at: datetime
    token: str | None


class TokenPage(BaseModel):
    """A page of tokens."""

    model_config = example(items=[TOKEN], next_cursor=None)

    items: list[TokenOut]
    next_cursor: str | None
