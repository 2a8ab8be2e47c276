"""A small town with everything odd in it, a clock to drive, and a caller of the emulator's methods."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.vk.emulator import VkEmulator

START = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
SERVICE = "service-token"
COMMUNITY = "community-token"
PERSON = "person-token"
PAGE, GROUP, CLOSED, DELETED = 200, 201, 202, 203
ANNA, BORIS, VERA = 1, 2, 3


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class Clock:
    """The world's clock: stands still until it is set."""

    def __init__(self, minutes: float = 0) -> None:
        self.moment = at(minutes)

    def __call__(self) -> datetime:
        return self.moment

    def set(self, minutes: float) -> None:
        self.moment = at(minutes)


class FastSeconds:
    """A monotonic clock on which every reading is a second later, so that no rate is ever exceeded."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


def post(key: str, minutes: float, text: str = "Новости", *, author_id: int = -PAGE, **fields: Any) -> TownMessage:
    return TownMessage(key, fields.pop("page_id", PAGE), author_id, at(minutes), text, **fields)


def comment(key: str, minutes: float, text: str = "Когда?", *, author_id: int = ANNA, post_key: str = "post", **fields: Any) -> TownMessage:
    return TownMessage(key, fields.pop("page_id", PAGE), author_id, at(minutes), text, post_key=post_key, **fields)


PAGES = (
    TownPage(PAGE, "Администрация города", "gorod", members=5000, verified=True),
    TownPage(GROUP, "Подслушано", "podslushano", is_group=True),
    TownPage(CLOSED, "Соседи", "sosedi", closed=True),
    TownPage(DELETED, "Бывшие", "byvshie", deleted=True),
)
PEOPLE = (TownPerson(ANNA, "Анна", "Ильина"), TownPerson(BORIS, "Борис", "Ким"), TownPerson(VERA, "Вера", "Суханова"))

MESSAGES = (
    post("pinned", 0, "О приёме граждан", pinned=True),
    post("post", 1, "Пуск тепла", attachments=("photo", "link")),
    comment("question", 2, "Когда дадут тепло?"),
    comment("neighbour", 3, "И у нас холодно", author_id=BORIS, reply_to_key="question"),
    comment("answer", 4, "До пятницы.", author_id=-PAGE, reply_to_key="question", mentions=(ANNA,)),
    comment("nested", 5, "Спасибо", reply_to_key="answer", mentions=(-PAGE,)),
    comment("long", 6, "слово " * 40, author_id=VERA, edits=((at(8), "Коротко"),)),
    comment("gone", 7, "Ошибся", author_id=BORIS, deleted_at=at(9)),
    comment("stub", 7.5, "Было", author_id=BORIS, deleted_at=at(9), stays_as_stub=True, restored_at=at(20)),
    comment("root of others", 8, "Сотрите", author_id=BORIS, deleted_at=at(12)),
    comment("under it", 9, "Не надо", author_id=VERA, reply_to_key="root of others"),
    comment("sticker", 10, "", author_id=VERA, attachments=("sticker", "hologram")),
    post("resident", 11, "Яма на Лесной", author_id=VERA, edits=((at(13), "Яма на Лесной, 5"),)),
    post("repost", 12, "Делимся", repost_of_key="post"),
    post("closed comments", 13, comments_closed=True),
    post("hidden comments", 14, comments_hidden=True),
    post("short-lived", 15, deleted_at=at(16)),
    post("elsewhere", 15, page_id=GROUP, author_id=ANNA),
    comment("unseen", 16, post_key="elsewhere", page_id=GROUP, author_id=BORIS),
    post("among ourselves", 15, page_id=CLOSED, author_id=-CLOSED),
    comment("by a stranger", 17, "Куплю гараж", author_id=99),
)
TOWN = Town(PAGES, PEOPLE, MESSAGES)


def emulate(town: Town = TOWN, clock: Clock | None = None, **options: Any) -> VkEmulator:
    """An emulator that refuses no call for its rate unless `monotonic` is given."""
    tokens = {"service_tokens": [SERVICE], "community_tokens": {COMMUNITY: PAGE}, "user_tokens": [PERSON]}
    given: dict[str, Any] = {"monotonic": FastSeconds(), **tokens, **options}
    return VkEmulator(town, now=clock or Clock(60), **given)


def names_on(page_id: int, emulator: VkEmulator) -> dict[int, str]:
    """Keys of the odd town's messages by their ids on one wall; each wall counts its own."""
    ids = emulator.ids
    return {ids[message.key]: message.key for message in MESSAGES if message.page_id == page_id and message.key in ids}


class Caller:
    """Calls methods the way a client of VK does and gives the JSON that came."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def raw(self, method: str, *, token: str = SERVICE, **parameters: Any) -> dict[str, Any]:
        fields = {"v": "5.199"} | {name: str(value) for name, value in parameters.items()}
        answer = await self.client.post(f"/method/{method}", data=fields, headers={"Authorization": f"Bearer {token}"})
        body: dict[str, Any] = answer.json()
        return body

    async def __call__(self, method: str, *, token: str = SERVICE, **parameters: Any) -> Any:
        body = await self.raw(method, token=token, **parameters)
        assert "response" in body, body
        return body["response"]

    async def refused(self, method: str, *, token: str = SERVICE, **parameters: Any) -> int:
        """The code of the error that came."""
        body = await self.raw(method, token=token, **parameters)
        return int(body["error"]["error_code"])


@asynccontextmanager
async def calling(emulator: VkEmulator) -> AsyncIterator[Caller]:
    """A caller inside this process, without sockets."""
    transport = httpx.ASGITransport(emulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://vk.invalid") as client:
        yield Caller(client)
