"""Plays a town by a clock that moves forward only: tells an emulator's world of every message whose moment has come.

The world keeps its network's own lists; the replay keeps what all networks share: pages, people, messages and when to look
at which of them. Every change of a message passes `settle`: the place to tell subscribers of pushed events.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

from connectors.sdk.emulation.town import Town, TownMessage, TownPage, presence_changes

NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class Replay:
    """A town at one moment. `settle` is told of each message that appears, goes, comes back or was changed by hand."""

    def __init__(self, town: Town, settle: Callable[[TownMessage], None]) -> None:
        self.pages = {page.id: page for page in town.pages}
        self.people = {person.id: person for person in town.people}
        self.screen_names = {page.screen_name: page.id for page in town.pages}
        self.messages = {message.key: message for message in town.messages}
        self._settle = settle
        self._now: datetime | None = None
        self._begun: set[str] = set()
        self._sequence = count()
        self._schedule = [step for message in town.messages for step in self._steps(message)]
        heapify(self._schedule)
        for message in town.messages:
            self._check(message)

    @property
    def now(self) -> datetime:
        """The moment that the replay has come to."""
        if self._now is None:
            raise RuntimeError("the replay has not begun")
        return self._now

    def advance(self, now: datetime) -> None:
        """Settles all that is due by `now`, each at its own moment; an earlier moment than before changes nothing.

        What lies before the first `now` is history, of which only the end is looked at.
        """
        self._now = self._now or now
        target = max(self._now, now)
        moment = target.timestamp()
        while self._schedule and self._schedule[0][0] <= moment:
            at, *_, key = heappop(self._schedule)
            self._now = min(max(self._now, datetime.fromtimestamp(at, UTC)), target)
            self._look_at(self.messages[key])
        self._now = target

    def add(self, message: TownMessage) -> None:
        """Takes in one more message, which appears when its time has come; `ValueError` for one that cannot be."""
        if message.key in self.messages:
            raise ValueError(f"the town already has a message {message.key!r}")
        self._check(message)
        self.messages[message.key] = message
        self._plan(message)

    def write(self, message: TownMessage) -> None:
        """Takes in what somebody who is not of the town writes now. Bodies that were going to answer the same comment leave it at that,

        and whoever was going to reply to them replies to what was written.
        """
        self.add(message)
        if message.reply_to_key is None:
            return
        still_to_come = [one for one in self.messages.values() if one.at > self.now]
        spared = {one.key for one in still_to_come if one.reply_to_key == message.reply_to_key and one.author_id < 0}
        for one in still_to_come:
            if one.reply_to_key in spared:
                self.messages[one.key] = replace(one, reply_to_key=message.key)
        for key in spared:
            self.change(key, at=NEVER, edits=(), deleted_at=None, restored_at=None)

    def change(self, key: str, **fields: Any) -> None:
        """Changes fields of a message, which take effect at their time or at once."""
        self.messages[key] = message = replace(self.messages[key], **fields)
        self._check(message)
        if key in self._begun:
            self._settle(message)
        self._plan(message)

    def change_page(self, page_id: int, **fields: Any) -> TownPage:
        """Changes fields of a page at once; an abandoned screen name leads nowhere afterwards."""
        before = self.pages[page_id]
        self.pages[page_id] = page = replace(before, **fields)
        if page.screen_name != before.screen_name:
            del self.screen_names[before.screen_name]
            self.screen_names[page.screen_name] = page_id
        return page

    def page_named(self, screen_name: str) -> TownPage | None:
        return self.pages.get(self.screen_names.get(screen_name, 0))

    def _look_at(self, message: TownMessage) -> None:
        """Settles a message, unless it was put off before it ever appeared."""
        if message.key in self._begun or message.at <= self.now:
            self._begun.add(message.key)
            self._settle(message)

    def _plan(self, message: TownMessage) -> None:
        for step in self._steps(message):
            heappush(self._schedule, step)
        self.advance(self.now)

    def _steps(self, message: TownMessage) -> Iterator[tuple[float, int, int, str]]:
        """Moments at which to look at the message; within one second a post comes before its comments and their replies."""
        depth = self._depth(message)
        for moment in (*presence_changes(message), *(moment for moment, _ in message.edits)):
            yield moment.timestamp(), depth, next(self._sequence), message.key

    def _depth(self, message: TownMessage) -> int:
        depth, target = 0, message.reply_to_key or message.post_key
        while target in self.messages:
            above = self.messages[target]
            depth, target = depth + 1, above.reply_to_key or above.post_key
        return depth

    def _check(self, message: TownMessage) -> None:
        if message.page_id not in self.pages:
            raise ValueError(f"message {message.key!r} stands on an unknown page {message.page_id}")
        for target, post_key in ((message.post_key, None), (message.reply_to_key, message.post_key)):
            above = self.messages.get(target) if target else None
            if target and (above is None or above is message or above.page_id != message.page_id or above.at > message.at):
                raise ValueError(f"message {message.key!r} has nothing to stand under: {target!r} is missing, later or elsewhere")
            if above and above.post_key != post_key:
                raise ValueError(f"message {message.key!r} and {target!r} stand under different posts")
