"""group.getInfo, url.getInfo, users.getInfo and users.getCallsLeft."""

from typing import Any
from urllib.parse import urlsplit

from connectors.ok.emulator.call import BASIC, Call, Method
from connectors.ok.emulator.refusals import invalid
from connectors.ok.emulator.shapes import group_shape, person_shape

MOST_IDS = 100
SITES = ("ok.ru", "www.ok.ru", "m.ok.ru")
NOTHING = {"type": "UNKNOWN", "objectId": 0}


def group_get_info(call: Call) -> list[dict[str, Any]] | None:
    """The groups found by their ids; none at all is `null`."""
    asked = call.parameters.listing("uids", most=MOST_IDS)
    pages = (call.world.replay.pages.get(int(uid)) for uid in asked if uid.isdecimal())
    fields = call.parameters.text("fields").split(",")
    return [group_shape(page, fields) for page in pages if page and not page.deleted] or None


def url_get_info(call: Call) -> dict[str, Any]:
    """Kind and id of what stands at a full address: by a short name, or by "group/…" and "profile/…"."""
    address = call.parameters.required("url")
    parts = urlsplit(address)
    if parts.hostname not in SITES:
        raise invalid("url", address)
    place = [part for part in parts.path.split("/") if part]
    kind, found = at_place(call, place)
    return {"type": kind, "objectId": found, "objectIdStr": str(found)} if found else dict(NOTHING)


def at_place(call: Call, place: list[str]) -> tuple[str, int]:
    """Kind and id, the id 0 for nothing. Towns give people no short names; here each has one, "person" and the id."""
    match place:
        case ["group", digits, *_] if digits.isdecimal():
            page = call.world.replay.pages.get(int(digits))
        case ["profile", digits, *_] if digits.isdecimal():
            return "PROFILE", int(digits) if int(digits) in call.world.replay.people else 0
        case [name, *_]:
            page = call.world.replay.page_named(name)
            number = name.removeprefix("person")
            if page is None and number.isdecimal() and int(number) in call.world.replay.people:
                return "PROFILE", int(number)
        case _:
            page = None
    return "GROUP", page.id if page and not page.deleted else 0


def users_get_info(call: Call) -> list[dict[str, Any]] | None:
    """The people found by their ids."""
    asked = call.parameters.listing("uids", most=MOST_IDS)
    call.parameters.required("fields")
    people = (call.world.replay.people.get(int(uid)) for uid in asked if uid.isdecimal())
    return [person_shape(person) for person in people if person] or None


def users_get_calls_left(call: Call) -> list[dict[str, Any]]:
    """What is left of each method's limit; a method without one is simply available."""
    left = {name: call.gate.calls_left(call.key, name, call.world.now) for name in call.parameters.listing("methods", most=MOST_IDS)}
    return [{"name": name, "available": calls != 0} | ({} if calls is None else {"callsLeft": calls}) for name, calls in left.items()]


METHODS = {
    "group.getInfo": Method(BASIC, group_get_info),
    "url.getInfo": Method(BASIC, url_get_info),
    "users.getInfo": Method(frozenset(), users_get_info),
    "users.getCallsLeft": Method(frozenset(), users_get_calls_left),
}
