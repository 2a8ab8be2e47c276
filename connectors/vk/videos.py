"""Videos and live broadcasts: each is read as a post of the page, its comments as those of the post, threads included.

A video has the id `video456239017` within its wall. Its title and description are the page's own word. VK answers about
videos to people only, so all this needs a person's key (`vk_user`); without one that may ask, nothing is said of videos.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.sdk.contract import Author, Message, MessageType, Page, PostCount, PostRef, Wall
from connectors.sdk.errors import AccessDenied, SourceGone
from connectors.sdk.fields import line, mapping, whole
from connectors.vk import settings
from connectors.vk.api import Answer, NoPersonsKey, Parameters
from connectors.vk.client import VkClient
from connectors.vk.fields import moment
from connectors.vk.mapping import VIDEO, post_url, video_of
from connectors.vk.paging import Paging
from connectors.vk.request import WallRequest, write_wall_request
from connectors.vk.schemas import Listing, Malformed, read_listing

VIDEOS, COMMENTS = "video.get", "video.getComments"


@dataclass(frozen=True, slots=True)
class VkVideo:
    """A video or a live broadcast. `added` is when it came onto its page, which may be long after it was made."""

    id: int
    owner_id: int
    text: str
    date: datetime
    added: datetime
    comments: int


def read_videos(answer: Answer) -> Listing[VkVideo]:
    """Videos of video.get."""
    return read_listing(answer, _video)


def _video(entry: object) -> VkVideo:
    fields = mapping(entry)
    number, owner_id = whole(fields.get("id")), whole(fields.get("owner_id"))
    added = moment(fields.get("adding_date")) or moment(fields.get("date"))
    if not number or number < 0 or not owner_id or added is None:
        raise Malformed("no id, owner or date")
    return VkVideo(
        id=number,
        owner_id=owner_id,
        text="\n".join(filter(None, (line(fields.get("title")), line(fields.get("description"))))),
        date=moment(fields.get("date")) or added,
        added=added,
        comments=whole(fields.get("comments")) or 0,
    )


async def read_video_section(client: VkClient, wall: Wall, not_before: datetime) -> AsyncIterator[Page]:
    """The page's own videos added since a moment; those that it shows of others are talked about elsewhere.

    A page whose videos are closed to strangers has none."""
    paging, told = Paging(), set[int]()
    while not paging.is_over:
        place: Parameters = {"owner_id": wall.external_id, "offset": paging.offset, "count": settings.PAGE_SIZE, "extended": 1}
        try:
            listing = read_videos(answer := await client.read(VIDEOS, place))
        except NoPersonsKey:
            raise
        except (AccessDenied, SourceGone):
            return
        if paging.accept(listing.ids, listing.total) is None:
            continue
        own = {video.id for video in listing.entries if str(video.owner_id) == wall.external_id}
        if listing.ids:
            yield page_of(answer, listing, WallRequest(wall, not_before, frozenset(own & told)))
        told |= own
        if any(video.added < not_before for video in listing.entries):
            return


def page_of(answer: Answer, listing: Listing[VkVideo], request: WallRequest) -> Page:
    """What a page of videos tells to who read it for this request."""
    own = [video for video in listing.entries if str(video.owner_id) == request.wall.external_id and video.id not in request.again]
    told = tuple(video_message(request.wall, video) for video in own if video.added >= request.earliest)
    return Page(told, None, answer.raw, VIDEOS, skipped=listing.skipped, request=write_wall_request(request))


async def count_videos(client: VkClient, videos: Collection[PostRef]) -> Mapping[PostRef, PostCount | None]:
    """Counters of videos of any pages in one call; none of them while no person's key may ask, or where pages are closed."""
    if not videos:
        return {}
    names = [f"{ref.wall.external_id}_{video_of(ref.external_id)}" for ref in videos]
    try:
        listing = read_videos(await client.read(VIDEOS, {"videos": names, "count": settings.PAGE_SIZE, "extended": 1}))
    except (AccessDenied, SourceGone):
        return {}
    found = {(str(video.owner_id), video.id): video for video in listing.entries}
    shown = {ref: found.get((ref.wall.external_id, video_of(ref.external_id) or 0)) for ref in videos}
    return {
        ref: PostCount(video.comments, video_message(ref.wall, video)) if video else None
        for ref, video in shown.items()
        if video or not listing.skipped
    }


def video_message(wall: Wall, video: VkVideo) -> Message:
    """A video as a post in the page's own name."""
    post_id = f"{VIDEO}{video.id}"
    return Message(
        type=MessageType.POST,
        external_id=post_id,
        wall=wall,
        url=post_url(wall, post_id),
        published_at=video.date,
        author=Author(wall.external_id, is_community=True),
        text=video.text,
        attachments=("video",),
        comment_count=video.comments,
    )
