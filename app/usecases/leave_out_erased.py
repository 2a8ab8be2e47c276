"""Leaves people who were erased on request out of a page, so that reading it again does not store them anew."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from app.domain.retention import UNKNOWN_AUTHOR
from app.storage.engine import Database
from app.storage.privacy import erasures
from app.storage.privacy.marks import Marks
from app.storage.regions import RegionId
from connectors.sdk.contract import DIRECT_DIALOGUE, ConnectorPlugin, Message, Page

LEFT_OUT = "people left out"
"""The method under which a page without them is kept: as the messages that were stored, not as it was received."""


@dataclass(frozen=True, slots=True)
class ErasedPeople:
    """How people who were erased are recognised, and how networks write their names into texts."""

    marks: Marks
    plugins: Mapping[str, ConnectorPlugin]

    def without(self, network: str, text: str, author_id: str) -> str:
        """A text without the network's marking of the person."""
        plugin = self.plugins.get(network)
        return text if plugin is None else plugin.without_person(text, author_id)


def nobody_erased() -> ErasedPeople:
    """By a key that is kept nowhere, under which nobody is ever recognised."""
    return ErasedPeople(Marks(secrets.token_hex(32)), {})


async def leave_out_erased(database: Database, region_id: RegionId, people: ErasedPeople, network: str, page: Page) -> tuple[Page, int]:
    """The page with the places of what erased people wrote, and nothing of theirs; and how many messages that changed."""
    marks = {people.marks.of(network, author_id): author_id for message in page.messages for author_id in _named(message)}
    async with database.read() as session:
        gone = {marks[mark] for mark in await erasures.known(session, region_id, network, marks.keys())}
    if not gone:
        return page, 0
    dialogues = {f"{DIRECT_DIALOGUE}{author_id}" for author_id in gone}
    kept = [one for one in page.messages if one.post_id not in dialogues]
    shown = [_without(people, network, one, gone) for one in kept]
    changed = len(page.messages) - sum(before is after for before, after in zip(kept, shown, strict=True))
    return replace(page, messages=tuple(shown), raw=b"", method=LEFT_OUT, request=""), changed


def _named(message: Message) -> Iterator[str]:
    """Who wrote it, whom it mentions, and after whom its private dialogue is named, though a stub says no more of them."""
    if message.author is not None:
        yield message.author.external_id
    yield from message.mentions
    if message.post_id is not None and message.post_id.startswith(DIRECT_DIALOGUE):
        yield message.post_id.removeprefix(DIRECT_DIALOGUE)


def _without(people: ErasedPeople, network: str, message: Message, gone: Collection[str]) -> Message:
    if message.author is not None and message.author.external_id in gone:
        return replace(message, author=None, text=None, mentions=(), edited_at=None)
    named = [one for one in message.mentions if one in gone]
    if not named:
        return message
    text = message.text
    for author_id in named:
        text = None if text is None else people.without(network, text, author_id)
    return replace(message, text=text, mentions=tuple(UNKNOWN_AUTHOR if one in gone else one for one in message.mentions))
