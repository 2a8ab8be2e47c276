"""The OK connector keeps the contract, against the emulator over real HTTP."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from connectors.ok.connector import OkConnector
from connectors.ok.emulator import Quirks
from connectors.sdk.contract import Author, Message, MessageType, PostRef, Wall
from connectors.sdk.errors import AccessDenied, InvalidLink, ReplyRejected, SourceGone
from connectors.sdk.testing import ConnectorContract, ContractWorld, Refusal
from tests.connectors.ok.ok_world import (
    ANNA,
    BORIS,
    CITY,
    CLOSED,
    DELETED,
    FIRST,
    SECOND,
    WALL,
    OkWorld,
    at,
    comment,
    ok_world,
    pages_of,
    post,
)

LINKS = (
    f"https://ok.ru/group/{CITY}",
    f" OK.RU/group/{CITY}/ ",
    f"https://m.ok.ru/group/{CITY}/topic/60000000000001",
    f"ok.ru/group{CITY}",
    f"http://www.odnoklassniki.ru/group/{CITY}?st._aid=x",
    f"https://m.ok.ru/dk?st.cmd=altGroupMain&st.groupId={CITY}",
    "https://ok.ru/gorod.zarechny",
    "odnoklassniki.ru/Gorod.Zarechny/topics",
    "gorod.zarechny",
    f"group:{CITY}",
)
WRONG_LINKS = (f"https://ok.ru/profile/{ANNA}", "https://ok.ru/game/51", "https://vk.com/club5", "https://ok.ru/", "просто слова", "")


CAN = frozenset({"resolve", "read_posts", "read_comments", "map_page", "check_credential", "count_comments", "publish_reply"})


def town_messages() -> list[Any]:
    posts = [post(f"p{number}", number, pinned=number == 5, comments_closed=number == 9) for number in range(130)]
    questions = [comment(f"c{number}", 1000 + number / 7, f"Вопрос {number}", post_key="p120") for number in range(230)]
    answers = [
        comment(f"a{number}", 2000 + number, "Сделаем", post_key="p120", author_id=-CITY, reply_to_key=f"c{number * 3}", mentions=(ANNA,))
        for number in range(40)
    ]
    odd = comment(
        "odd", 2900, "нет\u200bсвета \U0001f621 \x00 \ud83d", post_key="p120", author_id=BORIS, attachments=("photo", "unheard_of")
    )
    return [*posts, *questions, *answers, odd]


@pytest.fixture(scope="module")
def messages() -> list[Any]:
    return town_messages()


def refusals(connector: OkConnector) -> dict[str, Refusal]:
    def reading(page_id: int) -> Callable[[], Coroutine[Any, Any, object]]:
        return lambda: pages_of(connector.read_posts(Wall("ok", f"group:{page_id}"), None, not_before=at(0)))

    return {
        "a closed page": Refusal(reading(CLOSED), AccessDenied),
        "a deleted page": Refusal(reading(DELETED), SourceGone),
        "a post that never was": Refusal(lambda: pages_of(connector.read_comments(PostRef(WALL, "99999"), None)), SourceGone),
        "an unknown short name": Refusal(lambda: connector.resolve("ok.ru/nobody.here"), SourceGone),
        "the short name of a person": Refusal(lambda: connector.resolve(f"ok.ru/person{ANNA}"), InvalidLink),
        "a reply under nothing": Refusal(lambda: connector.publish_reply(nowhere(), "Ответ", reply_id="r"), ReplyRejected),
    }


def nowhere() -> Message:
    return Message(MessageType.POST, "99999", WALL, "", at(0), Author(WALL.external_id), "Пост")


def contract_world(world: OkWorld, connector: OkConnector) -> ContractWorld:
    ids, visible = world.emulator.ids, world.emulator.visible()
    return ContractWorld(
        connector=connector,
        capabilities=CAN,
        secrets=tuple(value for secret in (FIRST, SECOND) for value in (secret, *list(json.loads(secret).values())[1:])),
        ledger=world.open_ledger,
        observed=world.observed,
        wall=WALL,
        thread=world.post_ref("p120"),
        not_before=at(0),
        posts=frozenset(ids[key] for key in visible if key.startswith("p")),
        comments=frozenset(ids[key] for key in visible if not key.startswith("p")),
        refusals=refusals(connector),
        gone_post=PostRef(WALL, "99999"),
        closed_post=world.post_ref("p9"),
        links=dict.fromkeys(LINKS, WALL.external_id),
        wrong_links=WRONG_LINKS,
        reply_to=world.message("c7", "p120"),
    )


class TestOkContract(ConnectorContract):
    @pytest.fixture
    async def world(self, messages: list[Any]) -> AsyncIterator[ContractWorld]:
        async with ok_world(messages, takes_replies=True) as world, world.connector(FIRST, SECOND) as connector:
            yield contract_world(world, connector)


class TestOkContractWithTheIrregularitiesOfOk(ConnectorContract):
    @pytest.fixture
    async def world(self, messages: list[Any]) -> AsyncIterator[ContractWorld]:
        quirks = Quirks(
            seed=4,
            old_comments=True,
            nameless_comments=True,
            newest_first=True,
            anchors_repeat=True,
            bare_empty=True,
            silent_ends=True,
            unknown_parts=True,
        )
        async with ok_world(messages, takes_replies=True, quirks=quirks) as world, world.connector(FIRST, SECOND) as connector:
            yield contract_world(world, connector)
