"""What a check says of a key, asked of the emulated networks through the ledger of checks."""

import pytest

from app.jobs.connectors import Secret
from app.storage.calls.ledger import Key, SharedLedger
from app.storage.engine import Database
from app.usecases.check_credential import Checked, check_credential
from connectors.sdk.registry import plugins
from tests.connectors.ok.ok_world import FIRST, ok_world
from tests.connectors.ok.ok_world import post as topic
from tests.connectors.vk.vk_world import COMMUNITY, SERVICE, VkWorld, post, vk_world


async def checked(database: Database, world: VkWorld, secret: str) -> Checked:
    credential = world.credential(secret)
    keys = [Key(Secret(credential.kind, "key", secret).budget, credential.kind, credential.name, 20)]
    ledger = SharedLedger(database.engine, "vk", keys, now=lambda: world.moment, checking=True)
    await ledger.prepare()
    async with world.connector(secret, ledger=ledger) as connector:
        return await check_credential("vk", credential, connector)


async def test_a_service_key_of_vk_may_read_and_not_write(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world:
        found = await checked(database, world, SERVICE)
    assert found.may == ["count_comments", "read_comments", "read_posts", "resolve"]
    assert dict(found.may_not).keys() == {"publish_reply"}
    assert not found.trouble


async def test_a_communitys_key_may_write_and_not_read(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world:
        found = await checked(database, world, COMMUNITY)
    assert found.may == ["publish_reply", "resolve"]
    assert "VK error 27" in dict(found.may_not)["read_posts"]


async def test_a_communitys_key_without_a_right_is_told_which(database: Database) -> None:
    async with vk_world([post("p", 1)], rights={COMMUNITY: ("wall",)}) as world:
        found = await checked(database, world, COMMUNITY)
    assert dict(found.may_not)["publish_reply"] == "the key lacks the right to: manage"


async def test_a_dead_key_is_asked_anew_at_every_check(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world:
        world.emulator.revoke(SERVICE)
        for _ in range(2):
            found = await checked(database, world, SERVICE)
            assert found.is_dead
            assert "VK error 5" in found.trouble
        assert len(world.emulator.calls) == 2


async def test_a_key_of_ok_says_what_it_may_do() -> None:
    async with ok_world([topic("post", 0)]) as world, world.connector(FIRST) as connector:
        found = await check_credential("ok", world.credential(FIRST), connector)
    assert {"read_posts", "read_comments", "count_comments", "resolve"} <= set(found.may)
    assert "OK error 3" in dict(found.may_not)["publish_reply"]


@pytest.mark.parametrize(
    ("kind", "secret", "fault"),
    [
        ("vk_service", "https://oauth.vk.com/blank.html#access_token=abcdefgh&expires_in=0", "paste the key alone"),
        ("vk_service", "access_token=abcdefgh", "paste the key alone"),
        ("vk_community", "ключ", "Latin letters"),
        ("vk_community", "vk1.a b", "without spaces"),
        ("ok_app", "abcdefgh", "no JSON object"),
        ("ok_app", '{"access_token": "x"}', "lacks application_key"),
    ],
)
def test_a_key_in_a_wrong_form_is_refused_without_being_repeated(kind: str, secret: str, fault: str) -> None:
    said = plugins()[kind.split("_", maxsplit=1)[0]].fault_of_secret(kind, secret)
    assert fault in said
    assert "abcdefgh" not in said


@pytest.mark.parametrize(("kind", "secret"), [("vk_service", "vk1.a.Rz_0-x9"), ("ok_app", FIRST)])
def test_a_key_in_a_right_form_has_no_fault(kind: str, secret: str) -> None:
    assert not plugins()[kind.split("_", maxsplit=1)[0]].fault_of_secret(kind, secret)
