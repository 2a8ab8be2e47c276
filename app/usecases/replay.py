"""Takes kept answers in once more, by the code and the classifier of today, in a schema of their own beside the stored one."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.contract import Classifier
from app.domain.answer import BoundBy
from app.domain.authority import AuthorityId
from app.domain.conversation import answer_of
from app.domain.event import EventType, write_answer
from app.domain.incident import Incident, IncidentId, IncidentStatus, Step, after_reply
from app.domain.message import MessageId
from app.domain.operator import OperatorId
from app.domain.source import Source, SourceId
from app.domain.word import Word
from app.storage import incidents, labels
from app.storage.conversations import officials_of
from app.storage.engine import Database
from app.storage.replay import evidence
from app.storage.replay.evidence import BEFORE_ALL_STEPS, KeptPayload, KeptStep, StepPlace, Window
from app.storage.replay.schemas import copy_dated, schema_of
from app.usecases.apply_step import Decide, apply_step
from app.usecases.count_threads import COUNTS
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake, post_id
from app.usecases.leave_out_erased import LEFT_OUT
from app.usecases.pushed_page import METHOD as PUSH
from app.usecases.pushed_page import read_pushed_page
from app.usecases.rejudge_incidents import rejudge_incidents
from connectors.sdk.contract import Connector, EventReader, Page, PageMapper
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.message_json import read_messages

BATCH = 100
STATED = frozenset({"assignee_id", "authority_id", "reason", "parent_id", "before"})
"""What the log says of a step in fields that every step has, or that follow from it; the rest is about this step alone."""


def _always(status: IncidentStatus) -> Callable[[IncidentStatus], IncidentStatus]:
    return lambda before: status


STATUS_AFTER: Mapping[str, Callable[[IncidentStatus], IncidentStatus]] = {
    EventType.TAKEN: _always(IncidentStatus.IN_PROGRESS),
    EventType.ASSIGNED: _always(IncidentStatus.ASSIGNED),
    EventType.REJECTED: _always(IncidentStatus.REJECTED),
    EventType.CLOSED: _always(IncidentStatus.CLOSED),
    EventType.MERGED: _always(IncidentStatus.DUPLICATE),
    EventType.REOPENED: _always(IncidentStatus.IN_PROGRESS),
    EventType.REPLY_WRITTEN: after_reply,
    EventType.VERDICT_CORRECTED: lambda before: before,
    EventType.ANSWER_LINKED: lambda before: before,
    EventType.ANSWER_UNLINKED: lambda before: before,
    EventType.UNDONE: lambda before: before,
}
"""The steps that are repeated, and what becomes of the status; of one that was taken back the log says it."""
MOVE_THE_CLOCK = frozenset({EventType.ANSWER_LINKED, EventType.ANSWER_UNLINKED})
"""The steps after which the status follows from the turns."""
UNREPEATED = frozenset({EventType.PLACE_CORRECTED, EventType.PLACE_ADDED, EventType.JOINED, EventType.PARTED, EventType.REPLY_WITHDRAWN})
"""What operators' doings leave in the log and nothing that is compared depends on."""


class NoMapper(Exception):
    """The source's connector does not make pages again."""


@dataclass(slots=True)
class Replay:
    """A replay under way: from the `stored` database into the `made` one, which sees a schema of its own."""

    stored: Database
    made: Database
    classifier: Classifier
    window: Window
    reader_for: Callable[[str], Connector | None]
    on_batch: Callable[[int], None]
    own_schema: str = ""
    last_step: StepPlace = BEFORE_ALL_STEPS
    next_registration: datetime | None = None
    sources: dict[SourceId, Source] = field(default_factory=dict)

    @property
    def intake(self) -> Intake:
        return Intake(self.made, self.classifier, self.window.region_id)


async def replay(run: Replay) -> None:
    """Feeds every kept answer of the window, and what operators did in between, in the order of collection."""
    intake, after = run.intake, 0
    async with run.stored.read() as session:
        run.own_schema = await schema_of(session)
    await _register_until(run, run.window.start)
    while batch := await _next_batch(run, after):
        for payload in batch:
            await _bring_up_to(run, payload.collected_at)
            await _take_in(run, intake, payload)
        after = batch[-1].id
        async with run.made.write() as session:
            await evidence.forget_bodies(session)
        run.on_batch(len(batch))
    await _bring_up_to(run, run.window.end)
    async with run.made.write() as session:
        await evidence.take_statistics(session)


async def _next_batch(run: Replay, after: int) -> Sequence[KeptPayload]:
    async with run.stored.read() as session:
        return await evidence.payloads(session, run.window, after=after, limit=BATCH)


async def _bring_up_to(run: Replay, moment: datetime) -> None:
    """What people did up to a moment: registrations that came into force, and steps with incidents."""
    if run.next_registration is not None and run.next_registration <= moment:
        await _register_until(run, moment)
    while True:
        async with run.stored.read() as session:
            steps = await evidence.steps(session, run.window, after=run.last_step, until=moment, limit=BATCH)
        for step in steps:
            await _repeat(run, step)
            run.last_step = StepPlace(step.recorded_at, step.id)
        if len(steps) < BATCH:
            return


