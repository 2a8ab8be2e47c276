"""A VK with long walls and long threads behind real HTTP on loopback, and connectors to it."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sdk.contract import CallLedger, ConnectorContext, Credential, Cursor, Message, Page, PostRef, Wall
from connectors.sdk.emulation.faults import Faults
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.testing import OpenLedger
from connectors.vk import settings
from connectors.vk.connector import VkConnector
from connectors.vk.emulator import VkEmulator
from tests.connectors.patient import QUICK

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CITY, CLINIC, CLOSED, DELETED = 300, 301, 302, 303
ANNA, BORIS, VERA = 11, 12, 13
SERVICE, SECOND_SERVICE, COMMUNITY, CLINIC_COMMUNITY = "service-secret", "second-secret", "community-secret", "clinic-secret"
PERSON, NEXT_PERSON = "person-secret", "next-secret"
KINDS = dict.fromkeys((COMMUNITY, CLINIC_COMMUNITY), settings.COMMUNITY_KEY) | dict.fromkeys((PERSON, NEXT_PERSON), settings.USER_KEY)
WALL = Wall("vk", f"-{CITY}")
PAGES = (
    TownPage(CITY, "Администрация города", "gorod_zarechny", members=7000),
    TownPage(CLINIC, "Поликлиника № 2", "clinic2", is_group=True),
    TownPage(CLOSED, "Двор на Лесной", "dvor_lesnaya", closed=True),
    TownPage(DELETED, "Старая страница", "old_page", deleted=True),
)
PEOPLE = (TownPerson(ANNA, "Анна", "Лебедева"), TownPerson(BORIS, "Борис", "Ким"), TownPerson(VERA, "Вера", "Орлова"))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def post(key: str, minutes: float, text: str = "Новости города", **fields: Any) -> TownMessage:
    author_id = fields.pop("author_id", -CITY)
    return TownMessage(key, fields.pop("page_id", CITY), author_id, at(minutes), text, **fields)


def comment(key: str, minutes: float, text: str = "Когда почистят двор?", **fields: Any) -> TownMessage:
    author_id, post_key = fields.pop("author_id", ANNA), fields.pop("post_key", "post")
    return TownMessage(key, fields.pop("page_id", CITY), author_id, at(minutes), text, post_key=post_key, **fields)


@dataclass
class VkWorld:
    """The emulated VK, its clock and what the connector's context has seen."""

    emulator: VkEmulator
    base_url: str
    moment: datetime
    boards: bool = False
    open_ledger: OpenLedger = field(default_factory=OpenLedger)
    observed: list[tuple[str, str, float]] = field(default_factory=list)

    def credential(self, secret: str) -> Credential:
        kind = KINDS.get(secret, settings.SERVICE_KEY)
        return Credential(kind, f"the {secret.split('-')[0]} key", secret)

    @asynccontextmanager
    async def connector(self, *secrets: str, ledger: CallLedger | None = None) -> AsyncIterator[VkConnector]:
        """A connector with these keys (the first service key when none is named)."""
        credentials = [self.credential(secret) for secret in secrets or (SERVICE,)]
        context = ConnectorContext(self.base_url, credentials, ledger or self.open_ledger, lambda: self.moment, self.observe)
        connector = VkConnector(context, QUICK, boards=self.boards)
        try:
            yield connector
        finally:
            await connector.close()

    def observe(self, method: str, outcome: str, seconds: float) -> None:
        self.observed.append((method, outcome, seconds))

    def post_ref(self, key: str) -> PostRef:
        return PostRef(WALL, str(self.emulator.ids[key]))

    def calls(self, method: str) -> int:
        """How often the method was called."""
        return sum(call.method == method for call in self.emulator.calls)


@asynccontextmanager
async def vk_world(
    messages: Sequence[TownMessage], *, minutes: float = 100_000, faults: Faults | None = None, **options: Any
) -> AsyncIterator[VkWorld]:
    """A running world at so many minutes after the start; its clock moves by `world.moment`."""
    clock: list[Callable[[], datetime]] = [lambda: at(minutes)]
    emulator = VkEmulator(
        Town(PAGES, PEOPLE, tuple(messages)),
        now=lambda: clock[0](),
        service_tokens=[SERVICE, SECOND_SERVICE],
        community_tokens={COMMUNITY: CITY, CLINIC_COMMUNITY: CLINIC},
        user_tokens=[PERSON, NEXT_PERSON],
        faults=faults,
        **{"calls_per_second": 100_000, "community_calls_per_second": 100_000} | options,
    )
    async with serve(emulator.app()) as base_url:
        world = VkWorld(emulator, base_url, at(minutes))
        clock[0] = lambda: world.moment
        yield world


async def pages_of(reading: AsyncIterator[Page]) -> list[Page]:
    return [page async for page in reading]


def messages_of(pages: Iterable[Page]) -> list[Message]:
    return [message for page in pages for message in page.messages]


def ids_of(pages: Iterable[Page]) -> set[int]:
    return {int(message.external_id) for message in messages_of(pages)}


def checkpoint_of(pages: Sequence[Page]) -> Cursor:
    """The checkpoint of a finished reading."""
    checkpoint = pages[-1].checkpoint
    assert checkpoint is not None
    return checkpoint
