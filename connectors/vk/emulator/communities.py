"""groups.getById, groups.getTokenPermissions, utils.resolveScreenName and users.get."""

from typing import Any

from connectors.sdk.emulation.town import TownPage
from connectors.vk.emulator.call import EVERYONE, WRITERS, Call, Method
from connectors.vk.emulator.profiles import community_shape, community_type, profile_shape
from connectors.vk.emulator.refusals import invalid
from connectors.vk.emulator.tokens import RIGHTS
from connectors.vk.emulator.world import World

MOST_COMMUNITIES = 500
MOST_PEOPLE = 1000


def groups_get_by_id(call: Call) -> dict[str, Any]:
    """The communities found; VK complains only when none of the names leads anywhere."""
    own = [str(call.token.group_id)] if call.token.group_id else []
    names = call.parameters.listing("group_ids") or call.parameters.listing("group_id") or own
    if len(names) > MOST_COMMUNITIES:
        raise invalid(f"group_ids should have at most {MOST_COMMUNITIES} elements")
    fields = call.parameters.listing("fields")
    found = [community_shape(page, fields) for name in names if (page := community(call.world, name))]
    if not found:
        raise invalid("group_ids is undefined")
    return {"groups": found, "profiles": []}


def community(world: World, name: str) -> TownPage | None:
    return world.pages.get(int(name)) if name.isdecimal() else world.find_page(name)


def token_permissions(call: Call) -> dict[str, Any]:
    """The rights of the community token that asks."""
    rights = [right for right in RIGHTS if right in call.token.rights]
    permissions = [{"setting": RIGHTS[right], "name": right} for right in rights]
    return {"mask": sum(RIGHTS[right] for right in rights), "permissions": permissions}


def resolve_screen_name(call: Call) -> Any:
    """Kind and id of what has this short name; nothing is an empty list, as VK writes it, not an object."""
    name = call.parameters.text("screen_name")
    if not name:
        raise invalid("screen_name is undefined")
    page = call.world.find_page(name)
    if page and not page.deleted:
        return {"type": community_type(page), "object_id": page.id}
    person_id = person_number(name)
    return {"type": "user", "object_id": person_id} if person_id in call.world.people else []


def users_get(call: Call) -> list[dict[str, Any]]:
    """The people found by their ids, in the order asked for."""
    names = call.parameters.listing("user_ids")
    if len(names) > MOST_PEOPLE:
        raise invalid(f"user_ids should have at most {MOST_PEOPLE} elements")
    return [profile_shape(call.world, number) for name in names if (number := person_number(name)) in call.world.people]


def person_number(name: str) -> int:
    """The number in "5" or "id5"; 0 for another name, which nobody has."""
    digits = name.removeprefix("id")
    return int(digits) if digits.isdecimal() else 0


METHODS = {
    "groups.getById": Method(EVERYONE, groups_get_by_id),
    "groups.getTokenPermissions": Method(WRITERS, token_permissions),
    "utils.resolveScreenName": Method(EVERYONE, resolve_screen_name),
    "users.get": Method(EVERYONE, users_get),
}
