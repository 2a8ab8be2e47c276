"""The emulator as its users hold it: a world, its bots, and the ASGI application over them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
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
from connectors.sdk.emulation.town import Town, TownMessage
from connectors.sdk.emulation.wire import JSON, encode, read_parameters
from connectors.telegram.emulator.bots import Bot
from connectors.telegram.emulator.floods import Floods
from connectors.telegram.emulator.methods import METHODS, Call, unknown_method
from connectors.telegram.emulator.refusals import Refusal, error_body
from connectors.telegram.emulator.webhooks import deliver_to
from connectors.telegram.emulator.world import World

HasLeft = Callable[[], Awaitable[bool]]
"""Whether the caller has hung up: nobody is left to be told anything then."""
LOOK_EVERY_SECONDS = 0.02
LONGEST_WAIT = 50
WEBHOOK_IS_SET = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
FETCHED_ELSEWHERE = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
REFUSED_TOKEN = Refusal(401, "Unauthorized")


class TelegramEmulator:
    """Telegram replaying `town` by the clock `now` (aware UTC, forward only), for the `bots` of pages: tokens to page ids."""

    def __init__(
        self,
        town: Town,
        *,
        now: Callable[[], datetime],
        bots: Mapping[str, int],
        calls_per_second: int = 30,
        sends_per_minute: int = 20,
        faults: Faults | None = None,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self.calls: list[ReceivedCall] = []
        self._now = now
        self._monotonic = monotonic
        self._bots = {token: Bot(int(token.partition(":")[0]), f"page{page}_bot", page) for token, page in bots.items()}
        self._world = World(town, now(), list(self._bots.values()))
        self._floods = Floods(calls_per_second, sends_per_minute, monotonic)
        self._fates: Iterator[Fault | None] = fates(faults)

    def app(self) -> Starlette:
        """The ASGI application: `/bot<token>/<method>` by GET and POST."""
        return Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])])

    def bot(self, token: str) -> Bot:
        """A bot, to look at or to change: its standing in the chats, its queue, its webhook."""
        self._current()
        return self._bots[token]

    @property
    def ids(self) -> Mapping[str, int]:
        """By the town's key, the number of every message in its group (of posts: of their copies)."""
        return {key: entry.number for key, entry in self._current().entries.items()}

    def room(self, page_id: int) -> Mapping[int, Mapping[str, Any]]:
        """What stands in a group now, by number."""
        return self._current().rooms[page_id].messages

    def add(self, message: TownMessage) -> None:
        """Lets one more message appear at its time."""
        self._current().replay.add(message)

    def change(self, key: str, **fields: Any) -> None:
        """Changes fields of a `TownMessage`: its deletion, edits …"""
        self._current().replay.change(key, **fields)

    def write_privately(self, token: str, person: int, text: str) -> int:
        """A person writes to the bot; the number of the message."""
        return self._current().write_privately(self._bots[token], person, text)

    def break_with(self, faults: Faults | None) -> None:
        """Begins another sequence of failures, or ends them."""
        self._fates = fates(faults)

    async def deliver(self, client: httpx.AsyncClient) -> int:
        """Sends to webhooks what waits, in order, until one is not taken; how many updates were."""
        now = self._current().now
        return sum([await deliver_to(bot, client, now) for bot in self._bots.values()])

    def _current(self) -> World:
        self._world.replay.advance(self._now())
        return self._world

    async def _serve(self, request: Request) -> Response:
        received_at, fate = self._monotonic(), next(self._fates)
        token, method = request.path_params["token"], request.path_params["method"]
        parameters = await read_parameters(request)
        status = 200
        try:
            body, outcome = {"ok": True, "result": await self._answer(token, method, parameters, fate, request.is_disconnected)}, "ok"
        except Refusal as refusal:
            body, outcome, status = error_body(refusal), f"error {refusal.code}", refusal.code
        self.calls.append(ReceivedCall(method, fingerprint(token), received_at, outcome))
        answer = Response(encode(body), status, media_type=JSON)
        return spoiled(answer, fate) if fate else answer

    async def _answer(self, token: str, method: str, parameters: Mapping[str, str], fate: Fault | None, has_left: HasLeft) -> Any:
        if fate and fate.kind is FaultKind.REFUSAL:
            raise Refusal(fate.code, "Internal Server Error")
        bot = self._bots.get(token)
        if bot is None or bot.is_revoked:
            raise REFUSED_TOKEN
        self._floods.call(token)
        if fate and not fate.is_done:
            return True
        world = self._current()
        if method == "getUpdates":
            return await self._updates(bot, parameters, has_left)
        if method not in METHODS:
            raise unknown_method()
        return METHODS[method](Call(world, bot, parameters, self._floods.send))

    async def _updates(self, bot: Bot, parameters: Mapping[str, str], has_left: HasLeft) -> list[dict[str, Any]]:
        """What waits from the offset on; left open until something does. A second call ends the first."""
        if bot.webhook is not None:
            raise Refusal(409, WEBHOOK_IS_SET)
        call = Call(self._world, bot, parameters, self._floods.send)
        bot.allowed = call.listed("allowed_updates") or bot.allowed
        bot.fetches = mine = bot.fetches + 1
        seconds, limit = min(int(parameters.get("timeout", "0")), LONGEST_WAIT), int(parameters.get("limit", "100"))
        for _ in range(int(seconds / LOOK_EVERY_SECONDS) + 1):
            bot.forget(self._current().now, before=int(parameters.get("offset", "0")))
            if bot.waiting or not seconds or await has_left():
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if bot.fetches != mine:
                raise Refusal(409, FETCHED_ELSEWHERE)
        return [update for _, update in bot.waiting[:limit]]
