"""The emulator as its users hold it: bots, the people of a town who write to them, and the ASGI application over both."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from time import monotonic as real_monotonic
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.emulation.faults import Fault, FaultKind, Faults, fates, spoiled
from connectors.sdk.emulation.ledger import ReceivedCall, fingerprint
from connectors.sdk.emulation.replay import Replay
from connectors.sdk.emulation.town import Town, TownMessage, TownPerson, is_present, text_at
from connectors.sdk.emulation.wire import JSON, encode
from connectors.viber.emulator.bots import Bot, Json
from connectors.viber.emulator.methods import METHODS, Call, Refusal
from connectors.viber.emulator.webhooks import deliver_to, try_webhook

SECOND = 1.0
DEAD_TOKEN, TOO_MANY = 2, 12


class ViberEmulator:
    """Viber by the clock `now` (aware UTC, forward only), for the `bots` of pages: tokens to page ids.

    What people of the town comment under a page's posts elsewhere, they write to its bot here. What they wrote before the bot had a
    webhook nobody is ever told.
    """

    def __init__(
        self,
        town: Town,
        *,
        now: Callable[[], datetime],
        bots: Mapping[str, int],
        calls_per_second: int = 50,
        faults: Faults | None = None,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self.calls: list[ReceivedCall] = []
        self._now = now
        self._monotonic = monotonic
        self._calls_per_second = calls_per_second
        self._recent: dict[str, deque[float]] = {token: deque() for token in bots}
        pages = {page.id: page for page in town.pages}
        self._bots = {token: Bot(token, pages[page_id]) for token, page_id in bots.items()}
        self._told: set[str] = set()
        self._replay = Replay(town, self._settle)
        self._replay.advance(now())
        self._fates: Iterator[Fault | None] = fates(faults)

    def app(self) -> Starlette:
        """The ASGI application: `/<method>` by POST."""
        return Starlette(routes=[Route("/{method}", self._serve, methods=["POST"])])

    def bot(self, token: str) -> Bot:
        """A bot, to look at or to change."""
        self._current()
        return self._bots[token]

    def person(self, number: int) -> TownPerson:
        return self._replay.people.get(number) or TownPerson(number, "Житель", "")

    def add(self, message: TownMessage) -> None:
        """Lets one more message appear at its time."""
        self._current()
        self._replay.add(message)

    def write(self, token: str, person: int, message: str | Json) -> str:
        """A person writes to the bot, words or a message in Viber's shape; the number of the message."""
        said = {"type": "text", "text": message} if isinstance(message, str) else message
        return str(self._bots[token].hear(self.person(person), said, self._current()))

    def leave(self, token: str, person: int) -> None:
        """A person unsubscribes; the bot may not write to them any more."""
        bot = self._bots[token]
        who = bot.id_of(person)
        bot.subscribers.discard(who)
        bot.tell("unsubscribed", {"user_id": who, "message_token": bot.token_of_next()}, self._current())

    def fail(self, token: str, number: str, words: str = "Message could not be delivered") -> None:
        """A message of the bot comes to nobody."""
        bot = self._bots[token]
        told = {"message_token": int(number), "user_id": bot.sent[number]["receiver"], "desc": words}
        bot.tell("failed", told, self._current())

    def break_with(self, faults: Faults | None) -> None:
        """Begins another sequence of failures, or ends them."""
        self._fates = fates(faults)

    async def deliver(self, client: httpx.AsyncClient) -> int:
        """Calls webhooks with what waits; how many events were taken."""
        now = self._current()
        return sum([await deliver_to(bot, client, now) for bot in self._bots.values()])

    def _current(self) -> datetime:
        self._replay.advance(self._now())
        return self._replay.now

    def _settle(self, message: TownMessage) -> None:
        """Only what is new: edits and deletions Viber tells nobody of."""
        now = self._replay.now
        if message.post_key is None or message.author_id <= 0 or message.key in self._told or not is_present(message, now):
            return
        self._told.add(message.key)
        for bot in self._bots.values():
            if bot.page.id == message.page_id:
                words = text_at(message, now)
                picture = {"type": "picture", "text": words, "media": "https://media.invalid/p", "thumbnail": "https://media.invalid/t"}
                bot.hear(self.person(message.author_id), picture if message.attachments else {"type": "text", "text": words}, now)

    async def _serve(self, request: Request) -> Response:
        received_at, fate, method = self._monotonic(), next(self._fates), request.path_params["method"]
        try:
            fields = json.loads(await request.body())
        except ValueError:
            fields = {}
        token = request.headers.get("X-Viber-Auth-Token") or str(fields.get("auth_token", ""))
        if method not in METHODS:
            return Response(b"<html><body>404</body></html>", 404, media_type="text/html")
        try:
            body: Json = {"status": 0, "status_message": "ok", **await self._answer(token, method, fields, fate)}
            outcome = "ok"
        except Refusal as refusal:
            body, outcome = {"status": refusal.status, "status_message": str(refusal)}, f"status {refusal.status}"
        self.calls.append(ReceivedCall(method, fingerprint(token), received_at, outcome))
        answer = Response(encode(body | {"chat_hostname": "SN-CHAT-01_"}), media_type=JSON)
        return spoiled(answer, fate) if fate else answer

    async def _answer(self, token: str, method: str, fields: Mapping[str, Any], fate: Fault | None) -> Json:
        if fate and fate.kind is FaultKind.REFUSAL:
            raise Refusal(fate.code)
        bot = self._bots.get(token)
        if bot is None:
            raise Refusal(DEAD_TOKEN)
        self._count(token)
        if fate and not fate.is_done:
            return {}
        now = self._current()
        return await METHODS[method](Call(bot, fields, now, lambda bot, url: try_webhook(bot, url, now)))

    def _count(self, token: str) -> None:
        now, moments = self._monotonic(), self._recent[token]
        while moments and moments[0] <= now - SECOND:
            moments.popleft()
        if len(moments) >= self._calls_per_second:
            raise Refusal(TOO_MANY)
        moments.append(now)
