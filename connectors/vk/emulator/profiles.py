"""People and communities as VK writes them in JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.sdk.emulation.town import TownPage
from connectors.vk.emulator.shapes import PICTURE, Shape
from connectors.vk.emulator.wall import Entry
from connectors.vk.emulator.world import World


def profile_shape(world: World, person_id: int) -> Shape:
    """A person; somebody whom the town does not know is a deleted one."""
    person = world.person(person_id)
    shape: Shape = {"id": person_id, "first_name": person.first_name, "last_name": person.last_name}
    if person_id not in world.people:
        return shape | {"deactivated": "deleted"}
    pictures = {"photo_50": f"{PICTURE}/50.jpg", "photo_100": f"{PICTURE}/100.jpg"}
    return shape | {"can_access_closed": True, "is_closed": False, "sex": 0, "screen_name": f"id{person_id}", "online": 0, **pictures}


def community_shape(page: TownPage, fields: Iterable[str] = ()) -> Shape:
    """A community with the asked fields; of a deleted one only VK's marks remain."""
    shape: Shape = {
        "id": page.id,
        "name": page.name,
        "screen_name": page.screen_name,
        "is_closed": int(page.closed),
        "type": community_type(page),
        **{f"photo_{size}": f"{PICTURE}/{size}.jpg" for size in (50, 100, 200)},
    }
    if page.deleted:
        return shape | {"name": "DELETED", "screen_name": f"club{page.id}", "deactivated": "deleted"}
    known = {"members_count": page.members, "verified": int(page.verified), "description": page.name, "site": "", "activity": ""}
    return shape | {field: known[field] for field in fields if field in known}


def community_type(page: TownPage) -> str:
    """VK's word for the kind of community: a public page cannot be closed."""
    return "group" if page.is_group or page.closed else "page"


def authors(entries: Iterable[Entry], *, thread_items_count: int = 0) -> Iterator[int]:
    """Ids of all whom an answer with these entries shows or addresses; one may come several times."""
    for entry in entries:
        if entry.is_present:
            yield entry.message.author_id
            if entry.reply_to:
                yield entry.reply_to.message.author_id
        yield from authors(entry.replies[:thread_items_count] if entry.post else ())


def reposted_owners(world: World, posts: Iterable[Entry]) -> Iterator[int]:
    """Owners and authors of the posts that these repeat, as deep as VK goes."""
    for post in posts:
        above, depth = world.entry_of(post.message.repost_of_key), 2
        while above and depth:
            yield from (above.owner_id, above.message.author_id)
            above, depth = world.entry_of(above.message.repost_of_key), depth - 1


def extension(world: World, ids: Iterable[int], fields: Iterable[str]) -> dict[str, Any]:
    """The `profiles` and `groups` of an extended answer, each once, in the order of first appearance."""
    known = list(dict.fromkeys(ids))
    wanted = tuple(fields)
    communities = (world.pages[-number] for number in known if number < 0 and -number in world.pages)
    return {
        "profiles": [profile_shape(world, number) for number in known if number > 0],
        "groups": [community_shape(page, wanted) for page in communities],
    }
