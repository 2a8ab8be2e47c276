"""groups.getById, groups.getTokenPermissions, utils.resolveScreenName and users.get of the emulator."""

from typing import Any

import pytest

from tests.connectors.vk.emulator_town import ANNA, CLOSED, COMMUNITY, DELETED, GROUP, PAGE, calling, emulate


async def test_communities_are_found_by_id_and_by_name_and_unknown_ones_are_left_out() -> None:
    async with calling(emulate()) as call:
        found = await call("groups.getById", group_ids=f"{PAGE},podslushano,club{CLOSED},nigde", fields="members_count")
    assert [(group["id"], group["is_closed"], group["type"]) for group in found["groups"]] == [
        (PAGE, 0, "page"),
        (GROUP, 0, "group"),
        (CLOSED, 1, "group"),
    ]
    assert found["groups"][0]["members_count"] == 5000
    assert found["profiles"] == []


async def test_a_deleted_community_is_marked_and_keeps_no_name() -> None:
    async with calling(emulate()) as call:
        (group,) = (await call("groups.getById", group_id=DELETED))["groups"]
    assert (group["name"], group["deactivated"]) == ("DELETED", "deleted")


async def test_a_community_token_asks_about_its_own_community_by_default() -> None:
    async with calling(emulate()) as call:
        assert (await call("groups.getById", token=COMMUNITY))["groups"][0]["id"] == PAGE


@pytest.mark.parametrize("names", ["", "nigde", "9999", ",".join(map(str, range(501)))])
async def test_a_question_about_no_community_is_refused(names: str) -> None:
    async with calling(emulate()) as call:
        assert await call.refused("groups.getById", group_ids=names) == 100


@pytest.mark.parametrize(
    ("name", "resolved"),
    [
        ("gorod", {"type": "page", "object_id": PAGE}),
        ("podslushano", {"type": "group", "object_id": GROUP}),
        (f"public{PAGE}", {"type": "page", "object_id": PAGE}),
        ("id1", {"type": "user", "object_id": ANNA}),
        ("id999", []),
        ("nigde", []),
        ("byvshie", []),
    ],
)
async def test_a_short_name_leads_to_what_it_names_or_to_an_empty_list(name: str, resolved: Any) -> None:
    async with calling(emulate()) as call:
        assert await call("utils.resolveScreenName", screen_name=name) == resolved


async def test_a_renamed_page_is_found_by_its_new_name_only() -> None:
    emulator = emulate()
    emulator.rename(PAGE, "meriya")
    async with calling(emulator) as call:
        assert await call("utils.resolveScreenName", screen_name="gorod") == []
        assert (await call("utils.resolveScreenName", screen_name="meriya"))["object_id"] == PAGE
        assert (await call("groups.getById", group_id="meriya"))["groups"][0]["screen_name"] == "meriya"


async def test_people_are_found_by_their_ids() -> None:
    async with calling(emulate()) as call:
        assert [person["first_name"] for person in await call("users.get", user_ids="2,id1,77,anna")] == ["Борис", "Анна"]
        assert await call.refused("users.get", user_ids=",".join(map(str, range(1001)))) == 100


async def test_a_community_token_knows_its_rights() -> None:
    async with calling(emulate()) as call:
        whole = await call("groups.getTokenPermissions", token=COMMUNITY)
    assert whole["mask"] == sum(permission["setting"] for permission in whole["permissions"]) == 4 + 4096 + 8192 + 262144
    async with calling(emulate(rights={COMMUNITY: ("messages", "wall")})) as call:
        assert (await call("groups.getTokenPermissions", token=COMMUNITY))["mask"] == 12288


async def test_a_name_is_required() -> None:
    async with calling(emulate()) as call:
        assert await call.refused("utils.resolveScreenName") == 100
