"""The emulator as its users hold it: a world, its gate, and the ASGI application over them."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from random import Random
from time import monotonic as real_monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.ok.emulator import comments, groups, topics
from connectors.ok.emulator.call import Call, Method
from connectors.ok.emulator.keys import Gate, read_keys
from connectors.ok.emulator.parameters import Parameters
from connectors.ok.emulator.quirks import Quirks, distorted
from connectors.ok.emulator.refusals import Refusal, error_body
from connectors.ok.emulator.world import VisibleMessage, World
from connectors.sdk.emulation.faults import Fault, FaultKind, Faults, fates, spoiled
from connectors.sdk.emulation.ledger import ReceivedCall, fingerprint, peak_calls_per_second
from connectors.sdk.emulation.town import Town, TownMessage
from connectors.sdk.emulation.wire import JSON, encode, read_parameters

READING: Mapping[str, Method] = {**groups.METHODS, **topics.METHODS, **comments.READING}
WRITING: Mapping[str, Method] = {**READING, **comments.WRITE}
PLAIN = Quirks()


class OkEmulator:
    """OK replaying `town` by the clock `now` (aware UTC, forward only). The rate counts real seconds, the limits the world's days.

    `app_secrets` are the JSON documents that credentials of the kind `ok_app` hold. `takes_replies` brings back the method
    that OK's documentation has lost; tokens are administrators of all pages unless `administered` says which.
    """

    def __init__(
        self,
        town: Town,
        *,
        now: Callable[[], datetime],
        app_secrets: Collection[str],
        calls_per_second: int = 3,
        calls_per_day: Mapping[str, int] | None = None,
        takes_replies: bool = False,
        administered: Mapping[str, Collection[int]] | None = None,
        faults: Faults | None = None,
        quirks: Quirks | None = None,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self.calls: list[ReceivedCall] = []
        self.quirks = quirks or PLAIN
        self._now = now
        self._monotonic = monotonic
        self._world = World(town, now())
        self._methods = WRITING if takes_replies else READING
        self._administered = administered
        self._fates = fates(faults)
        self._random = Random(self.quirks.seed)
        self._gate = Gate(read_keys(app_secrets), calls_per_second, calls_per_day or {}, monotonic)

    def app(self) -> Starlette:
        """The ASGI application: `/fb.do?method=<name>` and `/api/<group>/<method>`, by GET and POST."""
        ways = ["GET", "POST"]
        return Starlette(routes=[Route("/fb.do", self._serve, methods=ways), Route("/api/{group}/{method}", self._serve, methods=ways)])

    @property
    def ids(self) -> Mapping[str, str]:
        """The OK id of every message published so far by its key in the town."""
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
        """Hides the topics of a page from strangers, or shows them again."""
        self._current().replay.change_page(page_id, closed=closed)

    def delete_page(self, page_id: int) -> None:
        self._current().replay.change_page(page_id, deleted=True)

    def revoke(self, app_secret: str) -> None:
        """Ends the session of a token for good."""
        self._gate.keys[token_of(app_secret)].is_revoked = True

    def withdraw(self, app_secret: str, right: str) -> None:
        """Takes a right from the application of a token."""
        key = self._gate.keys[token_of(app_secret)]
        key.rights = key.rights - {right}

    def block_address(self, *, blocked: bool = True) -> None:
        """Refuses every call from anywhere, whatever its key, or lets them in again."""
        self._gate.is_address_blocked = blocked

    def allow_replies(self, *, allowed: bool = True) -> None:
        """Brings the method for writing comments back, or takes it away."""
        self._methods = WRITING if allowed else READING

    def break_with(self, faults: Faults | None) -> None:
        """Begins another sequence of failures, or ends them."""
        self._fates = fates(faults)

    def visible(self, now: datetime | None = None) -> Mapping[str, VisibleMessage]:
        """By its key, every message that can be read now, or could at an earlier moment (as pages stand now)."""
        return {message.key: message for message in self._current().visible(now)}

    def peak_calls_per_second(self, app_secret: str) -> int:
        """The most calls with the key that came in within any one second, refused ones included."""
        return peak_calls_per_second(self.calls, fingerprint(token_of(app_secret)))

    def _current(self) -> World:
        self._world.replay.advance(self._now())
        return self._world

    async def _serve(self, request: Request) -> Response:
        received_at = self._monotonic()
        fate = next(self._fates)
        parameters = await read_parameters(request)
        method = method_name(request, parameters)
        answer, outcome = self._answer(method, parameters, fate)
        self.calls.append(ReceivedCall(method, fingerprint(parameters.get("access_token", "")), received_at, outcome))
        return spoiled(answer, fate) if fate else answer

    def _answer(self, method: str, parameters: Mapping[str, str], fate: Fault | None) -> tuple[Response, str]:
        """The answer and the outcome for the ledger."""
        try:
            if fate and fate.kind is FaultKind.REFUSAL:
                raise Refusal(fate.code, "The service is tired")
            if fate and not fate.is_done:
                return refused(Refusal(2, "Service is temporarily unavailable")), f"fault {fate.kind}"
            answer = self._perform(method, parameters)
        except Refusal as refusal:
            return refused(refusal), f"error {refusal.code}"
        return Response(encode(answer), media_type=JSON), f"fault {fate.kind}" if fate else "ok"

    def _perform(self, name: str, parameters: Mapping[str, str]) -> Any:
        key = self._gate.recognise(parameters)
        method = self._methods.get(name)
        if method is None:
            raise Refusal(3, f"Method {name[:60]} not exist")
        world = self._current()
        self._gate.admit(key, name, method.rights, world.now)
        pages = world.replay.pages if self._administered is None else self._administered.get(key.access_token, ())
        call = Call(world, self._gate, key, Parameters(parameters), self.quirks, tuple(pages))
        return distorted(method.answer(call), self.quirks, self._random)


def token_of(app_secret: str) -> str:
    """The access token in the document of a credential."""
    return str(json.loads(app_secret)["access_token"])


def method_name(request: Request, parameters: Mapping[str, str]) -> str:
    """The method's full name, from the path or from the parameters."""
    path = request.path_params
    return f"{path['group']}.{path['method']}" if path else parameters.get("method", "")


def refused(refusal: Refusal) -> Response:
    """The error object with HTTP 200; the code stands in a header as well."""
    return Response(encode(error_body(refusal)), media_type=JSON, headers={"invocation-error": str(refusal.code)})
