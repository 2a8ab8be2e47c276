"""Keys to the networks as the API shows them."""

from datetime import datetime

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.storage.calls.quotas import ANY_METHOD, CredentialUse

METHOD = {"method": "wall.get", "calls_24h": 1200, "calls_today": 700, "refused": None, "refused_until": None, "error": None}
CREDENTIAL = {
    "network": "vk",
    "kind": "vk_service",
    "name": "main",
    "state": "usable",
    "until": None,
    "error": None,
    "calls_per_second": 3.0,
    "calls_per_second_limit": 3,
    "methods": [METHOD],
}


class CredentialMethodOut(BaseModel):
    """One method by one key. `refused` is why the network refuses it now (quota, right, flood), if it does."""

    model_config = example(**METHOD)

    method: str
    calls_24h: int
    calls_today: int
    refused: str | None
    refused_until: datetime | None
    error: str | None


class CredentialOut(BaseModel):
    """A key without its secret. `state` is "usable", or why all its calls are refused; without `until` for good."""

    model_config = example(**CREDENTIAL)

    network: str
    kind: str
    name: str
    state: str
    until: datetime | None
    error: str | None
    calls_per_second: float
    calls_per_second_limit: int
    methods: list[CredentialMethodOut]

    @classmethod
    def of(cls, use: CredentialUse, *, now: datetime) -> "CredentialOut":
        block = use.block(ANY_METHOD, now)
        refused = {one.method: one for one in use.refused_methods(now)}
        methods = []
        for method in sorted(use.methods.keys() | refused.keys()):
            used, refusal = use.methods.get(method), refused.get(method)
            methods.append(
                CredentialMethodOut(
                    method=method,
                    calls_24h=used.window if used else 0,
                    calls_today=used.today if used else 0,
                    refused=refusal.reason if refusal else None,
                    refused_until=refusal.until if refusal else None,
                    error=refusal.error if refusal else None,
                )
            )
        return cls(
            network=use.network,
            kind=use.kind,
            name=use.name,
            state=block.reason if block else "usable",
            until=block.until if block else None,
            error=block.error if block else None,
            calls_per_second=use.rate,
            calls_per_second_limit=use.per_second,
            methods=methods,
        )


class CredentialList(BaseModel):
    """All keys; there are never so many that they would need pages."""

    model_config = example(items=[CREDENTIAL], next_cursor=None)

    items: list[CredentialOut]
    next_cursor: str | None
