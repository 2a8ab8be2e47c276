"""Reads the comments of a post: newest first, only as far as the moved counters ask for.

The cursor remembers how many comments there were, the newest root and how many replies each root had. New roots, moved
threads and vanished roots are added up until they explain how far both counters (all comments, top level) have moved; then
the rest is as it was. If they never do (a comment without replies was deleted), or there is no cursor, the whole top level
is read. Each page says what it shows completely, so that what has vanished is known. What no counter shows, a reply deleted
and another written meanwhile in one thread of more than ten, is found by the next reading without a cursor.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping

from connectors.sdk.contract import Coverage, Cursor, Message, Page, PostRef
from connectors.sdk.errors import AccessDenied, SourceGone
from connectors.vk import boards, videos
from connectors.vk.api import Answer, CommentsHidden, NoPersonsKey
from connectors.vk.client import VkClient
from connectors.vk.cursor import Replies, ThreadCursor, read_thread_cursor, write_thread_cursor
from connectors.vk.level import Level, Stretch
from connectors.vk.mapping import comment_message, topic_of, video_of
from connectors.vk.request import ThreadRequest, write_thread_request
from connectors.vk.schemas import Listing, VkComment, read_comments
from connectors.vk.tally import Tally

METHOD = "wall.getComments"


async def read_thread(client: VkClient, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
    """Pages of new, moved and vanished comments; only the last one carries a checkpoint.

    A post whose comments VK hides gives one empty page, and so does a video while no person's key may ask for it.
    """
    reading = ThreadReading(post, read_thread_cursor(since))
    while level := reading.next_level:
        try:
            answer = await client.read(*question_of(post, level))
        except (CommentsHidden, NoPersonsKey):
            yield Page((), since or write_thread_cursor(ThreadCursor()), method=METHOD)
            return
        except (AccessDenied, SourceGone) as error:
            if level.root_id is None or (isinstance(error, AccessDenied) and error.permanent):
                raise
            page = reading.leave_thread()
        else:
            page = reading.take(answer, read_comments(answer))
        if page:
            yield page


def question_of(post: PostRef, level: Level) -> tuple[str, Mapping[str, str | int]]:
    """The method and parameters of the next page: a topic has one level only."""
    if topic_of(post.external_id) is not None:
        return boards.COMMENTS, boards.comments_parameters(post, level.offset)
    owner_id, video_id = post.wall.external_id, video_of(post.external_id)
    if video_id is not None:
        return videos.COMMENTS, level.parameters({"owner_id": owner_id, "video_id": video_id})
    return METHOD, level.parameters({"owner_id": owner_id, "post_id": post.external_id, "preview_length": 0})


class ThreadReading:
    """One reading of a post's comments: which levels are left to read, and what the next cursor will remember."""

    def __init__(self, post: PostRef, known: ThreadCursor | None) -> None:
        self._post = post
        self._known = known
        self._levels: deque[Level] = deque([Level()])
        self._newest_id = known.newest_id if known else 0
        self._newest_root_id = known.newest_root_id if known else 0
        self._replies = dict(known.replies) if known else {}
        self._tally = Tally(known)

    @property
    def next_level(self) -> Level | None:
        """The level whose next page is wanted; `None` when all is read."""
        return self._levels[0] if self._levels else None

    def take(self, answer: Answer, listing: Listing[VkComment]) -> Page | None:
        """The page to store; `None` when it must be read again at another offset."""
        level = self._levels[0]
        self._newest_id = max([self._newest_id, *listing.ids, *(reply.id for root in listing.entries for reply in root.thread)])
        stretch = level.take(listing, newest_known_id=self._newest_id if self._known else None)
        if stretch is None:
            return None
        taken = self._take_roots if level.root_id is None else self._take_replies
        apart, coverage = taken(level, stretch, listing)
        again = {comment.id for comment in listing.entries} - {comment.id for comment in stretch.comments}
        request = ThreadRequest(self._post, level.root_id, frozenset(again), frozenset(apart), tuple(coverage))
        return page_of(answer, listing, request, self._checkpoint())

    def leave_thread(self) -> Page | None:
        """Gives up a thread whose root has gone meanwhile; the checkpoint when it was the last to read."""
        level = self._levels.popleft()
        self._replies.pop(level.root_id or 0, None)
        checkpoint = self._checkpoint()
        return Page((), checkpoint, method=METHOD) if checkpoint else None

    def _take_roots(self, level: Level, stretch: Stretch, listing: Listing[VkComment]) -> tuple[set[int], list[Coverage]]:
        """The roots whose threads are read apart, and what the page covers."""
        vanished = self._vanished_roots(stretch, listing.ids)
        self._tally.add(listing, stretch.comments, vanished)
        threads = [self._thread_level(root) for root in stretch.comments if self._must_read(root)]
        coverage = [*self._covered(None, stretch), *self._covered_threads(stretch, vanished)]
        self._remember(stretch.comments, vanished)
        self._newest_root_id = max(self._newest_root_id, level.newest_id)
        self._levels.popleft()
        self._levels.extendleft(reversed([*threads, *([level] if self._must_read_on(level) else [])]))
        return {thread.root_id for thread in threads if thread.root_id}, coverage

    def _take_replies(self, level: Level, stretch: Stretch, listing: Listing[VkComment]) -> tuple[set[int], list[Coverage]]:
        level.stop_if_explained(stretch, listing.level)
        if level.is_over:
            newest_id = max(level.newest_id, level.known.newest_id if level.known else 0)
            self._replies[level.root_id or 0] = Replies(level.count, newest_id)
            self._levels.popleft()
        return set(), self._covered(level.root_id, stretch)

    def _must_read_on(self, top_level: Level) -> bool:
        self._tally.is_complete = top_level.is_over
        is_explained = self._known is not None and top_level.has_passed(self._known.newest_root_id) and self._tally.explains()
        return not (top_level.is_over or is_explained)

    def _must_read(self, root: VkComment) -> bool:
        """Whether the thread holds more than came with its root, and has moved."""
        return root.thread_count > len(root.thread) and root.thread_count != self._tally.replies_before(root.id)

    def _thread_level(self, root: VkComment) -> Level:
        return Level(root.id, known=self._replies.get(root.id), count=root.thread_count)

    def _vanished_roots(self, stretch: Stretch, ids: Iterable[int]) -> set[int]:
        shown = set(ids)
        return {root_id for root_id in self._replies if root_id not in shown and stretch.covers(root_id)}

    def _remember(self, roots: Iterable[VkComment], vanished: Iterable[int]) -> None:
        for root in roots:
            if root.thread_count == 0:
                self._replies.pop(root.id, None)
            elif root.thread_count <= len(root.thread):
                self._replies[root.id] = Replies(root.thread_count, max(reply.id for reply in root.thread))
        for root_id in vanished:
            self._replies.pop(root_id, None)

    def _covered(self, root_id: int | None, stretch: Stretch) -> list[Coverage]:
        if not stretch.is_complete:
            return []
        return [Coverage(self._post, str(root_id) if root_id else None, stretch.first_id, stretch.last_id)]

    def _covered_threads(self, stretch: Stretch, vanished: Iterable[int]) -> list[Coverage]:
        """Threads shown completely with their roots, and those of vanished roots, of which nothing is left."""
        whole = (root.id for root in stretch.comments if root.thread_count <= len(root.thread) and self._may_have_replies(root))
        last_id = self._newest_id if self._known else None
        return [Coverage(self._post, str(root_id), None, last_id) for root_id in (*whole, *sorted(vanished))]

    def _may_have_replies(self, root: VkComment) -> bool:
        return self._known is None or bool(root.thread) or root.id in self._replies

    def _checkpoint(self) -> Cursor | None:
        """The cursor once nothing is left to read."""
        if self._levels:
            return None
        total, roots = self._tally.settled()
        return write_thread_cursor(ThreadCursor(total, roots, self._newest_root_id, self._replies))


def page_of(answer: Answer, listing: Listing[VkComment], request: ThreadRequest, checkpoint: Cursor | None) -> Page:
    """What a page of comments tells to who read it for this request."""

    def message(comment: VkComment, root_id: int | None) -> Message:
        return comment_message(comment, request.post, listing.names, root_id=root_id)

    told = [comment for comment in listing.entries if comment.id not in request.again]
    messages = [message(comment, request.root_id) for comment in told]
    if request.root_id is None:
        messages += [message(reply, root.id) for root in told if root.id not in request.apart for reply in root.thread]
    coverage, written = request.coverage, write_thread_request(request)
    return Page(tuple(messages), checkpoint, answer.raw, answer.method, coverage, listing.skipped, written)
