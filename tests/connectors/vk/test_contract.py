"""The VK connector keeps the contract, against the emulator over real HTTP."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from connectors.sdk.contract import Author, Message, MessageType, PostRef, Wall
from connectors.sdk.errors import AccessDenied, InvalidLink, SourceGone
from connectors.sdk.testing import ConnectorContract, ContractWorld, Refusal, SignedWebhook
from connectors.vk.connector import VkConnector
from tests.connectors.vk.vk_world import (
    ANNA,
    CITY,
    CLOSED,
    COMMUNITY,
    DELETED,
    PERSON,
    SERVICE,
    WALL,
    VkWorld,
    at,
    comment,
    pages_of,
    post,
    vk_world,
)

CAPABILITIES = (
    "resolve",
    "read_posts",
    "read_comments",
    "map_page",
    "count_comments",
    "publish_reply",
    "webhook",
    "updates",
    "set_up_push",
    "name_authors",
    "check_credential",
)
LINKS = (
    "https://vk.com/gorod_zarechny",
    " VK.COM/Gorod_Zarechny/ ",
    "https://m.vk.ru/gorod_zarechny?w=wall-300_1",
    "@gorod_zarechny",
    "gorod_zarechny",
    f"club{CITY}",
    f"https://vk.ru/public{CITY}",
    f"m.vk.com/club{CITY}",
    f"event{CITY}",
    f"-{CITY}",
    f"vk.com/wall-{CITY}_1?reply=5",
)
WRONG_LINKS = ("https://vk.com/id1", "vk.com/app51", "https://ok.ru/group/5", "https://vk.com/", "id11", "просто слова", "")


def town_messages() -> list[Any]:
    posts = [post(f"p{number}", number, pinned=number == 5, comments_closed=number == 9) for number in range(215)]
    roots = [comment(f"c{number}", 1000 + number, f"Вопрос {number}", post_key="p200") for number in range(230)]
    long = [comment(f"l{number}", 2000 + number, f"Ответ {number}", post_key="p200", reply_to_key="c20") for number in range(215)]
    short = [comment(f"s{number}", 2500 + number, "Спасибо", post_key="p200", reply_to_key=f"c{number * 3}") for number in range(40)]
    stub = comment("c20", 1020, "Удалю это", post_key="p200", deleted_at=at(3000))
    odd = comment("odd", 2900, "нет\u200bсвета \U0001f621 \x00 \ud83d", post_key="p200", attachments=("photo", "unheard_of"))
    return [*posts, *[root for root in roots if root.key != "c20"], stub, *long, *short, odd]


@pytest.fixture(scope="module")
def messages() -> list[Any]:
    return town_messages()


def refusals(connector: VkConnector) -> dict[str, Refusal]:
    def reading(wall_id: int) -> Callable[[], Coroutine[Any, Any, object]]:
        return lambda: pages_of(connector.read_posts(Wall("vk", f"-{wall_id}"), None, not_before=at(0)))

    return {
        "a closed page": Refusal(reading(CLOSED), AccessDenied),
        "a deleted page": Refusal(reading(DELETED), SourceGone),
        "a page that never was": Refusal(reading(999), SourceGone),
        "a post that never was": Refusal(lambda: pages_of(connector.read_comments(PostRef(WALL, "99999"), None)), SourceGone),
        "an unknown short name": Refusal(lambda: connector.resolve("vk.com/nobody_here"), SourceGone),
        "a deleted community": Refusal(lambda: connector.resolve(f"club{DELETED}"), SourceGone),
        "a person": Refusal(lambda: connector.resolve(f"vk.com/id{ANNA}"), InvalidLink),
        "a reply on another's wall": Refusal(lambda: connector.publish_reply(elsewhere(), "Ответ", reply_id="r"), AccessDenied),
    }


def elsewhere() -> Message:
    return Message(MessageType.POST, "1", Wall("vk", "-999"), "https://vk.com/wall-999_1", at(0), Author("-999"), "Пост")


def contract_world(world: VkWorld, connector: VkConnector) -> ContractWorld:
    visible = world.emulator.visible()
    ids = world.emulator.ids
    stubs = {ids["c20"]}
    answered = Message(MessageType.COMMENT, str(ids["c7"]), WALL, "", at(1007), Author(str(ANNA)), "Вопрос", post_id=str(ids["p200"]))
    return ContractWorld(
        connector=connector,
        capabilities=frozenset(CAPABILITIES),
        secrets=(SERVICE, COMMUNITY),
        ledger=world.open_ledger,
        observed=world.observed,
        wall=WALL,
        thread=world.post_ref("p200"),
        not_before=at(0),
        posts=frozenset(str(ids[key]) for key in visible if key.startswith("p")),
        comments=frozenset(str(number) for number in {ids[key] for key in visible if not key.startswith("p")} | stubs),
        refusals=refusals(connector),
        gone_post=PostRef(WALL, "99999"),
        closed_post=world.post_ref("p9"),
        links=dict.fromkeys(LINKS, f"-{CITY}"),
        wrong_links=WRONG_LINKS,
        reply_to=answered,
        webhook=SignedWebhook({}, b'{"type": "wall_reply_new", "group_id": 300, "event_id": "e", "secret": "shown"}', "shown"),
    )


def talk_of_video() -> list[Any]:
    videos = [post(f"p{number}", number, is_video=True) for number in range(215)]
    roots = [comment(f"c{number}", 1000 + number, f"Вопрос {number}", post_key="p200") for number in range(230)]
    long = [comment(f"l{number}", 2000 + number, f"Ответ {number}", post_key="p200", reply_to_key="c20") for number in range(115)]
    return [*videos, *roots, *long]


class TestVkVideoContract(ConnectorContract):
    """The same of a page that has videos only, with a person's key; it takes nobody's reply and pushes nothing of them."""

    test_a_reply_stands_in_the_thread_under_the_id_it_was_given = None  # type: ignore[assignment]

    @pytest.fixture
    async def world(self) -> AsyncIterator[ContractWorld]:
        async with vk_world(talk_of_video()) as world, world.connector(SERVICE, COMMUNITY, PERSON) as connector:
            visible, ids = world.emulator.visible(), world.emulator.ids
            yield replace(
                contract_world(world, connector),
                secrets=(SERVICE, COMMUNITY, PERSON),
                thread=PostRef(WALL, f"video{ids['p200']}"),
                posts=frozenset(f"video{ids[key]}" for key in visible if key.startswith("p")),
                comments=frozenset(str(ids[key]) for key in visible if not key.startswith("p")),
                gone_post=PostRef(WALL, "video99999"),
                closed_post=None,
            )


class TestVkContract(ConnectorContract):
    @pytest.fixture
    async def world(self, messages: list[Any]) -> AsyncIterator[ContractWorld]:
        async with vk_world(messages) as world:
            world.boards = True
            async with world.connector(SERVICE, COMMUNITY) as connector:
                yield contract_world(world, connector)
