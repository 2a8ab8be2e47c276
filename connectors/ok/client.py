"""Calls to OK by the keys of one application."""

from connectors.ok.api import Answer, Parameters, read_answer, written_call
from connectors.ok.credentials import keys_of_one_application
from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.errors import AuthenticationFailed
from connectors.sdk.http import Asking, ConnectorHttp, HttpCall, HttpLimits, Received


class OkClient:
    """The connections to OK and the keys; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self.now = context.now
        self._base_url = context.base_url
        self._http = ConnectorHttp(context.ledger, context.observe, limits)
        self._keys, self._complaint = keys_of_one_application(context.credentials)

    async def read(self, method: str, parameters: Parameters) -> Answer:
        """OK's answer by a key that OK lets in."""
        return await self._http.read(self._asking(method, parameters, is_write=False), self._usable(method))

    async def read_by(self, credential: Credential, method: str, parameters: Parameters) -> Answer:
        """OK's answer by one key."""
        return await self._http.read(self._asking(method, parameters, is_write=False), [credential])

    async def write(self, method: str, parameters: Parameters) -> Answer:
        """OK's answer to one write, sent once by each key until one is let in; a refusal says that it had no effect."""
        return await self._http.write(self._asking(method, parameters, is_write=True), self._usable(method))

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()

    def _usable(self, method: str) -> tuple[Credential, ...]:
        if not self._keys:
            raise AuthenticationFailed(f"{method}: {self._complaint or 'no OK key has been given'}")
        return self._keys

    def _asking(self, method: str, parameters: Parameters, *, is_write: bool) -> Asking[Answer]:
        def call_by(credential: Credential) -> HttpCall:
            return written_call(self._base_url, method, parameters, credential)

        def decode(received: Received, credential: Credential) -> Answer:
            return read_answer(received, method=method, credential=credential, now=self.now(), is_write=is_write)

        return Asking(method, call_by, decode)
