"""The kinds of values that requests carry, each checked before anything below sees it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Path, Request, Response
from pydantic import AfterValidator, BeforeValidator, Field, Strict
from starlette.exceptions import HTTPException

from app.api.context import context_in
from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.domain.operator import OperatorId
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.storage.access.tokens import TokenId

LARGEST = 2**63 - 1
LARGEST_VERSION = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1970, 2100
STORABLE = r"^[^\x00]*$"


def _iso(value: object) -> object:
    """Refuses the bare numbers that a lenient reader would take for Unix seconds."""
    if isinstance(value, str) and not value.lstrip("+-").replace(".", "", 1).isdigit():
        return value
    if isinstance(value, datetime):
        return value
    raise ValueError("give a moment as ISO 8601, like 2026-03-11T12:00:00Z")


def _sane(moment: datetime) -> datetime:
    """The moment in UTC; one without an offset is read as UTC."""
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, BeforeValidator(_iso), AfterValidator(_sane)]
ShortText = Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
LongText = Annotated[str, Field(min_length=1, max_length=2000, pattern=STORABLE)]

_NUMBER = Field(ge=1, le=LARGEST)
AuthorityNumber = Annotated[AuthorityId, _NUMBER]
OperatorNumber = Annotated[OperatorId, _NUMBER]
SourceNumber = Annotated[SourceId, _NUMBER]
TerritoryNumber = Annotated[EntryId, _NUMBER]
IncidentInBody = Annotated[IncidentId, _NUMBER, Strict()]
MessageInBody = Annotated[MessageId, _NUMBER, Strict()]
AuthorityInBody = Annotated[AuthorityNumber, Strict()]
OperatorInBody = Annotated[OperatorNumber, Strict()]
TerritoryInBody = Annotated[TerritoryNumber, Strict()]
"""In JSON a number is a number: neither "1" nor true."""

IncidentPath = Annotated[IncidentId, Path(alias="incident_id", ge=1, le=LARGEST, examples=[17])]
SourcePath = Annotated[SourceId, Path(alias="source_id", ge=1, le=LARGEST, examples=[2])]
MessagePath = Annotated[MessageId, Path(alias="message_id", ge=1, le=LARGEST, examples=[101])]
AuthorityPath = Annotated[AuthorityId, Path(alias="authority_id", ge=1, le=LARGEST, examples=[4])]
TokenPath = Annotated[TokenId, Path(alias="token_id", ge=1, le=LARGEST, examples=[1])]


async def now_of(request: Request) -> datetime:
    """The moment at which the request is answered."""
    return context_in(request).now()


Now = Annotated[datetime, Depends(now_of)]


async def expected_version(
    if_match: Annotated[str | None, Header(alias="If-Match", description='The version that was read: 3, "3" or W/"3".')] = None,
) -> int:
    """The version on which a change was decided; 428 without one."""
    if if_match is None:
        raise HTTPException(428, "Say in If-Match on which version you decided.")
    digits = if_match.strip().removeprefix("W/").removeprefix('"').removesuffix('"')
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:20]) <= LARGEST_VERSION):
        raise InvalidInput("If-Match", 'A version is a number: 3, "3" or W/"3".')
    return int(digits)


IfMatch = Annotated[int, Depends(expected_version)]


def tag(response: Response, version: int) -> None:
    """Puts the version into the answer's ETag, to be sent back in If-Match."""
    response.headers["ETag"] = f'"{version}"'


Item = TypeVar("Item")


def split_page(items: Sequence[Item], limit: int) -> tuple[Sequence[Item], Item | None]:
    """The items of a page that was read one longer than asked, and its last item when more follow."""
    return (items[:limit], items[limit - 1]) if len(items) > limit else (items, None)
