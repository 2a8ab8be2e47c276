"""The VK connector: the contract's capabilities, each handed to the module that knows it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

from connectors.sdk.contract import (
    DIRECT_DIALOGUE,
    ConnectorContext,
    Credential,
    Cursor,
    Message,
    MessageType,
    Page,
    PostCount,
    PostRef,
    PublishedReply,
    PushedEvent,
    PushedNews,
    ResolvedSource,
    Updates,
    Wall,
)
from connectors.sdk.errors import AccessDenied, InvalidLink, SourceGone
from connectors.sdk.http import HttpLimits
from connectors.vk import push, settings
from connectors.vk.boards import count_topics
from connectors.vk.check import check_credential
from connectors.vk.client import VkClient
from connectors.vk.events import parse_envelope, read_event
from connectors.vk.links import EXAMPLES, GroupLink, parse_link
from connectors.vk.long_poll import LongPoll
from connectors.vk.mapping import comment_url, post_message, resolved_source, topic_of, video_of
from connectors.vk.page_mapper import map_page
from connectors.vk.schemas import VkPost, read_comment_id, read_communities, read_people, read_posts, read_screen_name
from connectors.vk.sections import read_page, sections_of
from connectors.vk.thread import read_thread
from connectors.vk.videos import count_videos

COMMUNITY_TYPES = frozenset({"group", "page", "event"})


class VkConnector:
    """Reads walls, boards and comments with service keys, videos with a person's, writes replies with the keys of communities."""

    network = settings.NETWORK
    count_batch_size = settings.POSTS_PER_COUNT
    acknowledgement = "ok"

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None, *, boards: bool = True) -> None:
        self._client = VkClient(context, limits)
        self._sections = sections_of(self._client, boards=boards)
        self._long_poll = LongPoll(self._client)

    async def close(self) -> None:
        """Gives back the connections."""
        await self._client.close()

    async def resolve(self, link: str) -> ResolvedSource:
        """The community behind a link; `InvalidLink` for a person or an application, `SourceGone` for a deleted one."""
        named = parse_link(link)
        group_id = named.group_id if isinstance(named, GroupLink) else await self._group_id(named.screen_name)
        gone = SourceGone(f"the community {group_id} is deleted, blocked or was never there")
        try:
            answer = await self._client.read("groups.getById", {"group_ids": str(group_id), "fields": "members_count"})
        except SourceGone as error:
            raise gone from error
        community = next((found for found in read_communities(answer) if found.id == group_id), None)
        if community is None or community.is_gone:
            raise gone
        return resolved_source(community)

    def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        """Posts, topics and videos since the cursor with some overlap; without one since `not_before`. The pinned post always."""
        return read_page(self._client, wall, since, not_before, self._sections)

    def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        """Comments that are new, moved or gone since the cursor; all of them, with full coverage, without one."""
        return nothing_to_read() if is_dialogue(post) else read_thread(self._client, post, since)

    def map_page(self, method: str, request: str, raw: bytes) -> Page:
        """The page of a body that was read before, as we would make it today."""
        return map_page(method, request, raw)

    async def count_comments(self, posts: Sequence[PostRef]) -> Mapping[PostRef, PostCount | None]:
        """Counters of up to 100 posts in one call; a post whose entry cannot be read is left out rather than called gone."""
        if len(posts) > self.count_batch_size:
            raise ValueError(f"at most {self.count_batch_size} posts in one call, not {len(posts)}")
        posts = [post for post in posts if not is_dialogue(post)]
        if not posts:
            return {}
        topics = [post for post in posts if topic_of(post.external_id) is not None]
        videos = [post for post in posts if video_of(post.external_id) is not None]
        posts = [post for post in posts if post not in topics and post not in videos]
        counts = {**await count_topics(self._client, topics), **await count_videos(self._client, videos)}
        return counts | await self._count_posts(posts) if posts else counts

    async def _count_posts(self, posts: Sequence[PostRef]) -> dict[PostRef, PostCount | None]:
        names = list(dict.fromkeys(f"{post.wall.external_id}_{post.external_id}" for post in posts))
        listing = read_posts(await self._client.read("wall.getById", {"posts": names, "extended": 1}))
        found = {(str(post.owner_id), str(post.id)): post for post in listing.entries}
        shown = {post: found.get((post.wall.external_id, post.external_id)) for post in posts}
        return {
            post: counted(vk_post, listing.names) if vk_post else None for post, vk_post in shown.items() if vk_post or not listing.skipped
        }

    def takes_replies(self, post: PostRef) -> bool:
        """Under posts of the wall; not on boards, under videos or in private dialogues."""
        return not is_dialogue(post) and topic_of(post.external_id) is None and video_of(post.external_id) is None

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """A comment in the name of the wall's own community. VK keeps repeats apart by `guid`, which is our `reply_id`."""
        if to.type is MessageType.DIRECT:
            raise AccessDenied("private messages are answered in the community's own inbox, under the link", permanent=True)
        place = to.post_id or to.external_id
        if topic_of(place) is not None or video_of(place) is not None:
            raise AccessDenied("VK lets no community key write on a board or under a video: answer by hand under the link", permanent=True)
        post, group_id = PostRef(to.wall, place), -int(to.wall.external_id)
        where = {"owner_id": to.wall.external_id, "post_id": post.external_id, "from_group": str(group_id)}
        answered = {"reply_to_comment": to.external_id} if to.type is MessageType.COMMENT else {}
        parameters = {**where, **answered, "message": text, "guid": reply_id}
        answer = await self._client.write("wall.createComment", parameters, group_id=group_id)
        comment_id, parents = read_comment_id(answer)
        answered_root = (to.root_id or to.external_id) if answered else None
        root_id = str(parents[0]) if parents else answered_root
        return PublishedReply(str(comment_id), comment_url(post, str(comment_id), root_id))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
        """The event of VK's Callback API, its secret compared in constant time."""
        return parse_envelope(headers, body, secret=secret)

    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        """What an event tells of a post or a comment."""
        return read_event(raw, received_at=received_at)

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        """Events of VK's Bots Long Poll since the cursor."""
        return await self._long_poll.wait_for_updates(wall, since)

    async def confirmation_code(self, wall: Wall) -> str:
        """The code that VK wants to read at our address."""
        return await push.confirmation_code(self._client, push.group_of(wall))

    async def open_callback(self, wall: Wall, address: str, *, secret: str, direct_messages: bool) -> str:
        """Has VK send the community's events to the address; `AccessDenied` says which right the key lacks."""
        group_id = push.group_of(wall)
        return await push.open_callback(self._client, group_id, address, secret=secret, direct_messages=direct_messages)

    async def callback_state(self, wall: Wall, server: str) -> str:
        """VK's word for the state of our server."""
        return await push.callback_state(self._client, push.group_of(wall), server)

    async def close_callback(self, wall: Wall, server: str) -> None:
        """Takes our server out of the community."""
        await push.close_callback(self._client, push.group_of(wall), server)

    async def open_long_poll(self, wall: Wall, *, direct_messages: bool) -> None:
        """Has VK keep the community's events for a long poll."""
        await push.open_long_poll(self._client, push.group_of(wall), direct_messages=direct_messages)

    async def name_authors(self, authors: Collection[str]) -> Mapping[str, str]:
        """Names of people by `users.get`, of communities by `groups.getById`; at most a thousand people and 500 communities."""
        people = [author for author in authors if not author.startswith("-")][: settings.PEOPLE_PER_CALL]
        groups = [author.removeprefix("-") for author in authors if author.startswith("-")][: settings.COMMUNITIES_PER_CALL]
        names: dict[str, str] = {}
        if people:
            names |= read_people(await self._client.read("users.get", {"user_ids": people}))
        if groups:
            found = read_communities(await self._client.read("groups.getById", {"group_ids": groups}))
            names |= {f"-{community.id}": community.name for community in found}
        return names

    async def check_credential(self, credential: Credential) -> Mapping[str, str]:
        """By capability what stands against the key, "" where nothing does; `AuthenticationFailed` for a dead one."""
        return await check_credential(self._client, credential)

    async def _group_id(self, screen_name: str) -> int:
        named = read_screen_name(await self._client.read("utils.resolveScreenName", {"screen_name": screen_name}))
        if named is None:
            raise SourceGone(f"nothing on VK has the short name {screen_name!r}")
        kind, found_id = named
        if kind not in COMMUNITY_TYPES:
            raise InvalidLink(f"{screen_name!r} is the short name of another kind of page ({kind}), not of a community; {EXAMPLES}")
        return found_id


def is_dialogue(post: PostRef) -> bool:
    """Whether it is a private dialogue: those are pushed, never read."""
    return post.external_id.startswith(DIRECT_DIALOGUE)


async def nothing_to_read() -> AsyncIterator[Page]:
    """One empty page."""
    yield Page((), None)


def counted(post: VkPost, names: Mapping[int, str]) -> PostCount | None:
    """The counter of a post, `None` for a deleted one."""
    return None if post.is_deleted else PostCount(post.comment_count or 0, post_message(post, names))
