"""What has happened by now: a town's posts in channels, their copies in groups, comments and private messages, told to bots."""

from dataclasses import dataclass, field
from datetime import datetime

from connectors.sdk.emulation.replay import Replay
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson, edited_at, is_present, text_at
from connectors.telegram.emulator.bots import Bot
from connectors.telegram.emulator.shapes import (
    ANONYMOUS_BOT,
    CHANNEL_BOT,
    SERVICE_ACCOUNT,
    Json,
    channel,
    group,
    private,
    seconds,
    user,
    without_depth,
)


@dataclass(slots=True)
class Room:
    """A channel and its group: messages by their numbers. A group's numbers have nothing to do with its channel's."""

    page: TownPage
    posts: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    last_number: int = 20


@dataclass(slots=True)
class Entry:
    """A town's message as Telegram numbers it; `post` is the number in the channel, of posts only."""

    number: int
    post: int | None = None
    told: str = ""


class World:
    """The emulated network at one moment, which moves forward only. What lies before its beginning no bot is ever told."""

    def __init__(self, town: Town, now: datetime, bots: list[Bot]) -> None:
        self.bots = bots
        self.rooms = {page.id: Room(page) for page in town.pages}
        self.entries: dict[str, Entry] = {}
        self._is_history = True
        self.replay = Replay(town, self._settle)
        self.replay.advance(now)
        self._is_history = False

    @property
    def now(self) -> datetime:
        return self.replay.now

    def person(self, number: int) -> TownPerson:
        return self.replay.people.get(number) or TownPerson(number, "Житель", "")

    def write_privately(self, bot: Bot, person: int, text: str) -> int:
        """A person writes to a bot; the number of the message."""
        number = len(bot.private_messages) + 1
        who = self.person(person)
        body = {"message_id": number, "from": user(who), "chat": private(who), "date": seconds(self.now), "text": text}
        bot.private_messages[number] = body
        bot.partners.add(person)
        bot.tell("message", body, self.now)
        return number

    def _settle(self, message: TownMessage) -> None:
        entry = self.entries.get(message.key)
        if entry is None:
            if is_present(message, self.now):
                self._publish(message)
            return
        room = self.rooms[message.page_id]
        if not is_present(message, self.now):  # deletions are told to nobody
            room.messages.pop(entry.number, None)
            room.posts.pop(entry.post or 0, None)
            return
        text = text_at(message, self.now)
        if text != entry.told:
            entry.told = text
            self._edit(room, entry, text, edited_at(message, self.now) or self.now)

    def _publish(self, message: TownMessage) -> None:
        room = self.rooms[message.page_id]
        text = text_at(message, self.now)
        if message.post_key is None and message.author_id == -message.page_id:
            post = len(self.entries) * 2 + 5
            shown = {"message_id": post, "sender_chat": channel(room.page), "chat": channel(room.page), **_said(message, text)}
            room.posts[post] = shown
            self._tell(message.page_id, "channel_post", shown)
            number = self.put(room, self._copy(room, shown))
            self.entries[message.key] = Entry(number, post, text)
        else:
            body = self._author(room, message.author_id) | self._mentioning(message, text)
            self.entries[message.key] = Entry(self.put(room, body | self._above(room, message)), None, text)

    def put(self, room: Room, body: Json, *, writer: Bot | None = None) -> int:
        """Adds a message to the group; who has written it is not told."""
        room.last_number = number = room.last_number + 1
        shown = {"message_id": number, "chat": group(room.page), **body}
        room.messages[number] = shown
        self._tell(room.page.id, "message", shown, but=writer)
        return number

    def _copy(self, room: Room, post: Json) -> Json:
        """The post as Telegram forwards it into the group by itself."""
        origin = {"type": "channel", "chat": post["chat"], "message_id": post["message_id"], "date": post["date"]}
        repeated = {name: value for name, value in post.items() if name not in {"message_id", "chat"}}
        return {"from": SERVICE_ACCOUNT, **repeated, "forward_origin": origin, "is_automatic_forward": True}

    def _mentioning(self, message: TownMessage, text: str) -> Json:
        """Words after the names of those whom they address; who has no public name is mentioned by an entity."""
        entities, names = [], ""
        for person in (self.person(number) for number in message.mentions if number > 0):
            about = {"type": "text_mention", "offset": len(names), "length": len(person.first_name), "user": user(person)}
            entities.append(about)
            names += f"{person.first_name}, "
        said = _said(message, names + text)
        return said | ({("caption_entities" if "caption" in said else "entities"): entities} if entities else {})

    def _above(self, room: Room, message: TownMessage) -> Json:
        post, replied = self.entries.get(message.post_key or ""), self.entries.get(message.reply_to_key or message.post_key or "")
        if post is None or replied is None:
            return {}
        shown = room.messages.get(replied.number)
        return {"message_thread_id": post.number} | ({"reply_to_message": without_depth(shown)} if shown else {})

    def _author(self, room: Room, author: int) -> Json:
        if author > 0:
            return {"from": user(self.person(author))}
        if author == -room.page.id:
            return {"from": ANONYMOUS_BOT, "sender_chat": group(room.page)}
        other = self.replay.pages.get(-author)
        return {"from": CHANNEL_BOT, "sender_chat": channel(other or TownPage(-author, "Канал", "kanal"))}

    def _edit(self, room: Room, entry: Entry, text: str, at: datetime) -> None:
        change = {"text": text, "edit_date": seconds(at)}
        if entry.post in room.posts:
            room.posts[entry.post] |= change
            self._tell(room.page.id, "edited_channel_post", room.posts[entry.post])
        if entry.number in room.messages:
            room.messages[entry.number] |= change
            self._tell(room.page.id, "edited_message", room.messages[entry.number])

    def _tell(self, page_id: int, kind: str, body: Json, *, but: Bot | None = None) -> None:
        if self._is_history:
            return
        for bot in self.bots:
            hears = bot.hears_channel if kind.endswith("channel_post") else bot.hears_group
            if bot.page_id == page_id and hears and bot is not but:
                bot.tell(kind, body, self.now)


def _said(message: TownMessage, text: str) -> Json:
    """Words, or a picture with words."""
    at = {"date": seconds(message.at)}
    if not message.attachments:
        return at | {"text": text}
    return at | {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}], "caption": text}
