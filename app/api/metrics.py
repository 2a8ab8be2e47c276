"""What Prometheus reads."""

from fastapi import APIRouter, BackgroundTasks, Request, Response

from app.api.access import Calls, Shown
from app.api.context import Context
from app.api.problems import responses
from app.domain.operator import Act
from app.usecases.expose_metrics import exposition

router = APIRouter(tags=["health"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"
scraper = Calls(Act.SCRAPE)


@router.get(
    "/metrics",
    operation_id="read_metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}}, **responses(401, 403, 405, 503)},
)
async def read_metrics(request: Request, shown: Shown, context: Context, later: BackgroundTasks) -> Response:
    """Every metric of all processes; open by setting, else for tokens that may read them."""
    if not context.metrics_open:
        await scraper(request, shown, later)
    return Response(await exposition(context.database), media_type=TEXT)
