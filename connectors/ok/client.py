"""Calls to OK with the right key: keys go round, and an address that OK has blocked rests as a whole."""

from functools import partial

from connectors.ok.api import Answer, Parameters, read_answer, written_call
from connectors.ok.credentials import CredentialPool
from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited
from connectors.sdk.http import ConnectorHttp, HttpLimits

REFUSALS_OF_A_KEY = (AuthenticationFailed, QuotaExhausted, RateLimited)


class OkClient:
    """The connections to OK and the keys; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self.now = context.now
        self._base_url = context.base_url
        self._http = ConnectorHttp(context.observe, limits)
        self._pool = CredentialPool(context.credentials, context.now)

    async def read(self, method: str, parameters: Parameters) -> Answer:
        """OK's answer by the first key that OK lets in; else the last refusal."""
        refusal: ConnectorError | None = None
        for credential in self._pool.candidates(method):
            try:
                return await self._call(credential, method, parameters, is_write=False)
            except REFUSALS_OF_A_KEY as error:
                if not self._pool.note(credential, method, error):
                    raise
                refusal = error
        raise refusal or AuthenticationFailed(f"{method}: no OK key has been given")

    async def write(self, method: str, parameters: Parameters) -> Answer:
        """OK's answer to one write, sent once by each key until one is let in; a refusal says that it had no effect."""
        refusal: ConnectorError | None = None
        for credential in self._pool.candidates(method):
            try:
                return await self._call(credential, method, parameters, is_write=True)
            except (*REFUSALS_OF_A_KEY, AccessDenied) as error:
                if not self._pool.note(credential, method, error) and not isinstance(error, AccessDenied):
                    raise
                refusal = error
        raise refusal or AuthenticationFailed(f"{method}: no OK key has been given")

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()

    async def _call(self, credential: Credential, method: str, parameters: Parameters, *, is_write: bool) -> Answer:
        call = written_call(self._base_url, method, parameters, credential)
        decode = partial(read_answer, method=method, credential=credential, now=self.now(), is_write=is_write)
        send = self._http.write if is_write else self._http.read
        return await send(call, credential, decode)
