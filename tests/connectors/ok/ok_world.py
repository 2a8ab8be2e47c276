"""An OK with long lists of topics and comments behind real HTTP on loopback, and connectors to it."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.ok import settings
from connectors.ok.connector import OkConnector
from connectors.ok.emulator import OkEmulator
from connectors.sdk.contract import Author, CallLedger, ConnectorContext, Credential, Cursor, Message, MessageType, Page, PostRef, Wall
from connectors.sdk.emulation.faults import Faults
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.testing import OpenLedger
from tests.connectors.patient import QUICK

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CITY, CLINIC, CLOSED, DELETED = 53000000000300, 53000000000301, 53000000000302, 53000000000303
ANNA, BORIS, VERA = 560000000011, 560000000012, 560000000013
WALL = Wall("ok", f"group:{CITY}")
PAGES = (
    TownPage(CITY, "Администрация города", "gorod.zarechny", members=7000),
    TownPage(CLINIC, "Поликлиника № 2", "clinic2", is_group=True),
    TownPage(CLOSED, "Двор на Лесной", "dvor-lesnaya", closed=True),
    TownPage(DELETED, "Старая страница", "old.page", deleted=True),
)
PEOPLE = (TownPerson(ANNA, "Анна", "Лебедева"), TownPerson(BORIS, "Борис", "Ким"), TownPerson(VERA, "Вера", "Орлова"))


def app_secret(name: str, application: str = "the-application") -> str:
    """The document that a credential holds."""
    return json.dumps({"application_key": application, "access_token": f"token-{name}", "session_secret_key": f"secret-{name}"})


FIRST, SECOND = app_secret("first"), app_secret("second")
STRANGE = app_secret("strange", "another-application")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def post(key: str, minutes: float, text: str = "Новости города", **fields: Any) -> TownMessage:
    author_id = fields.pop("author_id", -CITY)
    return TownMessage(key, fields.pop("page_id", CITY), author_id, at(minutes), text, **fields)


def comment(key: str, minutes: float, text: str = "Когда почистят двор?", **fields: Any) -> TownMessage:
    author_id, post_key = fields.pop("author_id", ANNA), fields.pop("post_key", "post")
    return TownMessage(key, fields.pop("page_id", CITY), author_id, at(minutes), text, post_key=post_key, **fields)


@dataclass
class OkWorld:
    """The emulated OK, its clock and what the connector's context has seen."""

    emulator: OkEmulator
    base_url: str
    moment: datetime
    open_ledger: OpenLedger = field(default_factory=OpenLedger)
    observed: list[tuple[str, str, float]] = field(default_factory=list)

    def credential(self, secret: str) -> Credential:
        return Credential(settings.APPLICATION_KEY, f"key {secret[-12:-2]}", secret)

    @asynccontextmanager
    async def connector(self, *secrets: str, ledger: CallLedger | None = None) -> AsyncIterator[OkConnector]:
        """A connector with these keys (the first when none is named)."""
        credentials = [self.credential(secret) for secret in secrets or (FIRST,)]
        connector = OkConnector(
            ConnectorContext(self.base_url, credentials, ledger or self.open_ledger, lambda: self.moment, self.observe), QUICK
        )
        try:
            yield connector
        finally:
            await connector.close()

    def observe(self, method: str, outcome: str, seconds: float) -> None:
        self.observed.append((method, outcome, seconds))

    def post_ref(self, key: str) -> PostRef:
        return PostRef(WALL, self.emulator.ids[key])

    def message(self, key: str, post_key: str = "post") -> Message:
        """A message of the town as the core would hold it when somebody answers it."""
        post_id = None if key == post_key else self.emulator.ids[post_key]
        kind = MessageType.COMMENT if post_id else MessageType.POST
        return Message(kind, self.emulator.ids[key], WALL, "", START, Author(f"user:{ANNA}"), "Вопрос", post_id=post_id)

    def calls(self, method: str) -> int:
        """How often the method was called."""
        return sum(call.method == method for call in self.emulator.calls)


@asynccontextmanager
async def ok_world(
    messages: Sequence[TownMessage], *, minutes: float = 100_000, faults: Faults | None = None, **options: Any
) -> AsyncIterator[OkWorld]:
    """A running world at so many minutes after the start; its clock moves by `world.moment`."""
    clock: list[Callable[[], datetime]] = [lambda: at(minutes)]
    emulator = OkEmulator(
        Town(PAGES, PEOPLE, tuple(messages)),
        now=lambda: clock[0](),
        app_secrets=[FIRST, SECOND, STRANGE],
        faults=faults,
        **{"calls_per_second": 100_000} | options,
    )
    async with serve(emulator.app()) as base_url:
        world = OkWorld(emulator, base_url, at(minutes))
        clock[0] = lambda: world.moment
        yield world


async def pages_of(reading: AsyncIterator[Page]) -> list[Page]:
    return [page async for page in reading]


def messages_of(pages: Iterable[Page]) -> list[Message]:
    return [message for page in pages for message in page.messages]


def ids_of(pages: Iterable[Page]) -> set[str]:
    return {message.external_id for message in messages_of(pages)}


def checkpoint_of(pages: Sequence[Page]) -> Cursor:
    """The checkpoint of a finished reading."""
    checkpoint = pages[-1].checkpoint
    assert checkpoint is not None
    return checkpoint
