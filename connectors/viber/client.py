"""Calls to Viber by the right bot: each bot is a page, which is found by asking."""

from dataclasses import dataclass
from datetime import datetime

from connectors.sdk.contract import ConnectorContext, Credential, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone
from connectors.sdk.http import Asking, ConnectorHttp, HttpCall, HttpLimits, Received
from connectors.viber import settings
from connectors.viber.account import Account, read_account
from connectors.viber.api import ASKING, Answer, Document, read_answer, written_call


@dataclass(frozen=True, slots=True)
class Serving:
    """A bot as it was found at the moment."""

    credential: Credential
    account: Account
    found_at: datetime


class ViberClient:
    """The connections to Viber and the bots; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._context = context
        self._http = ConnectorHttp(context.ledger, context.observe, limits)
        self._serving: dict[Wall, Serving] = {}
        self._last: dict[Wall, str] = {}

    @property
    def bots(self) -> list[Credential]:
        """The bots that there are."""
        return list(self._context.credentials)

    def now(self) -> datetime:
        """The moment on the core's clock."""
        return self._context.now()

    async def account(self, credential: Credential) -> Account:
        """The bot as Viber shows it."""
        return read_account(await self._http.read(self._asking(ASKING, {}), [credential]))

    async def write(self, credential: Credential, method: str, document: Document) -> Answer:
        """Viber's answer to one write, sent once."""
        return await self._http.write(self._asking(method, document), [credential])

    async def serving(self, wall: Wall, *, afresh: bool = False) -> Serving:
        """The bot of a page; the last refusal where none of ours is."""
        known = self._serving.get(wall)
        if known is None or afresh or known.found_at + settings.PAGE_LASTS <= self.now():
            self._serving.pop(wall, None)
            self._serving[wall] = known = await self._find(wall)
            self._last[wall] = known.credential.name
        return known

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()

    async def _find(self, wall: Wall) -> Serving:
        refused: ConnectorError | None = None
        for credential in sorted(self.bots, key=lambda bot: bot.name != self._last.get(wall)):  # who was it last is asked first
            try:
                account = await self.account(credential)
            except (AccessDenied, AuthenticationFailed, SourceGone) as error:
                refused = error
                continue
            if account.page.wall == wall:
                return Serving(credential, account, self.now())
        raise refused or SourceGone(f"no stored token is that of the bot {wall.external_id}: add it by `otklik credential add viber_bot`")

    def _asking(self, method: str, document: Document) -> Asking[Answer]:
        def call_by(credential: Credential) -> HttpCall:
            return written_call(self._context.base_url, method, document, credential)

        def decode(received: Received, credential: Credential) -> Answer:
            return read_answer(received, method=method, credential=credential)

        return Asking(method, call_by, decode)
