"""Why an incident was opened: the model reads the message with its post and the text it replies to."""

from datetime import datetime, timedelta

import pytest

from app.classifier.model_file import load_shipped_model
from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.storage import collected
from app.usecases.explain_incident import explain_incident
from tests.usecases.reading import Reader, comment, post

MINUTE = timedelta(minutes=1)


async def test_the_words_that_decided_come_with_the_verdict_of_the_built_in_model(reader: Reader, noon: datetime) -> None:
    await reader.read(post(100, "Отопительный сезон начался", noon), comment(1, "Батареи холодные третий день!", noon + MINUTE, by="1"))
    (row,) = await reader.rows("SELECT id FROM incidents")
    intake = reader.intake

    explanation = await explain_incident(intake.database, load_shipped_model(), intake.region_id, IncidentId(row.id))

    assert explanation.verdict.model == load_shipped_model().name
    assert "холодные" in [one.word for one in explanation.words]
    assert len(explanation.verdict.topics) == 3


async def test_a_message_is_read_with_its_post_and_what_it_replies_to(reader: Reader, noon: datetime) -> None:
    await reader.read(
        post(100, "Отопительный сезон начался", noon),
        comment(1, "холодно", noon + MINUTE, by="1"),
        comment(2, "и у нас!", noon + 2 * MINUTE, by="2", reply_to=1),
    )
    (row,) = await reader.rows("SELECT id FROM incidents")

    async with reader.intake.database.read() as session:
        opening = await collected.opening_text(session, reader.intake.region_id, IncidentId(row.id))

    assert (opening.text, opening.post, opening.reply_to) == ("и у нас!", "Отопительный сезон начался", "холодно")


async def test_an_incident_that_is_not_there_cannot_be_explained(reader: Reader) -> None:
    with pytest.raises(NotFound):
        await explain_incident(reader.intake.database, load_shipped_model(), reader.intake.region_id, IncidentId(404))
