"""wall.get and wall.getById."""

from collections.abc import Sequence
from typing import Any

from connectors.vk.emulator.call import READERS, Call, Method, readable_wall
from connectors.vk.emulator.profiles import extension, reposted_owners
from connectors.vk.emulator.refusals import Refusal, invalid
from connectors.vk.emulator.shapes import post_shape
from connectors.vk.emulator.wall import Entry, Wall, newest_first
from connectors.vk.emulator.world import World

FILTERS = ("all", "owner", "others", "postponed", "suggests", "archived", "donut")
MEMBERS_ONLY = frozenset({"postponed", "suggests", "archived"})
MOST_POSTS = 100
COPY_HISTORY_DEPTH = 2


def get(call: Call) -> dict[str, Any]:
    """Posts of a wall, newest first after the pinned one."""
    parameters = call.parameters
    wall = readable_wall(call, wall_owner(call)) or Wall(0)
    chosen = parameters.choice("filter", FILTERS)
    if chosen in MEMBERS_ONLY:
        raise Refusal(15, "this wall available only for community members")
    posts = wall.posts if chosen == "all" else [post for post in wall.posts if passes(post, chosen)]
    pinned = wall.pinned_post()
    shown = newest_first(
        posts,
        pinned if pinned and passes(pinned, chosen) else None,
        offset=parameters.natural("offset", 0),
        count=parameters.natural("count", 20, most=MOST_POSTS),
    )
    return {"count": len(posts)} | listing(call, shown, copy_history_depth=COPY_HISTORY_DEPTH)


def get_by_id(call: Call) -> dict[str, Any]:
    """The posts asked for that are still there and open to strangers, in the order asked for."""
    names = call.parameters.listing("posts")
    if not names:
        raise invalid("posts is undefined")
    if len(names) > MOST_POSTS:
        raise invalid(f"posts should have at most {MOST_POSTS} elements")
    found = [post for owner_id, post_id in map(post_name, names) if (post := open_post(call.world, owner_id, post_id))]
    return listing(call, found, copy_history_depth=call.parameters.natural("copy_history_depth", COPY_HISTORY_DEPTH))


def wall_owner(call: Call) -> int:
    """The owner named by `owner_id` or by the short name `domain`."""
    if domain := call.parameters.text("domain"):
        page = call.world.find_page(domain)
        if page is None:
            raise invalid("domain is incorrect")
        return -page.id
    return call.parameters.required("owner_id")


def passes(post: Entry, chosen: str) -> bool:
    """Whether the filter leaves the post; posts for donors are in no town."""
    is_own = post.message.author_id == post.owner_id
    return chosen == "all" or (chosen == "owner" and is_own) or (chosen == "others" and not is_own)


def post_name(name: str) -> tuple[int, int]:
    """Owner and post of "-200_15"; a third part is the access key, which open posts do not need."""
    try:
        owner_id, post_id, *_ = name.split("_")
        return int(owner_id), int(post_id)
    except ValueError:
        raise invalid("posts has incorrect element") from None


def open_post(world: World, owner_id: int, post_id: int) -> Entry | None:
    page = world.pages.get(-owner_id)
    is_open = page and not (page.closed or page.deleted)
    return world.walls[-owner_id].post(post_id) if is_open else None


def listing(call: Call, posts: Sequence[Entry], *, copy_history_depth: int) -> dict[str, Any]:
    """The posts in JSON, with their people and communities when the caller wants the extended answer."""
    world = call.world
    answer: dict[str, Any] = {"items": [one_post(world, post, copy_history_depth) for post in posts]}
    if call.parameters.flag("extended"):
        owners = [owner for post in posts for owner in (post.message.author_id, post.owner_id)]
        shown = [*owners, *reposted_owners(world, posts)]
        answer |= extension(world, shown, call.parameters.listing("fields"))
    return answer


def one_post(world: World, post: Entry, copy_history_depth: int) -> dict[str, Any]:
    is_pinned = world.walls[-post.owner_id].pinned_post() is post
    return post_shape(world, post, is_pinned=is_pinned, copy_history_depth=copy_history_depth)


METHODS = {"wall.get": Method(READERS, get), "wall.getById": Method(READERS, get_by_id)}
