"""What operators called places: an administrator sees where each name comes from, and lets it count or not."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.console.access import Administrator, Console, Reader
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.place_name import NameState, TaughtNameId
from app.storage import taught_names
from app.usecases.teach_place_name import decide_place_name

PAGE_SIZE = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/labelling/names")


@router.get("")
async def show_names(console: Console, visitor: Reader, before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None) -> Response:
    """Every name that was taught, the newest first."""
    behind = None if before is None else TaughtNameId(before)
    async with console.database.read() as session:
        found = await taught_names.listed(session, console.region_id, state=None, before=behind, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return console.pages.page(
        "place_names.html",
        section="labelling",
        visitor=visitor,
        times=console.times,
        names=shown,
        next=f"/labelling/names?before={shown[-1].id}" if len(found) > PAGE_SIZE else None,
    )


@router.post("/{name_id}")
async def decide(
    console: Console,
    visitor: Administrator,
    name_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    state: Annotated[Literal["used", "refused"], Form()],
) -> Response:
    """Lets a name count from now on, or no more."""
    async with console.database.write() as session:
        await decide_place_name(session, console.region_id, TaughtNameId(name_id), visitor.operator, NameState(state), now=console.now())
    return RedirectResponse(f"/labelling/names#name-{name_id}", 303)
