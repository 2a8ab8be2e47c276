"""Answers bound to incidents, as a projection of the facts."""

from collections.abc import Mapping, Sequence

from app.domain.answer import Answer
from app.domain.incident import IncidentId

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
