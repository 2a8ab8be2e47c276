"""The emulator as its users hold it: a world, its gate, and the ASGI application over them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from random import Random
from time import monotonic as real_monotonic
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.emulation.faults import Fault, FaultKind, Faults, fates, spoiled
from connectors.sdk.emulation.ledger import ReceivedCall, fingerprint, peak_calls_per_second
from connectors.sdk.emulation.town import Town, TownMessage
from connectors.sdk.emulation.wire import JSON, encode, read_parameters
from connectors.vk.emulator import boards, comments, communities, posts, push_settings, videos
from connectors.vk.emulator.call import Call, Method
from connectors.vk.emulator.callbacks import deliver_due
from connectors.vk.emulator.happenings import event_of
from connectors.vk.emulator.long_poll import answer_long_poll
from connectors.vk.emulator.parameters import Parameters
from connectors.vk.emulator.push import Pushes, PushQuirks
from connectors.vk.emulator.quirks import Quirks, distort
from connectors.vk.emulator.refusals import Refusal, error_body
from connectors.vk.emulator.tokens import RIGHTS, Gate, Token, TokenKind
from connectors.vk.emulator.wall import Entry
from connectors.vk.emulator.world import Happening, VisibleMessage, World

ROOMS = (posts, comments, communities, boards, videos, push_settings)
METHODS: Mapping[str, Method] = {name: method for room in ROOMS for name, method in room.METHODS.items()}
OLDEST_VERSION = (5, 81)


class VkEmulator:
    """VK replaying `town` by the clock `now` (aware UTC, forward only). The rates count real seconds, the quotas the world's days."""

    def __init__(
        self,
        town: Town,
        *,
        now: Callable[[], datetime],
        service_tokens: Collection[str],
        community_tokens: Mapping[str, int] | None = None,
        user_tokens: Collection[str] = (),
        calls_per_second: int = 3,
        community_calls_per_second: int = 20,
        wall_get_per_day: int = 5000,
        rights: Mapping[str, tuple[str, ...]] | None = None,
        faults: Faults | None = None,
        quirks: Quirks | None = None,
        push_quirks: PushQuirks | None = None,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self.calls: list[ReceivedCall] = []
        self._now = now
        self._monotonic = monotonic
        self.pushes = Pushes(push_quirks)
        self._world = World(town, now(), self._tell)
        self._guids: dict[tuple[int, str], int] = {}
        self._fates = fates(faults)
        self._quirks = quirks
        self._random = Random(quirks.seed if quirks else 0)
        tokens = {secret: Token(TokenKind.SERVICE, calls_per_second) for secret in service_tokens}
        for secret in user_tokens:
            tokens[secret] = Token(TokenKind.USER, calls_per_second, rights=(rights or {}).get(secret, ("video",)))
        for secret, group_id in (community_tokens or {}).items():
            own_rights = (rights or {}).get(secret, tuple(RIGHTS))
            tokens[secret] = Token(TokenKind.COMMUNITY, community_calls_per_second, group_id, own_rights)
        self._gate = Gate(tokens, {"wall.get": wall_get_per_day}, monotonic)

    def app(self) -> Starlette:
        """The ASGI application: `/method/<name>` by GET and POST, and the long poll at the address that VK names."""
        long_poll = Route("/long_poll/{group_id:int}", self._serve_long_poll, methods=["GET", "POST"])
        return Starlette(routes=[Route("/method/{method}", self._serve, methods=["GET", "POST"]), long_poll])

    @property
    def ids(self) -> Mapping[str, int]:
        """The VK id of every message published so far by its key in the town."""
        return {key: entry.id for key, entry in self._current().entries.items()}

    def add(self, message: TownMessage) -> None:
        """Lets one more message appear at its time."""
        self._current().replay.add(message)

    def change(self, key: str, **fields: Any) -> None:
        """Changes fields of a `TownMessage`: its deletion, edits, pin, date …"""
        self._current().replay.change(key, **fields)

    def rename(self, page_id: int, screen_name: str) -> None:
        """Gives a page another short name; the old one leads nowhere."""
        self._current().replay.change_page(page_id, screen_name=screen_name)

    def close(self, page_id: int, *, closed: bool = True) -> None:
        """Hides the wall of a page from strangers, or opens it again."""
        self._current().replay.change_page(page_id, closed=closed)

    def delete_page(self, page_id: int) -> None:
        self._current().replay.change_page(page_id, deleted=True)

    def revoke(self, secret: str) -> None:
        """Makes a token invalid from now on."""
        self._gate.tokens[secret].is_revoked = True

    def break_with(self, faults: Faults | None) -> None:
        """Begins another sequence of failures, or ends them."""
        self._fates = fates(faults)

    def visible(self, now: datetime | None = None) -> Mapping[str, VisibleMessage]:
        """By its key, every message that can be read now, or could at an earlier moment (as pages stand now)."""
        return {message.key: message for message in self._current().visible(now)}

    async def deliver(self, client: httpx.AsyncClient) -> int:
        """Sends to callback servers what is due by now; how many deliveries were accepted."""
        now = self._current().now
        return await deliver_due(self.pushes, client, now)

    def peak_calls_per_second(self, secret: str) -> int:
        """The most calls with the token that came in within any one second, refused ones included."""
        return peak_calls_per_second(self.calls, fingerprint(secret))

    def _current(self) -> World:
        self._world.replay.advance(self._now())
        return self._world

    def _tell(self, world: World, happening: Happening, entry: Entry) -> None:
        event = event_of(world, happening, entry)
        if event is not None:
            self.pushes.tell(event[0], -entry.owner_id, event[1], world.now)

    async def _serve_long_poll(self, request: Request) -> Response:
        body = await answer_long_poll(self.pushes, request.path_params["group_id"], dict(request.query_params), self._current)
        return Response(encode(body), media_type=JSON)

    async def _serve(self, request: Request) -> Response:
        received_at = self._monotonic()
        fate = next(self._fates)
        parameters = await read_parameters(request)
        secret = bearer(request) or parameters.get("access_token", "")
        body, outcome = self._answer(request.path_params["method"], parameters, secret, fate, str(request.base_url))
        self.calls.append(ReceivedCall(request.path_params["method"], fingerprint(secret), received_at, outcome))
        answer = Response(encode(body), media_type=JSON)
        return spoiled(answer, fate) if fate else answer

    def _answer(
        self, method: str, parameters: Mapping[str, str], secret: str, fate: Fault | None, base_url: str
    ) -> tuple[dict[str, Any], str]:
        """The body of the answer and the outcome for the ledger."""
        try:
            if fate and fate.kind is FaultKind.REFUSAL:
                raise Refusal(fate.code)
            if fate and not fate.is_done:
                return error_body(Refusal(10), method, parameters), f"fault {fate.kind}"
            answer = self._perform(method, parameters, secret, base_url)
        except Refusal as refusal:
            return error_body(refusal, method, parameters), f"error {refusal.code}"
        return {"response": answer}, f"fault {fate.kind}" if fate else "ok"

    def _perform(self, name: str, parameters: Mapping[str, str], secret: str, base_url: str) -> Any:
        method = METHODS.get(name)
        if method is None:
            raise Refusal(3)
        check_version(parameters.get("v", ""))
        token = self._gate.recognise(secret)
        world = self._current()
        self._gate.admit(token, name, method.kinds, world.now)
        answer = method.answer(Call(world, Parameters(parameters), token, self._guids, self.pushes, base_url))
        if self._quirks:
            distort(answer, self._quirks, self._random)
        return answer


def bearer(request: Request) -> str:
    """The token of the `Authorization` header, empty without one."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def check_version(version: str) -> None:
    """Refuses a call without a version or with one that VK has given up."""
    if not version:
        raise Refusal(8, "v is required")
    parts = version.split(".")
    if not all(part.isdecimal() for part in parts) or tuple(map(int, parts)) < OLDEST_VERSION:
        raise Refusal(8, 'versions below 5.81 are deprecated. Version param should be passed as "v".')
