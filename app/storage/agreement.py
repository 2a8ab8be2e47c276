"""Words of people beside verdicts, counted; verdicts of two periods, counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.agreement import BANDS, Agreement
from app.storage.regions import RegionId
from app.telemetry.metrics import Sample

THREADS_LIVE = timedelta(days=62)
"""A thread older than that by the length of a month brings next to no messages."""


def _last_word(matter: str, said: str, word: str) -> str:
    return (
        f"SELECT (array_agg(model ORDER BY id))[1] AS model, '{matter}' AS matter, (array_agg({said} ORDER BY id))[1] AS said,"
        f" (array_agg({word} ORDER BY id DESC))[1] AS word FROM spoken WHERE {word} IS NOT NULL AND {said} IS NOT NULL"
        " GROUP BY message_id HAVING max(at) >= :since"
    )


WORDS = (
    "WITH spoken AS (SELECT id, message_id, at, model, kind, said_kind, split_part(topic, '.', 1) AS topic,"
    " split_part(said_topic, '.', 1) AS said_topic, CAST(urgent AS text) AS urgent, CAST(said_urgent AS text) AS said_urgent"
    " FROM verdict_labels WHERE region_id = :region AND at < :until AND message_id IN"
    " (SELECT message_id FROM verdict_labels WHERE region_id = :region AND at >= :since AND at < :until)),"
    f" words AS ({_last_word('kind', 'said_kind', 'kind')} UNION ALL {_last_word('topic', 'said_topic', 'topic')}"
    f" UNION ALL {_last_word('urgent', 'said_urgent', 'urgent')})"
    " SELECT coalesce(model, '') AS model, matter, said, count(*) AS spoken, count(*) FILTER (WHERE confirmed) AS confirmed FROM"
    " (SELECT model, matter, said, word = said AS confirmed FROM words"
    " UNION ALL SELECT 'gazetteer', 'place', 'place', (data->>'entry_id') IS NOT DISTINCT FROM (data->>'before')"
    " FROM incident_events WHERE region_id = :region AND type = 'place_corrected' AND at >= :since AND at < :until"
    ") AS heard GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
"""What a model said first of a message, beside the last word of people: who puts a slip of their own right has spoken once."""


async def agreement(session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime) -> Sequence[Agreement]:
    """By model, matter (kind, topic's group, urgency, place) and class: of which verdicts people spoke, and which they confirmed."""
    rows = await session.execute(text(WORDS), {"region": region_id, "since": since, "until": until})
    return [Agreement(*row) for row in rows]


async def counted(
    session: AsyncSession, region_id: RegionId, *, since: datetime, middle: datetime, until: datetime
) -> Sequence[tuple[str, str, int, int]]:
    """Verdicts by matter (kind, group, confidence) and class: how many from `middle` on, and how many before it.

    Threads that were long past by then are left out, so that the months before theirs are not read.
    """
    low, half, high = BANDS
    rows = await session.execute(
        text(
            "WITH judged AS (SELECT kind, split_part(topic, '.', 1) AS topic, confidence, collected_at >= :middle AS now FROM messages"
            " WHERE region_id = :region AND kind IS NOT NULL AND collected_at >= :since AND collected_at < :until AND month >= :oldest)"
            " SELECT matter, said, count(*) FILTER (WHERE now), count(*) FILTER (WHERE NOT now) FROM ("
            "SELECT 'kind' AS matter, kind AS said, now FROM judged"
            " UNION ALL SELECT 'group', coalesce(topic, 'none'), now FROM judged"
            " UNION ALL SELECT 'confidence', CASE WHEN confidence < :low THEN 'below .5' WHEN confidence < :half THEN '.5 to .7'"
            " WHEN confidence < :high THEN '.7 to .9' ELSE '.9 and above' END, now FROM judged"
            ") AS said GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        {
            "region": region_id,
            "since": since,
            "middle": middle,
            "until": until,
            "oldest": (since - THREADS_LIVE).date(),
            "low": low,
            "half": half,
            "high": high,
        },
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def agreement_samples(found: Sequence[Agreement]) -> list[Sample]:
    """Words of people by what was said, and whether they confirmed it."""
    family = "otklik_verdict_words"
    samples = []
    for one in found:
        for confirmed, count in (("no", one.spoken - one.confirmed), ("yes", one.confirmed)):
            labels = (("confirmed", confirmed), ("matter", one.matter), ("model", one.model), ("said", one.said))
            samples.append(Sample(family, family, labels, count))
    return samples
