"""The groups.* methods by which a community says what is pushed and where to; all need the right to manage it."""

from collections.abc import Iterable
from typing import Any

from connectors.vk.emulator.call import WRITERS, Call, Method
from connectors.vk.emulator.push import MOST_SERVERS, CallbackServer
from connectors.vk.emulator.refusals import Refusal, invalid

EVENTS = (
    "message_new", "message_reply", "message_allow", "message_edit", "message_deny", "photo_new", "audio_new", "video_new",
    "wall_reply_new", "wall_reply_edit", "wall_reply_delete", "wall_reply_restore", "wall_post_new", "wall_repost",
    "board_post_new", "board_post_edit", "board_post_restore", "board_post_delete", "photo_comment_new", "photo_comment_edit",
    "photo_comment_delete", "photo_comment_restore", "video_comment_new", "video_comment_edit", "video_comment_delete",
    "video_comment_restore", "group_join", "group_leave", "like_add", "like_remove",
)  # fmt: skip
LONGEST_TITLE, LONGEST_SECRET = 14, 50


def managed(call: Call) -> int:
    """The community of the call, refused unless the token may manage this very one."""
    group_id = call.parameters.required("group_id")
    if "manage" not in call.token.rights:
        raise Refusal(15, "no access to call this method. It cannot be called with current scopes.", subcode=1133)
    if group_id != call.token.group_id:
        raise Refusal(15)
    return group_id


def named_server(call: Call, group_id: int) -> CallbackServer:
    server = call.pushes.servers.get(group_id, {}).get(call.parameters.required("server_id"))
    if server is None:
        raise Refusal(104)
    return server


def confirmation_code(call: Call) -> dict[str, Any]:
    return {"code": call.pushes.code(managed(call))}


def add_server(call: Call) -> dict[str, Any]:
    group_id = managed(call)
    servers = call.pushes.servers.setdefault(group_id, {})
    if len(servers) >= MOST_SERVERS:
        raise Refusal(2000)
    server = CallbackServer(max(servers, default=0) + 1, *described(call))
    servers[server.id] = server
    call.pushes.revise(group_id, server, call.world.now)
    return {"server_id": server.id}


def edit_server(call: Call) -> int:
    group_id = managed(call)
    server = named_server(call, group_id)
    server.url, server.title, server.secret = described(call)
    call.pushes.revise(group_id, server, call.world.now)
    return 1


def described(call: Call) -> tuple[str, str, str]:
    url, title, secret = (call.parameters.text(name) for name in ("url", "title", "secret_key"))
    if not url.startswith(("http://", "https://")):
        raise invalid("url is incorrect")
    if not 0 < len(title) <= LONGEST_TITLE or len(secret) > LONGEST_SECRET:
        raise invalid("title or secret_key is too long")
    return url, title, secret


def delete_server(call: Call) -> int:
    group_id = managed(call)
    call.pushes.remove(group_id, named_server(call, group_id).id)
    return 1


def get_servers(call: Call) -> dict[str, Any]:
    group_id = managed(call)
    items = [
        {"id": one.id, "title": one.title, "creator_id": 1, "url": one.url, "secret_key": one.secret, "status": one.status}
        for one in call.pushes.servers.get(group_id, {}).values()
    ]
    return {"count": len(items), "items": items}


def set_callback_settings(call: Call) -> int:
    server = named_server(call, managed(call))
    server.api_version = call.parameters.text("api_version") or server.api_version
    server.wanted = switched(call, server.wanted)
    return 1


def get_callback_settings(call: Call) -> dict[str, Any]:
    server = named_server(call, managed(call))
    return {"api_version": server.api_version, "events": {name: int(name in server.wanted) for name in EVENTS}}


def set_long_poll_settings(call: Call) -> int:
    box = call.pushes.box(managed(call))
    if call.parameters.text("enabled"):
        box.is_enabled = call.parameters.flag("enabled")
    box.api_version = call.parameters.text("api_version") or box.api_version
    box.wanted = switched(call, box.wanted)
    return 1


def get_long_poll_server(call: Call) -> dict[str, Any]:
    """Refused while the long poll is switched off."""
    group_id = managed(call)
    box = call.pushes.box(group_id)
    if not box.is_enabled:
        raise invalid("longpoll for this group is not enabled")
    return {"key": box.key, "server": f"{call.base_url.rstrip('/')}/long_poll/{group_id}", "ts": str(box.ts)}


def switched(call: Call, before: Iterable[str]) -> set[str]:
    """The wanted types of events after the call; what it does not name stays."""
    named = {name for name in EVENTS if call.parameters.text(name)}
    return (set(before) - named) | {name for name in named if call.parameters.flag(name)}


METHODS = {
    "groups.getCallbackConfirmationCode": Method(WRITERS, confirmation_code),
    "groups.addCallbackServer": Method(WRITERS, add_server),
    "groups.editCallbackServer": Method(WRITERS, edit_server),
    "groups.deleteCallbackServer": Method(WRITERS, delete_server),
    "groups.getCallbackServers": Method(WRITERS, get_servers),
    "groups.getCallbackSettings": Method(WRITERS, get_callback_settings),
    "groups.setCallbackSettings": Method(WRITERS, set_callback_settings),
    "groups.getLongPollServer": Method(WRITERS, get_long_poll_server),
    "groups.setLongPollSettings": Method(WRITERS, set_long_poll_settings),
}
