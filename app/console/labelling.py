"""What is worth a person's word: messages of which the model is unsure, or which it judges otherwise by now."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Console, Reader, Visitor, Worker
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.errors import DomainError, InvalidInput
from app.domain.message import MessageId
from app.domain.verdict import NEEDS_ANSWER, Kind
from app.domain.word import Word
from app.usecases.correct_verdict import label_message
from app.usecases.hide_people import messages_for
from app.usecases.offer_messages import Lane, offer_messages

PAGE_SIZE = 30
Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/labelling")


@router.get("")
async def show_labelling(
    console: Console,
    visitor: Reader,
    lane: Lane = Lane.UNSURE,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    said: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    kind: Kind | None = None,
) -> Response:
    """A page of a lane, the newest first; with what was `said` last, whose kind can be put right."""
    return await _shown(console, visitor, lane, before, last=(said, kind) if said and kind else None)


@router.post("/{message_id}")
async def label(
    console: Console,
    visitor: Worker,
    message_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    kind: Annotated[Kind, Form()],
    urgent: Annotated[bool, Form()] = False,
    lane: Annotated[Lane, Form()] = Lane.UNSURE,
    before: Key = "",
    then: Key = "",
) -> Response:
    """Keeps the operator's word and goes on with the lane, at the message that stood below."""
    word = Word(kind, urgent=urgent if kind in NEEDS_ANSWER else None)
    try:
        async with console.database.write() as session:
            await label_message(session, console.region_id, MessageId(message_id), visitor.operator, word, now=console.now())
    except InvalidInput as error:
        return await _shown(console, visitor, lane, MessageId(int(before)) if before else None, refused=error)
    here = f"/labelling?lane={lane}{f'&before={before}' if before else ''}"
    return RedirectResponse(f"{here}&said={message_id}&kind={kind}{f'#message-{then}' if then else ''}", 303)


async def _shown(
    console: Console,
    visitor: Visitor,
    lane: Lane,
    before: int | None,
    *,
    last: tuple[int, Kind] | None = None,
    refused: DomainError | None = None,
) -> Response:
    after = None if before is None else MessageId(before)
    found, end = await offer_messages(console.database, console.region_id, console.classifier, lane, before=after, limit=PAGE_SIZE)
    return console.pages.page(
        "labelling.html",
        status=200 if refused is None else 422,
        section="labelling",
        visitor=visitor,
        times=console.times,
        lane=lane,
        before=before,
        last=last,
        messages=messages_for(visitor.operator, found),
        model=console.at_work.name,
        next=None if end is None else f"/labelling?lane={lane}&before={end}",
        refusal=None if refused is None else texts.refusal(refused),
    )
