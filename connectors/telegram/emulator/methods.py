"""The methods of the Bot API that a bot calls here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.emulation.town import TownPage
from connectors.telegram.emulator.bots import DEFAULT_UPDATES, PRESENT, Bot, Webhook
from connectors.telegram.emulator.refusals import Refusal, bad, forbidden, too_many
from connectors.telegram.emulator.shapes import Json, channel, channel_id, group, group_id, private, seconds, without_depth
from connectors.telegram.emulator.world import Room, World

PORTS = frozenset({443, 80, 88, 8443})
LONGEST_TEXT = 4096
SECRET_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(slots=True)
class Call:
    """A call of a bot. `may_send(chat)` says how many seconds too early it is to write there."""

    world: World
    bot: Bot
    parameters: Mapping[str, str]
    may_send: Callable[[int], int]

    def number(self, name: str) -> int:
        value = self.parameters.get(name, "")
        if not value.lstrip("-").isdecimal():
            raise bad(f"invalid {name} specified")
        return int(value)

    def listed(self, name: str) -> list[Any] | None:
        return json.loads(self.parameters[name]) if name in self.parameters else None


def get_me(call: Call) -> Json:
    bot = call.bot
    about = {"id": bot.id, "is_bot": True, "first_name": "Бот", "username": bot.username}
    return about | {"can_join_groups": True, "can_read_all_group_messages": bot.reads_all, "supports_inline_queries": False}


def page_of(call: Call, wanted: str) -> tuple[TownPage, bool]:
    """The page behind a chat's id or name, and whether its channel is meant, not its group."""
    for room in call.world.rooms.values():
        page = call.world.replay.pages[room.page.id]
        own = page.id == call.bot.page_id
        is_named = not page.closed and wanted.lower() == f"@{page.screen_name}".lower()
        if page.deleted or not (is_named or wanted in {str(channel_id(page.id)), str(group_id(page.id))}):
            continue
        if not is_named and not own and wanted == str(group_id(page.id)):
            break
        return page, wanted != str(group_id(page.id))
    raise bad("chat not found")


def get_chat(call: Call) -> Json:
    wanted = call.parameters.get("chat_id", "")
    if wanted.isdecimal() and int(wanted) in call.bot.partners:
        return private(call.world.person(int(wanted)))
    page, is_channel = page_of(call, wanted)
    shown = channel(page) if is_channel else group(page)
    linked = group_id(page.id) if is_channel else channel_id(page.id)
    return shown | {"linked_chat_id": linked}


def get_member(call: Call) -> Json:
    page, is_channel = page_of(call, call.parameters.get("chat_id", ""))
    bot = call.bot
    if call.number("user_id") != bot.id:
        raise bad("PARTICIPANT_ID_INVALID")
    is_own = page.id == bot.page_id
    status = (bot.in_channel if is_channel else bot.in_group) if is_own else "left"
    if status == "kicked":
        raise forbidden("bot was kicked from the supergroup chat")
    return {"status": status, "user": get_me(call)}


def get_member_count(call: Call) -> int:
    return page_of(call, call.parameters.get("chat_id", ""))[0].members


def set_webhook(call: Call) -> bool:
    url, secret = call.parameters.get("url", ""), call.parameters.get("secret_token", "")
    parts = urlsplit(url)
    is_near = parts.hostname == "127.0.0.1"  # Telegram itself takes HTTPS only
    if not is_near and (parts.scheme != "https" or (parts.port or 443) not in PORTS):
        raise bad("bad webhook: HTTPS url must be provided for webhook, on ports 80, 88, 443 or 8443 only")
    if not 0 < len(secret) <= 256 or not set(secret) <= SECRET_LETTERS:
        raise bad("secret token contains unallowed characters")
    call.bot.allowed = call.listed("allowed_updates") or DEFAULT_UPDATES
    call.bot.webhook = Webhook(url, secret, int(call.parameters.get("max_connections", "40")))
    _drop(call)
    return True


def delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    _drop(call)
    return True


def _drop(call: Call) -> None:
    if call.parameters.get("drop_pending_updates") == "true":
        call.bot.waiting.clear()


def webhook_info(call: Call) -> Json:
    bot = call.bot
    about: Json = {"url": bot.webhook.url if bot.webhook else "", "has_custom_certificate": False, "pending_update_count": len(bot.waiting)}
    if bot.webhook and bot.webhook.last_error:
        about |= {"last_error_date": seconds(bot.webhook.last_error[0]), "last_error_message": bot.webhook.last_error[1]}
    return about


def send_message(call: Call) -> Json:
    chat, text = call.number("chat_id"), call.parameters.get("text", "").strip()
    about = json.loads(call.parameters.get("reply_parameters", "{}"))
    if not text or len(text) > LONGEST_TEXT:
        raise bad("message is too long" if text else "message text is empty")
    if early := call.may_send(chat):
        raise too_many(early)
    said = {"from": get_me(call), "date": seconds(call.world.now), "text": text}
    return _send_privately(call, chat, said, about) if chat > 0 else _send_to_group(call, chat, said, about)


def _send_privately(call: Call, chat: int, said: Json, about: Mapping[str, Any]) -> Json:
    bot = call.bot
    if chat not in bot.partners:
        raise forbidden("bot can't initiate conversation with a user")
    if chat in bot.blocked_by:
        raise forbidden("bot was blocked by the user")
    replied = _replied(bot.private_messages, about)
    number = len(bot.private_messages) + 1
    bot.private_messages[number] = {"message_id": number, "chat": private(call.world.person(chat)), **said, **replied}
    return dict(bot.private_messages[number])


def _send_to_group(call: Call, chat: int, said: Json, about: Mapping[str, Any]) -> Json:
    page, is_channel = page_of(call, str(chat))
    if is_channel or call.bot.in_group not in PRESENT or page.id != call.bot.page_id:
        raise forbidden("bot is not a member of the supergroup chat")
    room: Room = call.world.rooms[page.id]
    replied = _replied(room.messages, about)
    above = replied.get("reply_to_message", {})
    thread = above.get("message_thread_id") or above.get("message_id")
    placed = {"message_thread_id": thread} if thread else {}
    number = call.world.put(room, said | placed | replied, writer=call.bot)
    return room.messages[number]


def _replied(known: Mapping[int, Mapping[str, Any]], about: Mapping[str, Any]) -> Json:
    """What is replied to; refused where that is not there any more, unless the caller does not mind."""
    wanted = about.get("message_id")
    if wanted is None or (wanted not in known and about.get("allow_sending_without_reply")):
        return {}
    if wanted not in known:
        raise bad("message to be replied not found")
    return {"reply_to_message": without_depth(dict(known[wanted]))}


METHODS: Mapping[str, Callable[[Call], Any]] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatMemberCount": get_member_count,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "sendMessage": send_message,
}


def unknown_method() -> Refusal:
    return Refusal(404, "Not Found: method not found")
