"""Has VK push a community's events: to our address by its Callback API, or to its long poll where we fetch them."""

from collections.abc import Mapping

from connectors.sdk.contract import Wall
from connectors.sdk.errors import AccessDenied, UnexpectedResponse
from connectors.sdk.fields import line, mapping, records, whole
from connectors.vk import settings
from connectors.vk.api import Answer
from connectors.vk.client import VkClient

MANAGE, MESSAGES = "manage", "messages"


async def check_rights(client: VkClient, group_id: int, *, direct_messages: bool) -> None:
    """`AccessDenied` naming the rights that the community's key lacks."""
    answer = await client.read_own("groups.getTokenPermissions", {}, group_id=group_id)
    held = {line(one.get("name")) for one in records(mapping(answer.response).get("permissions"))}
    lacking = [right for right in ((MANAGE, MESSAGES) if direct_messages else (MANAGE,)) if right not in held]
    if lacking:
        raise AccessDenied(
            f"The VK key of the community {group_id} lacks the right {' and '.join(lacking)}: make a new one in the community's"
            " settings (work with API, access keys) and add it by `otklik credential add vk_community`.",
            permanent=True,
        )


async def confirmation_code(client: VkClient, group_id: int) -> str:
    """The code that VK wants to read at our address now; it may change whenever a server is added or edited."""
    answer = await client.read_own("groups.getCallbackConfirmationCode", {"group_id": group_id}, group_id=group_id)
    code = line(mapping(answer.response).get("code"))
    if not code:
        raise UnexpectedResponse(f"{answer.method}: no code in the answer")
    return code


async def open_callback(client: VkClient, group_id: int, address: str, *, secret: str, direct_messages: bool) -> str:
    """Adds our server to the community, or changes the one that has this address already; its number."""
    await check_rights(client, group_id, direct_messages=direct_messages)
    servers = records(mapping((await _servers(client, group_id)).response).get("items"))
    known = next((number for one in servers if line(one.get("url")) == address and (number := whole(one.get("id")))), None)
    about: dict[str, str | int] = {"group_id": group_id, "url": address, "title": settings.SERVER_TITLE, "secret_key": secret}
    if known is None:
        answer = await client.write("groups.addCallbackServer", about, group_id=group_id)
        known = whole(mapping(answer.response).get("server_id"))
        if known is None:
            raise UnexpectedResponse(f"{answer.method}: no server_id in the answer")
    else:
        await client.write("groups.editCallbackServer", about | {"server_id": known}, group_id=group_id)
    wanted = _wanted(direct_messages)
    await client.write("groups.setCallbackSettings", {"group_id": group_id, "server_id": known, **wanted}, group_id=group_id)
    return str(known)


async def callback_state(client: VkClient, group_id: int, server: str) -> str:
    """VK's word for the state of our server: ok, wait, failed or unconfigured; "" when it is not among the community's."""
    servers = records(mapping((await _servers(client, group_id)).response).get("items"))
    return next((line(one.get("status")) for one in servers if str(whole(one.get("id"))) == server), "")


async def close_callback(client: VkClient, group_id: int, server: str) -> None:
    """Takes our server out of the community."""
    await client.write("groups.deleteCallbackServer", {"group_id": group_id, "server_id": server}, group_id=group_id)


async def open_long_poll(client: VkClient, group_id: int, *, direct_messages: bool) -> None:
    """Has VK keep the community's events for a long poll."""
    await check_rights(client, group_id, direct_messages=direct_messages)
    wanted = _wanted(direct_messages)
    await client.write("groups.setLongPollSettings", {"group_id": group_id, "enabled": 1, **wanted}, group_id=group_id)


def group_of(wall: Wall) -> int:
    """The positive id of the community whose wall it is."""
    return -int(wall.external_id)


async def _servers(client: VkClient, group_id: int) -> Answer:
    return await client.read_own("groups.getCallbackServers", {"group_id": group_id}, group_id=group_id)


def _wanted(direct_messages: bool) -> Mapping[str, str | int]:
    """The events that we want and those that we do not, each said, so that an earlier setting does not stay."""
    events: dict[str, str | int] = {"api_version": settings.VERSION}
    events |= dict.fromkeys(settings.PUSHED_EVENTS, 1)
    return events | dict.fromkeys(settings.DIRECT_EVENTS, int(direct_messages))
