"""What has happened by now on the emulated OK: a town's messages as topics and comments, as the clock goes on."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from connectors.ok.emulator.wall import Entry, settle
from connectors.sdk.emulation.replay import Replay
from connectors.sdk.emulation.town import Town, TownMessage, is_present, text_at

FIRST_TOPIC_ID = 60_000_000_000_001


@dataclass(frozen=True, slots=True)
class VisibleMessage:
    """A message as the network shows it: ids of OK, the author as a reference, the text with its mentions, milliseconds."""

    key: str
    group_id: str
    id: str
    topic_id: str | None
    reply_to_id: str | None
    author: str
    text: str
    published_at: datetime


class World:
    """The emulated network at one moment, which moves forward only; nothing of the future is visible."""

    def __init__(self, town: Town, now: datetime) -> None:
        self.entries: dict[str, Entry] = {}
        self.by_id: dict[str, Entry] = {}
        self.topics: dict[int, list[Entry]] = {page.id: [] for page in town.pages}
        self._numbers = count(1)
        self.replay = Replay(town, self._settle)
        self.replay.advance(now)

    @property
    def now(self) -> datetime:
        return self.replay.now

    def topic(self, topic_id: str) -> Entry | None:
        """The topic as long as it stands on an open page."""
        entry = self.by_id.get(topic_id)
        is_topic = entry is not None and entry.topic is None and entry.is_present
        return entry if is_topic else None

    def comment(self, topic: Entry, comment_id: str) -> Entry | None:
        """The comment under this very topic as long as it stands."""
        entry = self.by_id.get(comment_id)
        return entry if entry is not None and entry.topic is topic and entry.is_present else None

    def text_of(self, entry: Entry, moment: datetime | None = None) -> str:
        """The text as it stands, the mentioned authors before it in OK's own marking."""
        mentions = "".join(f"{self._mention(author_id)}, " for author_id in entry.message.mentions)
        return mentions + text_at(entry.message, moment or self.now)

    def name(self, author_id: int) -> str:
        """Name of a person, or of a page by its negated id; somebody unknown has none."""
        if author_id < 0:
            page = self.replay.pages.get(-author_id)
            return page.name if page else ""
        person = self.replay.people.get(author_id)
        return f"{person.first_name} {person.last_name}" if person else ""

    def visible(self, now: datetime | None = None) -> Iterator[VisibleMessage]:
        """Every message that can be read at `now`, a moment not later than the world's clock."""
        moment = now or self.now
        for key, entry in self.entries.items():
            if self._is_readable(entry, moment):
                yield VisibleMessage(
                    key=key,
                    group_id=str(entry.message.page_id),
                    id=entry.id,
                    topic_id=entry.topic.id if entry.topic else None,
                    reply_to_id=entry.reply_to.id if entry.reply_to else None,
                    author=reference(entry.message.author_id),
                    text=self.text_of(entry, moment),
                    published_at=datetime.fromtimestamp(entry.order[0] // 1000, UTC).replace(microsecond=entry.order[0] % 1000 * 1000),
                )

    def _is_readable(self, entry: Entry, moment: datetime) -> bool:
        page = self.replay.pages[entry.message.page_id]
        is_shown = all(is_present(one.message, moment) for one in (entry, entry.topic) if one)
        is_hidden = page.closed or page.deleted or bool(entry.topic and entry.topic.message.comments_hidden)
        return is_shown and not is_hidden

    def _mention(self, author_id: int) -> str:
        kind, number = reference(author_id).split(":")
        return f"{{{kind}:{number}}}{self.name(author_id)}{{{kind}}}"

    def _settle(self, message: TownMessage) -> None:
        entry = self.entries.get(message.key) or self._publish(message)
        entry.message = message
        level = entry.topic.comments if entry.topic else self.topics[message.page_id]
        settle(level, entry, (milliseconds(message.at), entry.number), is_present=is_present(message, self.now))

    def _publish(self, message: TownMessage) -> Entry:
        number = next(self._numbers)
        topic = self.entries[message.post_key] if message.post_key else None
        reply_to = self.entries[message.reply_to_key] if message.reply_to_key else None
        own_id = comment_id(milliseconds(message.at), number, topic.id) if topic else str(FIRST_TOPIC_ID + number)
        entry = Entry(message, own_id, number, topic, reply_to)
        self.entries[message.key] = self.by_id[entry.id] = entry
        return entry


def reference(author_id: int) -> str:
    """A person or (negated) a page as OK refers to them."""
    return f"user:{author_id}" if author_id > 0 else f"group:{-author_id}"


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def comment_id(at: int, number: int, topic_id: str) -> str:
    """An id of the form that OK's had when they were recorded: moment, something negative, moment, topic, 1, in base 64."""
    return b64encode(f"{at}:-{number}:{at}:{topic_id}:1".encode()).decode()