async def _register_until(run: Replay, moment: datetime) -> None:
    async with run.made.write() as session:
        run.next_registration = await copy_dated(session, run.own_schema, until=moment)
    await rejudge_incidents(run.made, run.window.region_id, now=moment)


async def _repeat(run: Replay, kept: KeptStep) -> None:
    """The operator's step once more, unless there is no such incident or message in the replay: that shows in the end."""
    if kept.type not in STATUS_AFTER:
        return
    region_id, parent_id = run.window.region_id, await _replayed_parent(run, kept)
    async with run.made.write() as session:
        incident_id = await evidence.incident_of(session, region_id, kept)
        about = None if incident_id is None else await _replayed_about(session, run, incident_id, kept)
        if incident_id is None or about is None:
            return
        decide = _decision(kept, about, parent_id)
        await apply_step(session, region_id, incident_id, decide, version=None, now=kept.recorded_at)
        if kept.type == EventType.VERDICT_CORRECTED:
            said = await labels.said_of_incident(session, region_id, incident_id)
            await labels.write_on_incident(session, region_id, incident_id, said, Word.from_data(about))


def _decision(kept: KeptStep, about: Mapping[str, Any], parent_id: IncidentId | None) -> Decide:
    def decide(incident: Incident) -> Step:
        is_undone = kept.type == EventType.UNDONE
        assignee, body = kept.data.get("assignee_id"), None if "authority_id" in about else kept.data.get("authority_id")
        return Step(
            kept.type,
            STATUS_AFTER[kept.type](IncidentStatus(kept.data["status"]) if is_undone else incident.status),
            kept.at,
            OperatorId(kept.actor_id),
            assignee_id=None if assignee is None else OperatorId(assignee),
            authority_id=None if body is None else AuthorityId(body),
            reason=kept.data.get("reason"),
            parent_id=parent_id,
            about=about,
            moves_clock=kept.type in MOVE_THE_CLOCK,
            restores=is_undone,
            handed_at=datetime.fromisoformat(handed_at) if is_undone and (handed_at := kept.data["handed_at"]) else None,
        )

    return decide


async def _replayed_about(session: AsyncSession, run: Replay, incident_id: IncidentId, kept: KeptStep) -> Mapping[str, Any] | None:
    """What the log says of this step alone, its message as the replay has it and judges it; None where the replay has no such message."""
    about = {name: value for name, value in kept.data.items() if name not in STATED}
    if "message" not in about:
        return about
    message_id = await evidence.message_of(session, run.own_schema, run.window.region_id, about["message"])
    if message_id is None or kept.type != EventType.ANSWER_LINKED:
        return None if message_id is None else about | {"message": message_id}
    thread = await incidents.place_of(session, run.window.region_id, incident_id)
    officials = await officials_of(session, thread, [MessageId(message_id)])
    return write_answer(answer_of(officials[0], BoundBy.OPERATOR)) if officials else None


async def _replayed_parent(run: Replay, kept: KeptStep) -> IncidentId | None:
    """What the incident was merged into, as the replay has it."""
    if kept.type != EventType.MERGED:
        return None
    async with run.stored.read() as session:
        parent = await evidence.at_conversation(session, run.window.region_id, kept, IncidentId(kept.data["parent_id"]))
    if parent is None:
        return None
    async with run.made.read() as session:
        return await evidence.incident_of(session, run.window.region_id, parent)


async def _take_in(run: Replay, intake: Intake, payload: KeptPayload) -> None:
    source = await _source(run, payload.source_id)
    try:
        page = read_page(run.reader_for(source.network), payload)
    except (UnexpectedResponse, NoMapper) as error:
        async with run.made.write() as session:
            await evidence.note_unreadable(session, payload.id, str(error))
        return
    touched = {post_id(message) for message in page.messages} | {one.post.external_id for one in page.coverage}
    async with run.made.write() as session:
        await evidence.copy_earlier(session, run.own_schema, run.window, source.id, touched)
        await evidence.note_whole_readings(session, run.window.region_id, payload)
    await ingest_page(intake, source, page, now=lambda: payload.collected_at, asked_at=payload.asked_at)


async def _source(run: Replay, source_id: SourceId) -> Source:
    if source_id not in run.sources:
        async with run.stored.read() as session:
            run.sources |= await evidence.sources_of(session, [source_id])
    return run.sources[source_id]


def read_page(connector: Connector | None, payload: KeptPayload) -> Page:
    """The page of a kept answer as we would make it today; raises `UnexpectedResponse` for one that cannot be read."""
    try:
        raw = zlib.decompress(payload.body)
    except zlib.error:
        raise UnexpectedResponse("the body cannot be decompressed") from None
    if payload.method in {COUNTS, LEFT_OUT}:
        return Page(read_messages(raw), None, raw, payload.method)
    if payload.method == PUSH and isinstance(connector, EventReader):
        return read_pushed_page(connector, payload.request, raw)
    if not isinstance(connector, PageMapper):
        raise NoMapper
    return connector.map_page(payload.method, payload.request, raw)
