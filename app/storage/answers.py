"""Answers bound to incidents, as a projection of the facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import STOPS_FIRST, Answer, AnswerClass
from app.domain.incident import IncidentId
from app.storage.regions import RegionId

INCIDENTS = "CAST(:answer_incidents AS bigint[])"
UPSERT = (
    "INSERT INTO answers (region_id, incident_id, message_id, account, authority_id, bound_by, answer_class, rule, published_at,"
    f" deleted_at) SELECT :region, t.* FROM unnest({INCIDENTS}, CAST(:answer_messages AS bigint[]),"
    " CAST(:answer_accounts AS text[]), CAST(:answer_authorities AS bigint[]), CAST(:answer_bounds AS text[]),"
    " CAST(:answer_classes AS text[]), CAST(:answer_rules AS text[]), CAST(:answer_moments AS timestamptz[]),"
    " CAST(:answer_deletions AS timestamptz[])) AS t"
    " ON CONFLICT (region_id, incident_id, message_id) DO UPDATE SET answer_class = excluded.answer_class, rule = excluded.rule,"
    " deleted_at = excluded.deleted_at, authority_id = excluded.authority_id, bound_by = excluded.bound_by"
)


def upserted(answers: Mapping[IncidentId, Sequence[Answer]]) -> dict[str, object]:
    """The parameters of `UPSERT` beside the region; each answer has the class of its first version that counts for most."""
    pairs = [(incident_id, answer) for incident_id, of_incident in answers.items() for answer in of_incident]
    return {
        "answer_incidents": [incident_id for incident_id, _ in pairs],
        "answer_messages": [answer.message_id for _, answer in pairs],
        "answer_accounts": [answer.account for _, answer in pairs],
        "answer_authorities": [answer.authority_id for _, answer in pairs],
        "answer_bounds": [answer.bound_by.value for _, answer in pairs],
        "answer_classes": [answer.versions[-1].answer_class.value for _, answer in pairs],
        "answer_rules": [answer.versions[-1].rule for _, answer in pairs],
        "answer_moments": [answer.published_at for _, answer in pairs],
        "answer_deletions": [None if answer.gone is None else answer.gone.deleted_at for _, answer in pairs],
    }


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """An official text that stands on a page, and to which incident it was said."""

    incident_id: IncidentId
    text: str
    url: str
    answer_class: AnswerClass
    published_at: datetime


async def newest_said(session: AsyncSession, region_id: RegionId, incident_ids: Collection[IncidentId]) -> SaidAnswer | None:
    """The newest answer that counts as a first one and still stands, to any of the incidents or to what was merged into them."""
    row = (
        await session.execute(
            text(
                "SELECT b.incident_id, m.text, m.url, b.answer_class, b.published_at FROM incidents i"
                " JOIN answers b ON b.region_id = i.region_id AND b.incident_id = i.id"
                " JOIN messages m ON m.region_id = i.region_id AND m.month = i.month AND m.id = b.message_id"
                " WHERE i.region_id = :region AND (i.id = ANY(:ids) OR i.parent_id = ANY(:ids)) AND b.answer_class = ANY(:classes)"
                " AND b.deleted_at IS NULL AND m.text IS NOT NULL ORDER BY b.published_at DESC, m.id DESC LIMIT 1"
            ),
            {"region": region_id, "ids": list(incident_ids), "classes": [one.value for one in STOPS_FIRST]},
        )
    ).one_or_none()
    return None if row is None else SaidAnswer(IncidentId(row[0]), row[1], row[2], AnswerClass(row[3]), row[4])
