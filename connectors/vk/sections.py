"""A page as a whole: its wall at every reading, its board and its videos once in a while."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.sdk.contract import Cursor, Page, Wall
from connectors.vk import settings
from connectors.vk.api import NoPersonsKey
from connectors.vk.boards import TOPICS, read_board
from connectors.vk.client import VkClient
from connectors.vk.cursor import read_wall_cursor, write_wall_cursor
from connectors.vk.videos import VIDEOS, read_video_section
from connectors.vk.wall import read_wall


@dataclass(frozen=True, slots=True)
class Section:
    """What a page may have beside its wall. `name` is its key in the cursor; a page that shows none of it is asked once a day."""

    name: str
    method: str
    read: Callable[[VkClient, Wall, datetime], AsyncIterator[Page]]
    every: timedelta


BOARD = Section("board", TOPICS, read_board, settings.BOARD_EVERY)
VIDEO_SECTION = Section("videos", VIDEOS, read_video_section, settings.VIDEOS_EVERY)


def sections_of(client: VkClient, *, boards: bool) -> Sequence[Section]:
    """What these keys can read: videos only with a person's one."""
    return [BOARD] * boards + [VIDEO_SECTION] * client.speaks_for_a_person


async def read_page(
    client: VkClient, wall: Wall, since: Cursor | None, not_before: datetime, sections: Sequence[Section]
) -> AsyncIterator[Page]:
    """The wall, then the sections whose time has come; what has been read is safe whatever befalls the next."""
    cursor = read_wall_cursor(since)
    async for page in read_wall(client, wall, since, not_before):
        yield page
        cursor = read_wall_cursor(page.checkpoint) or cursor
    for section in sections:
        look_at = cursor.looks.get(section.name) if cursor else None
        if cursor is None or (look_at is not None and look_at > client.now()):
            continue
        pause = settings.NO_SECTION_PAUSE
        try:
            async for page in section.read(client, wall, not_before if look_at is None else look_at - settings.SECTION_OVERLAP):
                pause = section.every
                yield page
        except NoPersonsKey:
            continue  # the ledger remembers the refusal, so that the next reading costs no call until a key may ask
        cursor = replace(cursor, looks={**cursor.looks, section.name: client.now() + pause})
        yield Page((), write_wall_cursor(cursor), method=section.method)
