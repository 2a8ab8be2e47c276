"""A small town with everything odd in it, a clock to drive, and a caller of the emulator's methods."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

import httpx

from connectors.ok.emulator import OkEmulator
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson

START = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
PAGE, GROUP, CLOSED, DELETED = 200, 201, 202, 203
ANNA, BORIS, VERA = 1, 2, 3
APP = json.dumps({"application_key": "public", "access_token": "token", "session_secret_key": "secret"})
OTHER = json.dumps({"application_key": "public", "access_token": "other", "session_secret_key": "hidden"})


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
    comment("thanks", 5, "Спасибо", reply_to_key="answer", mentions=(-PAGE,)),
    comment("edited", 6, "Было так", author_id=VERA, edits=((at(8), "Стало так"),)),
    comment("gone", 7, "Ошибся", author_id=BORIS, deleted_at=at(9)),
    comment("back", 7.5, "Было", author_id=BORIS, deleted_at=at(9), restored_at=at(20)),
    comment("under it", 8, "Не надо", author_id=VERA, reply_to_key="gone"),
    comment("sticker", 10, "", author_id=VERA, attachments=("sticker", "hologram")),
    post("resident", 11, "Яма на Лесной", author_id=VERA, edits=((at(13), "Яма на Лесной, 5"),)),
    post("repost", 12, "Делимся", repost_of_key="post"),
    post("closed comments", 13, comments_closed=True),
    post("hidden comments", 14, comments_hidden=True),
    post("short-lived", 15, deleted_at=at(16)),
    post("elsewhere", 15, page_id=GROUP, author_id=ANNA),
    post("among ourselves", 15, page_id=CLOSED, author_id=-CLOSED),
    comment("by a stranger", 17, "Куплю гараж", author_id=99),
)
TOWN = Town(PAGES, PEOPLE, MESSAGES)


def emulate(town: Town = TOWN, clock: Clock | None = None, **options: Any) -> OkEmulator:
    """An emulator that refuses no call for its rate unless `monotonic` is given."""
    given: dict[str, Any] = {"monotonic": FastSeconds(), "app_secrets": [APP, OTHER]} | options
    return OkEmulator(town, now=clock or Clock(60), **given)


def signed(method: str, app: str = APP, **parameters: Any) -> dict[str, str]:
    """The parameters of a call with everything that OK asks for."""
    key = json.loads(app)
    fields = {name: str(value) for name, value in parameters.items()}
    fields |= {"application_key": key["application_key"], "format": "json"} | ({"method": method} if method else {})
    text = "".join(f"{name}={value}" for name, value in sorted(fields.items())) + key["session_secret_key"]
    return fields | {"access_token": key["access_token"], "sig": md5(text.encode()).hexdigest()}


class Caller:
    """Calls methods the way a client of OK does and gives the JSON that came."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def raw(self, method: str, *, app: str = APP, **parameters: Any) -> httpx.Response:
        return await self.client.post("/fb.do", data=signed(method, app, **parameters))

    async def __call__(self, method: str, *, app: str = APP, **parameters: Any) -> Any:
        answer = (await self.raw(method, app=app, **parameters)).json()
        assert not (isinstance(answer, dict) and "error_code" in answer), answer
        return answer

    async def refused(self, method: str, *, app: str = APP, **parameters: Any) -> int:
        """The code of the error that came."""
        return int((await self.raw(method, app=app, **parameters)).json()["error_code"])

    async def comments(self, topic_id: str, **parameters: Any) -> dict[str, Any]:
        """A page of comments."""
        asked: dict[str, Any] = {"discussionId": topic_id, "discussionType": "GROUP_TOPIC", "count": 100} | parameters
        answer: dict[str, Any] = await self("discussions.getComments", **asked)
        return answer


@asynccontextmanager
async def calling(emulator: OkEmulator) -> AsyncIterator[Caller]:
    """A caller inside this process, without sockets."""
    transport = httpx.ASGITransport(emulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://ok.invalid") as client:
        yield Caller(client)
