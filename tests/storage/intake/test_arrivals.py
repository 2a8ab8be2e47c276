"""What arriving messages are told to make of conversations is what reading them again would tell."""

from datetime import datetime, timedelta, timezone

from app.domain.source import SourceId
from app.storage import conversations, sources, threads
from app.storage.conversations import Conversations
from app.storage.engine import Database
from app.storage.intake import arrivals
from app.storage.messages import NewMessage, RawPayload, ThreadKey
from app.storage.partitions import ensure_month, month_of
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.storage.threads import FoundPost

HOUR = timedelta(hours=1)
MOSCOW = timezone(3 * HOUR)
RESIDENTS = {"1", "2", "3"}


async def open_thread(database: Database, region_id: RegionId, noon: datetime) -> ThreadKey:
    async with database.write() as session:
        new = NewSource("vk", "-7", "Администрация", "https://vk.com/club7", True, None, noon)
        source_id: SourceId = await sources.add(session, region_id, new, now=noon)
    async with database.write() as session:
        await ensure_month(session, month_of(noon))
    async with database.write() as session:
        await threads.lock(session, region_id, source_id, [FoundPost("100", month_of(noon), noon, 0)], now=noon)
    return ThreadKey(region_id, month_of(noon), source_id, "100")


def said(number: int, at: datetime, by: str, *, reply_to: int | None = None, mentions: str = "", asks: bool = True) -> NewMessage:
    official = by.startswith("-")
    return NewMessage(
        post_id="100",
        month=month_of(at),
        comment_id=str(number),
        root_id=None,
        reply_to_id=None if reply_to is None else str(reply_to),
        url=f"https://vk.com/wall-7_100?reply={number}",
        author_id=by,
        author_name="Имя",
        official=official,
        authority_id=None,
        text=f"Слова «{number}»\n😀",
        attachments="photo doc",
        mentions=mentions,
        published_at=at.astimezone(MOSCOW),
        edited_at=None,
        deleted_at=None,
        kind=None if official else "complaint",
        confidence=None if official else 0.1 + 0.2,
        topic=None if official else "heating",
        topic_confidence=None if official else 1 / 3,
        urgent=number % 2 == 0,
        model=None if official else "by-mark",
        asks=asks and not official,
    )


async def test_conversations_of_arriving_messages_are_those_that_reading_tells(
    database: Database, region_id: RegionId, noon: datetime
) -> None:
    thread = await open_thread(database, region_id, noon)
    raw = RawPayload("test", b"", "", noon, {})
    earlier = [
        said(1, noon, "1"),
        said(2, noon, "-7", reply_to=12),  # answers a comment that we have not seen yet
        said(3, noon + HOUR, "-7", mentions="3"),
        said(4, noon, "4"),
        said(5, noon, "-7", reply_to=4),  # of no concern to the three
    ]
    later = [
        said(11, noon - HOUR, "1", asks=False),
        said(12, noon, "2"),
        said(13, noon, "2"),
        said(14, noon, "3")._replace(deleted_at=noon.astimezone(MOSCOW)),
        said(15, noon + HOUR, "-7", reply_to=1),
        said(16, noon, "-7"),
        said(17, noon, "-7", reply_to=4, mentions="9 2"),
        said(18, noon, "-7", reply_to=4),
        said(19, noon, "5"),
    ]
    told: list[Conversations] = []
    for new, now in ((earlier, noon + 2 * HOUR), (later, noon + 3 * HOUR)):
        async with database.write() as session:
            told.append(await arrivals.arrive(session, thread, new, authors=RESIDENTS, raw=raw, now=now.astimezone(MOSCOW)))

    async with database.write() as session:
        again = await conversations.touched(session, thread, RESIDENTS)
    assert told[1] == again
    assert repr(told[1]) == repr(again), "moments must look alike too, as the log keeps how they look"
    assert {author: [one.external_id for one in part.own] for author, part in again.parts.items()} == {
        "1": ["11", "1"],
        "2": ["12", "13"],
        "3": ["14"],
    }
    assert [one.place.external_id for one in again.official] == ["2", "16", "17", "3", "15"]
