"""A recorded town: what people and bodies write and when, told without any network's own words.

Each emulator replays a town through its network's documented API. Ids of people are positive, of pages negative.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TownPerson:
    id: int
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class TownPage:
    """A community. `id` is positive here; it writes under `-id`. `is_group` tells a group from a public page."""

    id: int
    name: str
    screen_name: str
    members: int = 1000
    verified: bool = False
    closed: bool = False
    deleted: bool = False
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class TownMessage:
    """A post (`post_key=None`) or a comment, with all that will ever happen to it.

    `key` is unique in the town. `author_id` is a person's id, or a page's id negated. `edits` are (moment, new text) in
    order; `deleted_at` and `restored_at` hide it and show it again. `stays_as_stub` makes a deleted comment remain as a
    stub without author and text. `mentions` are author ids put before the text the way the network writes a mention.
    `on_board` makes a post a topic of the page's discussion board, its text the title. `comments_closed` ends writing
    under a post, `comments_hidden` reading as well. `repost_of_key` names the post that this one repeats. `is_video` makes
    a post a video of the page, its first line the title.
    """

    key: str
    page_id: int
    author_id: int
    at: datetime
    text: str
    post_key: str | None = None
    reply_to_key: str | None = None
    mentions: tuple[int, ...] = ()
    edits: tuple[tuple[datetime, str], ...] = ()
    deleted_at: datetime | None = None
    restored_at: datetime | None = None
    stays_as_stub: bool = False
    pinned: bool = False
    attachments: tuple[str, ...] = ()
    comments_closed: bool = False
    comments_hidden: bool = False
    repost_of_key: str | None = None
    on_board: bool = False
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that is ever written, in any order; an emulator shows only what has happened by its clock."""

    pages: tuple[TownPage, ...]
    people: tuple[TownPerson, ...]
    messages: tuple[TownMessage, ...] = field(repr=False, default=())


def is_present(message: TownMessage, now: datetime) -> bool:
    """Whether the message is published and not deleted at `now`."""
    if now < message.at:
        return False
    if message.deleted_at is None or now < message.deleted_at:
        return True
    return message.restored_at is not None and now >= message.restored_at


def text_at(message: TownMessage, now: datetime) -> str:
    """The wording that stands at `now`: the last edit that has happened, else the first text."""
    return next((text for moment, text in reversed(message.edits) if moment <= now), message.text)


def edited_at(message: TownMessage, now: datetime) -> datetime | None:
    """The moment of the last edit that has happened by `now`."""
    return next((moment for moment, _ in reversed(message.edits) if moment <= now), None)


def presence_changes(message: TownMessage) -> tuple[datetime, ...]:
    """The moments at which the message appears, goes and comes back."""
    return tuple(moment for moment in (message.at, message.deleted_at, message.restored_at) if moment is not None)
