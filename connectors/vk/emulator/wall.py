"""Walls as VK keeps them: one counter of ids a wall, posts by date, comments in two levels, stubs of deleted comments."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from connectors.sdk.emulation.town import TownMessage

by_order = attrgetter("order")


@dataclass(slots=True, eq=False)
class Entry:
    """One message under its VK id. `replies` are the listed comments of the level below, oldest first.

    `present_comments` (posts only) counts what is not deleted, `listed_comments` the stubs as well.
    """

    message: TownMessage
    id: int
    owner_id: int
    post: "Entry | None" = None
    root: "Entry | None" = None
    reply_to: "Entry | None" = None
    order: tuple[float, int] = (0.0, 0)
    is_present: bool = False
    is_listed: bool = False
    replies: list["Entry"] = field(default_factory=list)
    present_comments: int = 0
    listed_comments: int = 0

    @property
    def parents_stack(self) -> list[int]:
        return [self.root.id] if self.root else []


@dataclass(slots=True, eq=False)
class Wall:
    """The wall of one community: listed posts oldest first, and every entry ever published by its id."""

    page_id: int
    last_id: int = 0
    posts: list[Entry] = field(default_factory=list)
    topics: list[Entry] = field(default_factory=list)
    videos: list[Entry] = field(default_factory=list)
    pinned: list[Entry] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)

    def publish(self, message: TownMessage, post: Entry | None, reply_to: Entry | None) -> Entry:
        """A new entry under the next id of the wall; it is not listed yet."""
        self.last_id += 1
        is_flat = post is not None and post.message.on_board
        root = (reply_to.root or reply_to) if reply_to and not is_flat else None
        entry = Entry(message, self.last_id, -self.page_id, post, root, reply_to)
        self.entries[entry.id] = entry
        return entry

    def post(self, post_id: int) -> Entry | None:
        """The post as long as it is listed."""
        return self._listed(self.posts, post_id)

    def topic(self, topic_id: int) -> Entry | None:
        """The topic of the board as long as it is listed."""
        return self._listed(self.topics, topic_id)

    def video(self, video_id: int) -> Entry | None:
        """The video as long as it is listed."""
        return self._listed(self.videos, video_id)

    def level_of(self, message: TownMessage) -> list[Entry]:
        """Among what the message stands when it is no comment."""
        return self.topics if message.on_board else self.videos if message.is_video else self.posts

    def _listed(self, level: list[Entry], number: int) -> Entry | None:
        entry = self.entries.get(number)
        return entry if entry and entry.post is None and entry.is_listed and self.level_of(entry.message) is level else None

    def comment(self, post: Entry, comment_id: int) -> Entry | None:
        """The comment or its stub under this very post."""
        entry = self.entries.get(comment_id)
        return entry if entry and entry.post is post and entry.is_listed else None

    def pinned_post(self) -> Entry | None:
        """The newest of the pinned posts: VK keeps one."""
        return max(self.pinned, key=by_order, default=None)

    def settle(self, entry: Entry, is_present: bool) -> None:
        """Brings lists and counters in line with the entry's message, which may have changed as well."""
        if entry.post is None:
            self._settle_post(entry, is_present)
        else:
            entry.post.present_comments += is_present - entry.is_present
            entry.is_present = is_present
            self._settle_comment(entry, entry.post)

    def _settle_post(self, entry: Entry, is_present: bool) -> None:
        order = (entry.message.at.timestamp(), entry.id)
        level = self.level_of(entry.message)
        if entry.is_listed and (not is_present or order != entry.order):
            self._take_out(level, entry)
        entry.order, entry.is_present = order, is_present
        if is_present and not entry.is_listed:
            self._put_in(level, entry)
        if entry in self.pinned:
            self.pinned.remove(entry)
        if is_present and entry.message.pinned and level is self.posts:
            self.pinned.append(entry)

    def _settle_comment(self, entry: Entry, post: Entry) -> None:
        """A deleted comment stays as a stub while replies stand under it."""
        is_listed = entry.is_present or (bool(entry.replies) or entry.message.stays_as_stub)
        if is_listed == entry.is_listed:
            return
        level = (entry.root or post).replies
        entry.order = (float(entry.id), 0)
        if is_listed:
            self._put_in(level, entry)
        else:
            self._take_out(level, entry)
        post.listed_comments += 1 if is_listed else -1
        if entry.root:
            self._settle_comment(entry.root, post)

    def _put_in(self, level: list[Entry], entry: Entry) -> None:
        insort(level, entry, key=by_order)
        entry.is_listed = True

    def _take_out(self, level: list[Entry], entry: Entry) -> None:
        del level[bisect_left(level, entry.order, key=by_order)]
        entry.is_listed = False


def newest_first(posts: Sequence[Entry], pinned: Entry | None, *, offset: int, count: int) -> list[Entry]:
    """A stretch of posts newest first, but with the pinned one (among `posts`) before all others, whatever its date."""
    last = len(posts) - 1
    places = range(offset, min(offset + count, len(posts)))
    if pinned is None:
        return [posts[last - place] for place in places]
    own_place = last - bisect_left(posts, pinned.order, key=by_order)
    return [pinned if place == 0 else posts[last - (place if place > own_place else place - 1)] for place in places]
