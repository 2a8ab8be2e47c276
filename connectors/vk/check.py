"""Whether a key has the form of one, and what VK lets it do, asked by calls that change nothing."""

import re
from collections.abc import Mapping

from connectors.sdk.contract import Credential
from connectors.sdk.errors import AccessDenied, QuotaExhausted, RateLimited, SourceGone
from connectors.sdk.fields import line, records, whole
from connectors.vk import settings
from connectors.vk.api import Parameters
from connectors.vk.client import VkClient

READING: Mapping[str, tuple[str, Parameters]] = {
    "resolve": ("groups.getById", {"group_ids": "1"}),
    "read_posts": ("wall.get", {"owner_id": -1, "count": 1}),
    "count_comments": ("wall.getById", {"posts": "-1_1"}),
    "read_comments": ("wall.getComments", {"owner_id": -1, "post_id": 1, "count": 1}),
}
"""By capability, a call that tells of it. Community 1 is VK's own; what it holds does not matter."""

WATCHING: Mapping[str, tuple[str, Parameters]] = {"read_videos": ("video.get", {"owner_id": -1, "count": 1})}
"""All that a person's key is used for."""

REPLYING = "publish_reply"
RIGHTS_TO_REPLY = ("wall", "manage")
KEY = re.compile(r"[A-Za-z0-9._-]{8,}")


async def check_credential(client: VkClient, credential: Credential) -> Mapping[str, str]:
    """By capability what stands against the key, "" where nothing does; `AuthenticationFailed` for a dead one."""
    is_of_person = credential.kind == settings.USER_KEY
    calls = WATCHING if is_of_person else READING
    found = {name: await refusal_of(client, credential, *call) for name, call in calls.items()}
    if is_of_person:
        return found
    if credential.kind != settings.COMMUNITY_KEY:
        return found | {REPLYING: "only a community's key may write"}
    return found | {REPLYING: await missing_rights(client, credential)}


async def refusal_of(client: VkClient, credential: Credential, method: str, parameters: Parameters) -> str:
    """What VK says against the call. A complaint about the object shows that the key was let in."""
    try:
        await client.read_by(credential, method, parameters)
    except SourceGone:
        return ""
    except (AccessDenied, QuotaExhausted, RateLimited) as error:
        return str(error) if not isinstance(error, AccessDenied) or error.permanent else ""
    return ""


async def missing_rights(client: VkClient, credential: Credential) -> str:
    """The rights that a community's key lacks to answer in its name."""
    try:
        answer = await client.read_by(credential, "groups.getTokenPermissions", {})
    except (AccessDenied, QuotaExhausted, RateLimited) as error:
        return str(error)
    listed = answer.response.get("permissions") if isinstance(answer.response, dict) else None
    granted = {line(entry.get("name")) for entry in records(listed) if whole(entry.get("setting"))}
    missing = [right for right in RIGHTS_TO_REPLY if right not in granted]
    return f"the key lacks the right to: {', '.join(missing)}" if missing else ""


def fault_of_secret(kind: str, secret: str) -> str:
    """What is wrong with the form of a key: people paste addresses, pairs and quotes."""
    if "access_token" in secret or "://" in secret:
        return "it is an address or a name=value pair: paste the key alone, what stands between access_token= and &"
    if not KEY.fullmatch(secret):
        return "a key of VK is Latin letters, digits, points, hyphens and underscores, eight or more, without spaces or quotes"
    return ""
