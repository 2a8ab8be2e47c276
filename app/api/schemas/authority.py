"""Authorities and their accounts as the API takes and shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from app.api.parameters import STORABLE, Moment, ShortText
from app.api.schemas.shape import NamedOut, example, strict_example
from app.api.schemas.source import Link
from app.domain.authority import Authority, OfficialAccount

ACCOUNT = {"network": "vk", "external_id": "-7", "valid_from": "2026-01-01T00:00:00Z", "valid_to": None}
AUTHORITY = {"id": 4, "name": "Городская администрация"}
Network = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[a-z0-9_]+$")]
ExternalId = Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)]


class AuthorityIn(BaseModel):
    """A body that is responsible for answering."""

    model_config = strict_example(name="Городская администрация")

    name: ShortText


class AccountIn(BaseModel):
    """An account under which an authority answers: by its link, or by network and id. Valid from now on unless said otherwise."""

    model_config = strict_example(network="vk", external_id="-7", valid_from="2026-01-01T00:00:00Z")

    url: Link | None = None
    network: Network | None = None
    external_id: ExternalId | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None

    @model_validator(mode="after")
    def _names_one_account(self) -> "AccountIn":
        if (self.url is None) == (self.network is None or self.external_id is None):
            raise ValueError("give either url, or network and external_id")
        return self


class AccountOut(BaseModel):
    """An account with its dates; `valid_to` null means until further notice."""

    model_config = example(**ACCOUNT)

    network: str
    external_id: str
    valid_from: datetime
    valid_to: datetime | None

    @classmethod
    def of(cls, account: OfficialAccount) -> "AccountOut":
        return cls(network=account.network, external_id=account.external_id, valid_from=account.valid_from, valid_to=account.valid_to)


class AuthorityOut(BaseModel):
    """A body with the accounts under which it answers, oldest first."""

    model_config = example(**AUTHORITY, accounts=[ACCOUNT])

    id: int
    name: str
    accounts: list[AccountOut]

    @classmethod
    def of(cls, authority: Authority, accounts: Sequence[OfficialAccount]) -> "AuthorityOut":
        return cls(id=authority.id, name=authority.name, accounts=[AccountOut.of(account) for account in accounts])


class AuthorityPage(BaseModel):
    """A page of authorities."""

    model_config = example(items=[AUTHORITY], next_cursor=None)

    items: list[NamedOut]
    next_cursor: str | None
