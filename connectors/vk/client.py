"""Calls to VK with the right key: reads go round the keys, writes go by the key of the community that speaks."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    SourceGone,
    UnexpectedResponse,
)
from connectors.sdk.http import ConnectorHttp, HttpCall, HttpLimits, LongCall, Received
from connectors.vk import settings
from connectors.vk.api import Answer, Parameters, read_answer, written_call
from connectors.vk.credentials import CredentialPool
from connectors.vk.schemas import read_communities

Value = TypeVar("Value")
Send = Callable[[HttpCall, Credential, Callable[[Received], Answer]], Awaitable[Answer]]
REFUSALS_OF_A_KEY = (AuthenticationFailed, AccessDenied, QuotaExhausted, RateLimited)


class VkClient:
    """The connections to VK and the keys; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._context = context
        self._http = ConnectorHttp(context.observe, limits)
        self._waiting = ConnectorHttp(context.observe, replace(limits or HttpLimits(), connections=settings.LONG_POLLS))
        self._pool = CredentialPool(context.credentials, context.now)
        self._homes: dict[str, int | None] = {}

    def now(self) -> datetime:
        """The moment on the core's clock."""
        return self._context.now()

    async def read(self, method: str, parameters: Parameters) -> Answer:
        """VK's answer by the first key that VK lets in; else the last refusal."""
        refusal: ConnectorError | None = None
        for credential in self._pool.candidates(method):
            try:
                return await self._read_with(credential, method, parameters)
            except REFUSALS_OF_A_KEY as error:
                if not self._pool.note(credential, method, error):
                    raise
                refusal = error
        raise refusal or AuthenticationFailed(f"{method}: no VK key has been given")

    async def write(self, method: str, parameters: Parameters, *, group_id: int) -> Answer:
        """VK's answer to one write in the name of the community, sent once; `AccessDenied` without a key of that community."""
        return await self._in_the_name_of(group_id, method, parameters, self._http.write)

    async def read_own(self, method: str, parameters: Parameters, *, group_id: int) -> Answer:
        """VK's answer to what only the community's own key may ask; `AccessDenied` without one."""
        return await self._in_the_name_of(group_id, method, parameters, self._http.read)

    async def wait(self, call: LongCall, decode: Callable[[Received], Value]) -> Value:
        """What `decode` makes of the answer to a call that VK's long poll leaves open."""
        return await self._waiting.wait(call, decode)

    async def _in_the_name_of(self, group_id: int, method: str, parameters: Parameters, send: Send) -> Answer:
        refusal: ConnectorError = AccessDenied(f"{method}: there is no usable VK key of the community {group_id}", permanent=True)
        for credential in self._pool.of_kind(settings.COMMUNITY_KEY):
            if not self._pool.is_free(credential, method) or await self._home(credential) != group_id:
                continue
            try:
                return await send(self._call(credential, method, parameters), credential, self._reader(credential, method))
            except REFUSALS_OF_A_KEY as error:
                if not self._pool.note(credential, method, error):
                    raise
                refusal = error
        raise refusal

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()
        await self._waiting.close()

    async def _home(self, credential: Credential) -> int | None:
        """The community that a community key belongs to, asked once: without ids VK tells the key's own community."""
        if credential.name not in self._homes:
            try:
                answer = await self._read_with(credential, "groups.getById", {})
            except REFUSALS_OF_A_KEY as error:
                self._pool.note(credential, "groups.getById", error)
                return None
            except (SourceGone, UnexpectedResponse):
                return None
            communities = read_communities(answer)
            self._homes[credential.name] = communities[0].id if len(communities) == 1 else None
        return self._homes[credential.name]

    async def _read_with(self, credential: Credential, method: str, parameters: Parameters) -> Answer:
        return await self._http.read(self._call(credential, method, parameters), credential, self._reader(credential, method))

    def _call(self, credential: Credential, method: str, parameters: Parameters) -> HttpCall:
        return written_call(self._context.base_url, method, parameters, credential)

    def _reader(self, credential: Credential, method: str) -> Callable[[Received], Answer]:
        return partial(read_answer, method=method, credential=credential, now=self._context.now())
