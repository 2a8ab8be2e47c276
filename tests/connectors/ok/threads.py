"""A topic with many comments, and an archive that follows it."""

from typing import Any

from connectors.ok.connector import OkConnector
from connectors.ok.emulator import Quirks
from connectors.sdk.emulation.town import TownMessage
from tests.connectors.ok.archive import Archive
from tests.connectors.ok.ok_world import OkWorld, comment, pages_of, post

METHOD = "discussions.getComments"
IRREGULAR = (
    Quirks(),
    Quirks(newest_first=True, anchors_repeat=True, entities=True),
    Quirks(old_comments=True, nameless_comments=True, silent_ends=True),
    Quirks(bare_empty=True, unknown_parts=True),
)


def thread_of(count: int, *, step: float = 1, **fields: Any) -> list[TownMessage]:
    """A topic with so many comments, `step` minutes apart; every third one answers the one seven before it."""
    answered = {number: f"c{number - 7}" for number in range(9, count, 3)}
    comments = [comment(f"c{number}", 1 + number * step, f"Вопрос {number}", reply_to_key=answered.get(number)) for number in range(count)]
    return [post("post", 0, **fields), *comments]


def shown(world: OkWorld) -> dict[str, str]:
    """What OK shows under the topic now."""
    return {message.id: message.text for key, message in world.emulator.visible().items() if key != "post"}


async def update(archive: Archive, connector: OkConnector, world: OkWorld) -> int:
    """Reads on and stores; the number of calls that it took."""
    before = world.calls(METHOD)
    async for page in connector.read_comments(world.post_ref("post"), archive.cursor):
        archive.store_page(page)
    return world.calls(METHOD) - before


async def sweep(archive: Archive, connector: OkConnector, world: OkWorld) -> None:
    """Reads everything again and stores it."""
    archive.store(await pages_of(connector.read_comments(world.post_ref("post"), None)))
