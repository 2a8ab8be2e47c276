"""Serves styles, script and icon, to be kept by browsers for good."""

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from app.console.access import Console
from app.console.page_route import PageRoute

FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/static/{content_sum}/{name}")
async def show_asset(console: Console, content_sum: str, name: str) -> Response:
    """The file, if its content is still that of the address."""
    found = console.pages.asset(content_sum, name)
    if found is None:
        raise HTTPException(404)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_GOOD})
