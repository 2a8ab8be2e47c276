"""The OK connector: the contract's capabilities, each handed to the module that knows it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from connectors.ok import settings
from connectors.ok.api import Parameters
from connectors.ok.client import OkClient
from connectors.ok.links import EXAMPLES, GroupLink, parse_link
from connectors.ok.mapping import resolved_source, topic_message
from connectors.ok.names import Names
from connectors.ok.page_mapper import map_page
from connectors.ok.probe import check_credential, probe_all
from connectors.ok.replies import Replies
from connectors.ok.schemas import OkTopic, read_address, read_counts, read_groups, read_topics
from connectors.ok.thread import read_thread
from connectors.ok.wall import read_wall
from connectors.sdk.contract import (
    ConnectorContext,
    Credential,
    Cursor,
    Message,
    Page,
    PostCount,
    PostRef,
    PublishedReply,
    ResolvedSource,
    Wall,
)
from connectors.sdk.errors import InvalidLink, SourceGone
from connectors.sdk.http import HttpLimits

GROUP = "GROUP"


class OkConnector:
    """Reads topics and comments of groups; publishes replies where OK still allows it."""

    network = settings.NETWORK
    count_batch_size = settings.TOPICS_PER_COUNT

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._client = OkClient(context, limits)
        self._names = Names(self._client)
        self._replies = Replies(self._client, context.now)

    async def close(self) -> None:
        """Gives back the connections."""
        await self._client.close()

    async def probe(self) -> Mapping[str, str]:
        """By capability "available", "gone: …", "refused: …" or "unknown: …"; changes nothing at OK."""
        found = await probe_all(self._client)
        self._replies.learn(found["publish_reply"])
        return found

    async def resolve(self, link: str) -> ResolvedSource:
        """The group behind a link; `InvalidLink` for a person or an application, `SourceGone` for what is not there."""
        named = parse_link(link)
        group_id = named.group_id if isinstance(named, GroupLink) else await self._group_id(named.shortname)
        groups = read_groups(await self._client.read("group.getInfo", {"uids": group_id, "fields": settings.GROUP_FIELDS}))
        group = next((found for found in groups if found.id == group_id), None)
        if group is None:
            raise SourceGone(f"the group {group_id} is deleted, blocked or was never there")
        return resolved_source(group)

    def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        """Topics since the cursor with some overlap; without one since `not_before`."""
        return read_wall(self._client, wall, since, not_before)

    def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        """Comments that are new since the cursor, and the newest page at least; all of them, with full coverage, without one."""
        return read_thread(self._client, self._names, post, since)

    def map_page(self, method: str, request: str, raw: bytes) -> Page:
        """The page of a body that was read before, as we would make it today."""
        return map_page(method, request, raw)

    async def count_comments(self, posts: Sequence[PostRef]) -> Mapping[PostRef, PostCount | None]:
        """Counters of up to 100 topics in one call; a topic that may hide among unreadable entries is left out rather than called gone."""
        if len(posts) > self.count_batch_size:
            raise ValueError(f"at most {self.count_batch_size} posts in one call, not {len(posts)}")
        if not posts:
            return {}
        asked = list(dict.fromkeys(post.external_id for post in posts))
        parameters: Parameters = {"topic_ids": asked, "media_limit": settings.MEDIA_PER_TOPIC, "fields": settings.TOPIC_FIELDS}
        answer = await self._client.read("mediatopic.getByIds", parameters)
        listing, counts = read_topics(answer), read_counts(answer)
        shown = {topic.id: topic for topic in listing.entries}
        is_whole = len(listing.ids) == len(listing.entries) + listing.skipped
        known = [post for post in posts if post.external_id in counts or is_whole]
        return {post: counted(counts.get(post.external_id), shown.get(post.external_id), post.wall) for post in known}

    def takes_replies(self, post: PostRef) -> bool:
        """Under every topic, as far as the key may (`probe`)."""
        return True

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """A comment in the group's name, or `ReplyRejected` with the address to answer at by hand. OK takes no key against repeats."""
        return await self._replies.publish(to, text)

    async def check_credential(self, credential: Credential) -> Mapping[str, str]:
        """By capability what stands against the key, "" where nothing does; `AuthenticationFailed` for a dead one."""
        return await check_credential(self._client, credential)

    async def _group_id(self, shortname: str) -> str:
        found = read_address(await self._client.read("url.getInfo", {"url": f"{settings.SITE}/{shortname}"}))
        if found is None:
            raise SourceGone(f"nothing on OK has the short name {shortname!r}")
        kind, group_id = found
        if kind != GROUP:
            raise InvalidLink(f"{shortname!r} is the short name of another kind of page ({kind.lower()}), not of a group; {EXAMPLES}")
        return group_id


def counted(count: int | None, topic: OkTopic | None, wall: Wall) -> PostCount | None:
    """The counter of a topic, `None` for one that is gone. Its message is left out where blocks may be cut off."""
    if count is None:
        return None
    is_whole = topic is not None and topic.blocks < settings.MEDIA_PER_TOPIC
    return PostCount(count, topic_message(topic, wall) if topic and is_whole else None)
