"""The topics of messages, which an administrator may change."""

from fastapi import Response

from app.api.access import Administrator, Reader
from app.api.context import Context
from app.api.parameters import IfMatch, Now, tag
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.topic import TopicsIn, TopicsOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.topic import taxonomy_of
from app.storage import topics
from app.usecases.change_topics import change_topics, topics_in_force

router = make_router("topics")


@router.get("/topics", operation_id="get_topics")
async def get_topics(operator: Reader, session: ReadSession, context: Context, response: Response) -> TopicsOut:
    """The topics in force, group by group; the version is also the ETag."""
    stored = await topics.newest(session, context.region_id)
    taxonomy = await topics_in_force(session, context.region_id) if stored is None else stored.taxonomy
    tag(response, taxonomy.version)
    return TopicsOut.of(taxonomy, stored)


@router.put("/topics", operation_id="put_topics", responses=responses(400, 412, 413, 428))
async def put_topics(
    operator: Administrator, session: WriteSession, context: Context, version: IfMatch, now: Now, body: TopicsIn, response: Response
) -> TopicsOut:
    """Puts these topics in the place of those in force. Incidents keep the topic they were given, and it keeps its title."""
    wanted = taxonomy_of(body.model_dump() | {"version": version})
    await change_topics(session, context.region_id, wanted, version=version, changed_by=operator.id, now=now)
    stored = await topics.newest(session, context.region_id)
    tag(response, version + 1)
    return TopicsOut.of(wanted if stored is None else stored.taxonomy, stored)
