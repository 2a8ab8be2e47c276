"""Saying in the console what an incident or a message is."""

from datetime import datetime

import pytest
from sqlalchemy import text

from tests.console.browsing import Browser, words
from tests.usecases.reading import Reader, comment


@pytest.fixture
async def asked(reader: Reader, noon: datetime) -> Reader:
    """One incident."""
    await reader.read(comment(1, "Темно!", noon), at=noon)
    return reader


async def test_an_operator_says_what_an_incident_is(asked: Reader, anna: Browser) -> None:
    page = await anna.open("/incidents/1")
    assert "Уточнить или подтвердить" in page.text

    done = await anna.send("/incidents/1/verdict", version=1, kind="question", topic="lighting", urgent=1)
    shown = words((await anna.open("/incidents/1")).text)
    (row,) = await asked.rows("SELECT kind, topic, urgent FROM incidents")

    assert done.status_code == 303
    assert "Уточнено, что это за обращение" in shown
    assert tuple(row) == ("question", "lighting", True)


async def test_a_topic_that_is_none_and_a_stale_version_are_told(asked: Reader, anna: Browser) -> None:
    await anna.open("/incidents/1")

    assert (await anna.send("/incidents/1/verdict", version=1, kind="question", topic="moon")).status_code == 422
    assert (await anna.send("/incidents/1/verdict", version=9, kind="question")).status_code == 409


async def test_unsure_messages_are_offered_until_somebody_speaks(asked: Reader, anna: Browser) -> None:
    async with asked.intake.database.write() as session:
        await session.execute(text("UPDATE messages SET confidence = 0.1 WHERE kind IS NOT NULL"))
    offered = await anna.open("/labelling")
    (message,) = await asked.rows("SELECT id FROM messages WHERE kind IS NOT NULL")
    done = await anna.send(f"/labelling/{message.id}", kind="other", urgent=1, then=message.id, before=message.id + 1)
    after = await anna.open("/labelling")
    (label,) = await asked.rows("SELECT kind, urgent, role, model FROM verdict_labels")

    assert "Темно!" in offered.text
    assert (done.status_code, "Здесь пусто" in after.text) == (303, True)
    assert done.headers["Location"] == f"/labelling?lane=unsure&before={message.id + 1}&said={message.id}&kind=other#message-{message.id}"
    assert "Записано: другое. Ошиблись?" in words(await anna.see(done.headers["Location"]))
    assert f'<form method="post" action="/labelling/{message.id}"' in anna.page.text
    assert "Ошиблись?" not in after.text
    assert (label.kind, label.urgent, label.role, label.model is not None) == ("other", None, "operator", True)


async def test_a_viewer_sees_no_form(asked: Reader, vera: Browser) -> None:
    assert "/verdict" not in await vera.see("/incidents/1")
    assert 'name="kind"' not in await vera.see("/labelling?lane=disagreeing")
