"""An operator's word for what an incident is: kept, logged, obeyed, and an example for the next model."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.classifier.at_work import ClassifierAtWork
from app.classifier.regional.taught import Taught
from app.domain.errors import InvalidInput, InvalidTransition, NotFound, NotPermitted
from app.domain.message import MessageId
from app.domain.operator import Operator, OperatorId, Role
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage import authorities
from app.usecases.assign_incident import Handover, assign_incident
from app.usecases.correct_verdict import correct_verdict, label_message
from app.usecases.reject_incident import reject_incident
from app.usecases.retrain import gather
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)


async def say(desk: Desk, word: Word, now: datetime, *, operator: Operator | None = None) -> None:
    async with desk.database.write() as session:
        await correct_verdict(session, desk.region_id, desk.incident_id, operator or desk.anna, word, version=None, now=now)


async def message_of(desk: Desk) -> tuple[MessageId, str]:
    message = (await desk.details()).message
    assert message is not None
    return MessageId(message.id), message.text or ""


async def examples(desk: Desk, folder: Path) -> list[Taught]:
    return await gather(desk.database, desk.region_id, folder, [])


async def test_the_incident_is_what_the_operator_says_and_the_log_tells(desk: Desk, noon: datetime) -> None:
    before = await desk.details()
    await say(desk, Word(Kind.QUESTION, "heating", None), noon + HOUR)
    after = await desk.details()

    assert (after.kind, after.topic, after.version) == (Kind.QUESTION, "heating", before.version + 1)
    assert (after.status, after.first_answer_due_at) == (before.status, before.first_answer_due_at)
    assert await desk.log() == ["opened", "verdict_corrected"]


async def test_urgency_moves_the_deadline_and_back(desk: Desk, noon: datetime) -> None:
    usual = (await desk.details()).first_answer_due_at
    await say(desk, Word(urgent=True), noon + HOUR)
    urgent = await desk.details()
    await say(desk, Word(urgent=False), noon + HOUR)
    again = await desk.details()

    assert usual is not None
    assert urgent.first_answer_due_at is not None
    assert urgent.first_answer_due_at < usual
    assert (urgent.urgent, again.urgent, again.first_answer_due_at) == (True, False, usual)


async def test_the_newest_word_and_the_body_become_one_example(desk: Desk, noon: datetime, tmp_path: Path) -> None:
    async with desk.database.write() as session:
        body = await authorities.add(session, desk.region_id, "Теплосеть")
        handover = Handover(authority_id=body)
        await assign_incident(session, desk.region_id, desk.incident_id, desk.chief, handover, version=None, now=noon)
    await say(desk, Word(Kind.THANKS, "roads", None), noon)
    await say(desk, Word(Kind.COMPLAINT), noon)
    (example,) = await examples(desk, tmp_path)

    assert (example.kind, example.topic, dict(example.own)) == (Kind.COMPLAINT, "roads", {"authority": "Теплосеть"})
    assert example.text.text == (await message_of(desk))[1]


async def test_an_export_in_the_folder_yields_to_operators(desk: Desk, noon: datetime, tmp_path: Path) -> None:
    _, text = await message_of(desk)
    (tmp_path / "export.csv").write_text(f'text,kind\n"{text}",thanks\n"совсем другой текст",other\n', encoding="utf-8")
    await say(desk, Word(Kind.QUESTION), noon)

    assert sorted(str(one.kind) for one in await examples(desk, tmp_path)) == ["other", "question"]


async def test_a_word_on_a_message_teaches_and_changes_nothing_else(desk: Desk, noon: datetime, tmp_path: Path) -> None:
    before, (message_id, _) = await desk.details(), await message_of(desk)
    async with desk.database.write() as session:
        await label_message(session, desk.region_id, message_id, desk.anna, Word(Kind.OTHER), now=noon)

    assert await desk.details() == before
    assert [one.kind for one in await examples(desk, tmp_path)] == [Kind.OTHER]


@pytest.mark.parametrize(("word", "field"), [(Word(), "kind"), (Word(topic="moon"), "topic")])
async def test_a_word_without_sense_is_refused(desk: Desk, noon: datetime, word: Word, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await say(desk, word, noon)

    assert caught.value.field == field


async def test_whoever_only_reads_says_nothing(desk: Desk, noon: datetime) -> None:
    with pytest.raises(NotPermitted):
        await say(desk, Word(Kind.OTHER), noon, operator=Operator(OperatorId(1), "Гость", Role.VIEWER))


async def test_what_has_ended_is_corrected_no_more(desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="шутка", version=None, now=noon)
    with pytest.raises(InvalidTransition):
        await say(desk, Word(Kind.OTHER), noon)


async def test_of_an_unknown_message_nothing_is_kept(desk: Desk, noon: datetime) -> None:
    with pytest.raises(NotFound):
        async with desk.database.write() as session:
            await label_message(session, desk.region_id, MessageId(10**9), desk.anna, Word(Kind.OTHER), now=noon)


def test_the_model_at_work_is_the_shipped_one_at_first() -> None:
    assert ClassifierAtWork().name == ClassifierAtWork().current.name
