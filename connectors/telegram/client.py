"""Calls to the Bot API by the right bot: each page is served by one of its own, which is found by asking."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from connectors.sdk.contract import ConnectorContext, Credential, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone, UnexpectedResponse
from connectors.sdk.fields import line, mapping, whole
from connectors.sdk.http import Asking, ConnectorHttp, HttpCall, HttpLimits, Received
from connectors.telegram import settings
from connectors.telegram.api import FETCHING, Answer, ChatMigrated, Parameters, read_answer, waiting_call, written_call
from connectors.telegram.bot_page import BotPage
from connectors.telegram.schemas import PRESENT, Chat, read_chat, read_status

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Serving:
    """A bot and the page that it serves, as they were found at the moment."""

    credential: Credential
    page: BotPage
    found_at: datetime


class TelegramClient:
    """The connections to Telegram and the bots; closed with `close`."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._context = context
        self._http = ConnectorHttp(context.ledger, context.observe, limits, decodes_429=True)
        waiting = replace(limits or HttpLimits(), connections=settings.LONG_POLLS)
        self._waiting = ConnectorHttp(context.ledger, context.observe, waiting, decodes_429=True)
        self._serving: dict[Wall, Serving] = {}
        self._last: dict[Wall, str] = {}
        self._names: dict[str, str] = {}

    @property
    def bots(self) -> list[Credential]:
        """The bots that there are."""
        return list(self._context.credentials)

    def now(self) -> datetime:
        """The moment on the core's clock."""
        return self._context.now()

    async def read(self, credential: Credential, method: str, parameters: Parameters) -> Answer:
        """Telegram's answer to one bot."""
        return await self._http.read(self._asking(method, parameters), [credential])

    async def write(self, credential: Credential, method: str, parameters: Parameters) -> Answer:
        """Telegram's answer to one write, sent once."""
        return await self._http.write(self._asking(method, parameters), [credential])

    async def wait(self, credential: Credential, parameters: Parameters, decode: Callable[[Answer], Value]) -> Value:
        """What `decode` makes of the answer to a long poll."""
        call = waiting_call(self._context.base_url, parameters, credential)
        return await self._waiting.wait(call, lambda received: decode(read_answer(received, method=FETCHING, credential=credential)))

    async def ask_any(self, method: str, parameters: Parameters) -> tuple[Credential, Answer]:
        """The first bot that may know, and what it was answered; the last refusal where none may."""
        refused: ConnectorError = AuthenticationFailed(f"{method}: no bot of Telegram has been given")
        for credential in self.bots:
            try:
                return credential, await self.read(credential, method, parameters)
            except (AccessDenied, AuthenticationFailed, SourceGone) as error:
                refused = error
        raise refused

    async def serving(self, wall: Wall, *, afresh: bool = False) -> Serving:
        """The bot that stands in the page's chats, and the page as it is now; believed for `PAGE_LASTS`."""
        known = self._serving.get(wall)
        if known is None or afresh or known.found_at + settings.PAGE_LASTS <= self.now():
            self._serving.pop(wall, None)
            self._serving[wall] = known = await self._find(wall)
            self._last[wall] = known.credential.name
        return known

    async def chat(self, credential: Credential, chat: int | str) -> Chat:
        """A chat as the bot sees it."""
        return read_chat(await self.read(credential, "getChat", {"chat_id": chat}))

    async def status(self, credential: Credential, chat: int) -> str:
        """Telegram's word for what the bot is in a chat: administrator, member, left, kicked …"""
        answer = await self.read(credential, "getChatMember", {"chat_id": chat, "user_id": bot_id(credential)})
        return read_status(answer)

    async def name_of(self, credential: Credential) -> str:
        """The bot's public name."""
        if credential.name not in self._names:
            answer = await self.read(credential, "getMe", {})
            if whole(mapping(answer.result).get("id")) != bot_id(credential):
                raise UnexpectedResponse("getMe: another bot answers than the token names")
            self._names[credential.name] = line(mapping(answer.result).get("username"))
        return self._names[credential.name]

    async def close(self) -> None:
        """Gives back the connections."""
        await self._http.close()
        await self._waiting.close()

    async def _find(self, wall: Wall) -> Serving:
        refused: ConnectorError = AuthenticationFailed("no bot of Telegram has been given")
        for credential in sorted(self.bots, key=lambda bot: bot.name != self._last.get(wall)):  # who served it last is asked first
            try:
                page = await self._page(credential, int(wall.external_id))
                status = await self.status(credential, page.group or page.page)
            except (AccessDenied, AuthenticationFailed, SourceGone) as error:
                refused = error
                continue
            if status in PRESENT:
                return Serving(credential, page, self.now())
            where = "the discussion group" if page.is_channel and page.group else "the chat"
            refused = AccessDenied(f"the bot {credential.name!r} is not in {where} of this page (Telegram says: {status}): add it there")
        raise refused

    async def _page(self, credential: Credential, page_id: int) -> BotPage:
        """The page as it is; a group that has become a supergroup is found where it went."""
        try:
            page = await self.chat(credential, page_id)
        except ChatMigrated as error:
            page = await self.chat(credential, error.chat_id)
        bot, name = bot_id(credential), await self.name_of(credential)
        if not page.is_channel:
            return BotPage(bot, page_id, page.id, False, name, page.username, page.username)
        group = None if page.linked is None else await self.chat(credential, page.linked)
        return BotPage(bot, page_id, group.id if group else 0, True, name, page.username, group.username if group else "")

    def _asking(self, method: str, parameters: Parameters) -> Asking[Answer]:
        def call_by(credential: Credential) -> HttpCall:
            return written_call(self._context.base_url, method, parameters, credential)

        def decode(received: Received, credential: Credential) -> Answer:
            return read_answer(received, method=method, credential=credential)

        return Asking(method, call_by, decode)


def bot_id(credential: Credential) -> int:
    """A bot's id stands before the colon of its token."""
    return whole(credential.secret.partition(":")[0]) or 0
