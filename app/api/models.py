"""The models of a region: what each learned, how it was judged, which is at work, and the way back."""

from app.api.access import Administrator, Reader
from app.api.context import Context
from app.api.parameters import Now
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.model import ModelAtWorkOut, ModelList
from app.api.sessions import ReadSession, WriteSession
from app.usecases.roll_back_model import roll_back_model
from app.usecases.show_models import show_models

router = make_router("models")


@router.get("/models", operation_id="list_models")
async def list_models(operator: Reader, session: ReadSession, context: Context) -> ModelList:
    """Every model that the region has kept, the newest first, and the name of the one at work: `shipped` is the one that came along."""
    return ModelList.of(*await show_models(session, context.region_id))


@router.post("/models/rollback", operation_id="roll_model_back", responses=responses(409))
async def roll_model_back(operator: Administrator, session: WriteSession, context: Context, now: Now) -> ModelAtWorkOut:
    """Puts the model to work that was there before the present one; every process takes it up within seconds."""
    return ModelAtWorkOut(at_work=await roll_back_model(session, context.region_id, put_by=operator.name, now=now))
