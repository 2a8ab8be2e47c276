"""What has happened by now: a town's messages published, edited, deleted and restored as the clock goes on.

The replay tells `World._settle` of every change of a message; what it amounts to is told to the listener.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.sdk.emulation.replay import Replay
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson, edited_at, is_present, text_at
from connectors.vk.emulator.wall import Entry, Wall


@dataclass(frozen=True, slots=True)
class VisibleMessage:
    """A message as the network shows it: ids of VK, the text with its mentions, times in whole seconds as VK gives them.

    `edited_at` is `None` for comments, because VK does not tell it. A stub of a deleted comment is no visible message.
    """

    key: str
    owner_id: int
    id: int
    post_id: int | None
    root_id: int | None
    reply_to_id: int | None
    from_id: int
    text: str
    published_at: datetime
    edited_at: datetime | None
    on_board: bool = False
    is_video: bool = False


Listener = Callable[["World", "Happening", Entry], None]


class Happening(StrEnum):
    """What can happen to a message."""

    APPEARED = "appeared"
    EDITED = "edited"
    DELETED = "deleted"
    RESTORED = "restored"


class World:
    """The emulated network at one moment, which moves forward only; nothing of the future is visible.

    `listener` hears of everything that happens after `now`; what lies before it is history that nobody is told.
    """

    def __init__(self, town: Town, now: datetime, listener: Listener | None = None) -> None:
        self._listener: Listener | None = None
        self._told: dict[str, str] = {}
        self.walls = {page.id: Wall(page.id) for page in town.pages}
        self.entries: dict[str, Entry] = {}
        self.replay = Replay(town, self._settle)
        self.replay.advance(now)
        self._listener = listener

    @property
    def now(self) -> datetime:
        return self.replay.now

    @property
    def pages(self) -> Mapping[int, TownPage]:
        return self.replay.pages

    @property
    def people(self) -> Mapping[int, TownPerson]:
        return self.replay.people

    def entry_of(self, key: str | None) -> Entry | None:
        return self.entries.get(key) if key else None

    def find_page(self, name: str) -> TownPage | None:
        """The community behind a screen name or a name made of its id ("club1")."""
        for prefix in ("club", "public", "event"):
            if name.startswith(prefix) and name.removeprefix(prefix).isdecimal():
                return self.pages.get(int(name.removeprefix(prefix)))
        return self.replay.page_named(name)

    def text_of(self, entry: Entry, moment: datetime | None = None) -> str:
        """The text as it stands, the mentioned authors before it."""
        mentions = "".join(f"{self.mention(author_id)}, " for author_id in entry.message.mentions)
        if entry.reply_to and entry.post and entry.post.message.on_board:
            mentions = f"[post{entry.reply_to.id}|{self.name_of(entry.reply_to.message.author_id)}], "
        return mentions + text_at(entry.message, moment or self.now)

    def name_of(self, author_id: int) -> str:
        """The name by which a reply on a board begins."""
        page = self.pages.get(-author_id)
        return page.name if page else self.person(author_id).first_name

    def mention(self, author_id: int) -> str:
        """An author's name with a link to them, in VK's own marking."""
        if author_id < 0:
            page = self.pages.get(-author_id)
            return f"[club{-author_id}|{page.name if page else 'DELETED'}]"
        return f"[id{author_id}|{self.person(author_id).first_name}]"

    def person(self, person_id: int) -> TownPerson:
        """The person, or VK's name for a deleted one."""
        return self.people.get(person_id) or TownPerson(person_id, "DELETED", "")

    def visible(self, now: datetime | None = None) -> Iterator[VisibleMessage]:
        """Every message that can be read at `now`, a moment not later than the world's clock."""
        moment = now or self.now
        for key, entry in self.entries.items():
            if self._is_readable(entry, moment):
                yield self._as_visible(key, entry, moment)

    def _is_readable(self, entry: Entry, moment: datetime) -> bool:
        page = self.pages[-entry.owner_id]
        is_shown = all(is_present(one.message, moment) for one in (entry, entry.post) if one)
        is_hidden = page.closed or page.deleted or bool(entry.post and entry.post.message.comments_hidden)
        return is_shown and not is_hidden

    def _as_visible(self, key: str, entry: Entry, moment: datetime) -> VisibleMessage:
        edited = None if entry.post else edited_at(entry.message, moment)
        return VisibleMessage(
            key=key,
            owner_id=entry.owner_id,
            id=entry.id,
            post_id=entry.post.id if entry.post else None,
            root_id=entry.root.id if entry.root else None,
            reply_to_id=entry.reply_to.id if entry.reply_to else None,
            from_id=entry.message.author_id,
            text=self.text_of(entry, moment),
            published_at=entry.message.at.replace(microsecond=0),
            edited_at=edited.replace(microsecond=0) if edited else None,
            on_board=(entry.post or entry).message.on_board,
            is_video=(entry.post or entry).message.is_video,
        )

    def _settle(self, message: TownMessage) -> None:
        entry = self.entries.get(message.key)
        is_new, was_present = entry is None, entry is not None and entry.is_present
        entry = entry or self._publish(message)
        entry.message = message
        self.walls[message.page_id].settle(entry, is_present(message, self.now))
        self._hear(entry, is_new=is_new, was_present=was_present)

    def _hear(self, entry: Entry, *, is_new: bool, was_present: bool) -> None:
        """Tells the listener what has become of a message since it last heard of it."""
        key, text = entry.message.key, self.text_of(entry)
        before, self._told[key] = self._told.get(key, text), text
        happening = None
        if entry.is_present != was_present:
            happening = (Happening.APPEARED if is_new else Happening.RESTORED) if entry.is_present else Happening.DELETED
        elif entry.is_present and text != before:
            happening = Happening.EDITED
        if happening is not None and self._listener is not None:
            self._listener(self, happening, entry)

    def _publish(self, message: TownMessage) -> Entry:
        wall = self.walls[message.page_id]
        entry = wall.publish(message, self.entry_of(message.post_key), self.entry_of(message.reply_to_key))
        self.entries[message.key] = entry
        return entry
