"""The models of a region: which is at work, what each learned and how it was judged; an administrator goes back to the one before."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Administrator, Console, Reader, Visitor
from app.console.page_route import PageRoute
from app.domain.errors import NoModelBefore
from app.usecases.roll_back_model import roll_back_model
from app.usecases.show_models import SHIPPED, show_models

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/labelling/models")


@router.get("")
async def show(console: Console, visitor: Reader) -> Response:
    """Every model, the newest first."""
    return await _shown(console, visitor)


@router.post("/rollback")
async def go_back(console: Console, visitor: Administrator) -> Response:
    """Puts the model to work that was there before."""
    try:
        async with console.database.write() as session:
            await roll_back_model(session, console.region_id, put_by=visitor.operator.name, now=console.now())
    except NoModelBefore as error:
        return await _shown(console, visitor, status=409, refusal=texts.refusal(error))
    return RedirectResponse("/labelling/models", 303)


async def _shown(console: Console, visitor: Visitor, *, status: int = 200, refusal: str | None = None) -> Response:
    async with console.database.read() as session:
        at_work, shown = await show_models(session, console.region_id)
    return console.pages.page(
        "models.html",
        status=status,
        section="labelling",
        visitor=visitor,
        times=console.times,
        is_shipped=at_work == SHIPPED,
        models=shown,
        refusal=refusal,
    )
