"""Where the next page begins, as a text that only this module reads. What it says is checked, so it needs no signature."""

import base64
import binascii
from datetime import datetime

import orjson

from app.api.parameters import LARGEST
from app.domain.errors import InvalidInput
from app.domain.incident import IncidentId
from app.storage.queue import DuePlace, Part, PublishedPlace


def write_due(place: DuePlace) -> str:
    """The cursor behind a place in the order of deadlines."""
    return _write(["due", int(place.part), place.due_at.isoformat(), place.id])


def read_due(cursor: str | None) -> DuePlace | None:
    """The place of a cursor; `InvalidInput` for anything else."""
    if not cursor:
        return None
    match _read(cursor):
        case ["due", bool() | int() as part, str(moment), int(key)] if _is_key(key) and part in set(Part):
            return DuePlace(Part(part), _moment(moment), IncidentId(key))
    raise _unreadable()


def write_published(place: PublishedPlace) -> str:
    """The cursor behind a place in the order of publication."""
    return _write(["published", place.published_at.isoformat(), place.id])


def read_published(cursor: str | None) -> PublishedPlace | None:
    """The place of a cursor; `InvalidInput` for anything else."""
    if not cursor:
        return None
    match _read(cursor):
        case ["published", str(moment), int(key)] if _is_key(key):
            return PublishedPlace(_moment(moment), IncidentId(key))
    raise _unreadable()


def write_key(noun: str, key: int) -> str:
    """The cursor behind a number in a list of one kind of thing."""
    return _write([noun, key])


def read_key(noun: str, cursor: str | None) -> int | None:
    """The number of a cursor of this list; `InvalidInput` for anything else."""
    if not cursor:
        return None
    match _read(cursor):
        case [str(found), int(key)] if found == noun and _is_key(key):
            return key
    raise _unreadable()


def _write(parts: list[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _read(cursor: str) -> object:
    try:
        return orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError) as error:
        raise _unreadable() from error


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise _unreadable() from error
    if moment.utcoffset() is None or moment.utcoffset():
        raise _unreadable()
    return moment


def _is_key(key: int) -> bool:
    return not isinstance(key, bool) and 1 <= key <= LARGEST


def _unreadable() -> InvalidInput:
    return InvalidInput("cursor", "This is no cursor of this list: take next_cursor of the page before.")
