"""Calls to VK with the right key: reads go round the keys, writes go by the key of the community that speaks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceUnavailable, UnexpectedResponse
from connectors.sdk.http import Asking, ConnectorHttp, HttpCall, HttpLimits, LongCall, Received
from connectors.sdk.refusals import blames_credential
from connectors.vk import settings
from connectors.vk.api import Answer, NoPersonsKey, Parameters, read_answer, written_call
from connectors.vk.schemas import read_communities

Value = TypeVar("Value")


class VkClient:
    """The connections to VK and the keys; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._context = context
        self._http = ConnectorHttp(context.ledger, context.observe, limits)
        self._waiting = ConnectorHttp(context.ledger, context.observe, replace(limits or HttpLimits(), connections=settings.LONG_POLLS))
        self._people = [credential for credential in context.credentials if credential.kind == settings.USER_KEY]
        others = [credential for credential in context.credentials if credential.kind != settings.USER_KEY]
        self._readers = sorted(others, key=lambda credential: credential.kind != settings.SERVICE_KEY)
        self._homes: dict[str, int | None] = {}

    def now(self) -> datetime:
        """The moment on the core's clock."""
        return self._context.now()

    @property
    def speaks_for_a_person(self) -> bool:
        """Whether there is a person's key, which videos need and nothing else is asked with."""
        return bool(self._people)

    async def read(self, method: str, parameters: Parameters) -> Answer:
        """VK's answer by a service key, or by a community's where no service key may call the method.

        What VK answers to people only is asked with a person's key; `NoPersonsKey` while there is none that may."""
        if method in settings.USER_METHODS:
            return await self._read_as_person(method, parameters)
        if not self._readers:
            raise AuthenticationFailed(f"{method}: no VK key has been given")
        return await self._http.read(self._asking(method, parameters), self._readers)

    async def _read_as_person(self, method: str, parameters: Parameters) -> Answer:
        """Such a key lives for an hour and is tied to a person, so that its end is no trouble of the page's."""
        if not self._people:
            raise NoPersonsKey(f"{method}: no key of a person has been given")
        try:
            return await self._http.read(self._asking(method, parameters), self._people)
        except ConnectorError as error:
            if not blames_credential(error):
                raise
            raise NoPersonsKey(str(error)) from error

    async def read_by(self, credential: Credential, method: str, parameters: Parameters) -> Answer:
        """VK's answer by one key."""
        return await self._http.read(self._asking(method, parameters), [credential])

    async def write(self, method: str, parameters: Parameters, *, group_id: int) -> Answer:
        """VK's answer to one write in the name of the community, sent once; `AccessDenied` without a key of that community."""
        return await self._http.write(self._asking(method, parameters), await self._keys_of(group_id, method))

    async def read_own(self, method: str, parameters: Parameters, *, group_id: int) -> Answer:
        """VK's answer to what only the community's own key may ask; `AccessDenied` without one."""
        return await self._http.read(self._asking(method, parameters), await self._keys_of(group_id, method))

    async def wait(self, call: LongCall, decode: Callable[[Received], Value]) -> Value:
        """What `decode` makes of the answer to a call that VK's long poll leaves open.

        VK names the address, in which a key of the community travels: never in clear, unless all of VK is asked so.
        """
        if self._context.base_url.startswith("https://") and not call.url.startswith("https://"):
            raise UnexpectedResponse(f"{call.name}: VK names an address without TLS")
        return await self._waiting.wait(call, decode)

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()
        await self._waiting.close()

    async def _keys_of(self, group_id: int, method: str) -> list[Credential]:
        keys = [key for key in self._context.credentials if key.kind == settings.COMMUNITY_KEY and await self._home(key) == group_id]
        if not keys:
            raise AccessDenied(f"{method}: there is no usable VK key of the community {group_id}", permanent=True)
        return keys

    async def _home(self, credential: Credential) -> int | None:
        """The community that a community key belongs to, asked once: without ids VK tells the key's own community."""
        if credential.name not in self._homes:
            try:
                communities = read_communities(await self.read_by(credential, "groups.getById", {}))
            except SourceUnavailable:
                raise
            except ConnectorError:  # a key that cannot say whose it is speaks for nobody; the next write asks again
                return None
            self._homes[credential.name] = communities[0].id if len(communities) == 1 else None
        return self._homes[credential.name]

    def _asking(self, method: str, parameters: Parameters) -> Asking[Answer]:
        def call_by(credential: Credential) -> HttpCall:
            return written_call(self._context.base_url, method, parameters, credential)

        def decode(received: Received, credential: Credential) -> Answer:
            return read_answer(received, method=method, credential=credential, now=self._context.now())

        return Asking(method, call_by, decode)
