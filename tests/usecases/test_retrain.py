"""Retraining: what people said changes the next model, which goes to work only when it is not worse, and can be taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from app.classifier.at_work import ClassifierAtWork
from app.classifier.contract import TextInContext
from app.classifier.errors import ModelRefused
from app.classifier.model_file import load_shipped_model, shipped_bytes
from app.classifier.regional.judging import judge
from app.classifier.regional.model_file import pack_regional, parse_any_model
from app.classifier.regional.taught import Own, Taught
from app.classifier.regional.training import teach
from app.domain.errors import NoModelBefore, NotFound
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage import models
from app.storage.engine import Database
from app.storage.models import NewModel
from app.storage.regions import RegionId
from app.usecases.choose_model import ModelIsWorse, add_model, compare_models, name_at_work, use_model
from app.usecases.correct_verdict import correct_verdict
from app.usecases.refresh_model import refresh_model
from app.usecases.retrain import gather, retrain, retrain_by_schedule
from app.usecases.roll_back_model import roll_back_model
from tests.classifier.regional.examples import export, write_table
from tests.databases import ON_ONE_SERVER
from tests.usecases.work import Desk

pytestmark = ON_ONE_SERVER
DAY = timedelta(days=1)


def file_of(examples: list[Taught]) -> bytes:
    """A region's model taught by these."""
    return pack_regional(teach(load_shipped_model(), shipped_bytes(), examples)[0])


@cache
def learned_from_the_export() -> bytes:
    """The same file for all who spoil it."""
    return file_of(export())


def wrong() -> list[Taught]:
    """The export with every theme under another's name, and complaints called chatter."""
    labels = ["Ямы на дороге", "Нет света", "Мусор не вывозят"]
    after = dict(zip(labels, [*labels[1:], labels[0]], strict=True))
    return [replace(one, kind=Kind.OTHER, own=((Own.THEME, after[one.label(Own.THEME) or ""]),)) for one in export()]


async def test_a_better_model_goes_to_work_in_every_process_without_a_restart(
    database: Database, region_id: RegionId, noon: datetime, tmp_path: Path
) -> None:
    write_table(tmp_path, export())
    here, elsewhere = ClassifierAtWork(), ClassifierAtWork()
    done = await retrain(database, region_id, here, tmp_path, made_by="test", now=noon)

    assert (done.at_work, done.refused) == (True, ())
    assert await refresh_model(database, region_id, elsewhere)
    assert not await refresh_model(database, region_id, elsewhere)
    assert elsewhere.name == done.name == await name_at_work(database, region_id)
    assert elsewhere.classify([TextInContext("яма на Полевой, машины бьются")])[0].own


async def test_without_news_nothing_is_trained(database: Database, region_id: RegionId, noon: datetime, tmp_path: Path) -> None:
    write_table(tmp_path, export())
    first = await retrain(database, region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon)
    again = await retrain(database, region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon + DAY)

    assert again.name is None
    assert again.reason == f"Nothing new to learn since {first.name}."


async def test_a_correction_changes_the_next_training(desk: Desk, noon: datetime, tmp_path: Path) -> None:
    write_table(tmp_path, export())
    before = await retrain(desk.database, desk.region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon)
    async with desk.database.write() as session:
        word = Word(Kind.SUGGESTION, "roads.potholes", urgent=True)
        await correct_verdict(session, desk.region_id, desk.incident_id, desk.anna, word, version=None, now=noon)
        await session.execute(text("UPDATE messages SET text = 'у нас тут всё сложно' WHERE id = (SELECT message_id FROM incidents)"))
    after = await retrain(desk.database, desk.region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon + DAY)
    async with desk.database.read() as session:
        newest, older = await models.listed(session, desk.region_id)
    spoken = [one for one in await gather(desk.database, desk.region_id, tmp_path, []) if one.urgent is not None]

    assert after.name not in {before.name, None}
    assert (newest.learned["texts"], newest.learned["topic"]) == (older.learned["texts"] + 1, older.learned["topic"] + 1)
    assert newest.made_by == "test"
    assert [(one.text.text, one.urgent) for one in spoken] == [("у нас тут всё сложно", True)]


async def test_a_worse_model_stays_a_candidate(database: Database, region_id: RegionId, noon: datetime, tmp_path: Path) -> None:
    good = parse_any_model(file_of([one for one in export() if not one.held_out]), "good")
    bad = parse_any_model(file_of([one for one in wrong() if not one.held_out]), "bad")
    held = [one for one in export() if one.held_out]
    judgement = judge(bad, good, held)

    assert judgement.is_known
    assert judgement.is_worse
    assert not judgement.is_better
    assert not judge(good, good, held).is_worse


async def test_a_worse_model_is_not_put_to_work_by_hand_either(
    database: Database, region_id: RegionId, noon: datetime, tmp_path: Path
) -> None:
    write_table(tmp_path, export())
    await retrain(database, region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon)
    at_work = await name_at_work(database, region_id)
    (tmp_path / "bad.model").write_bytes(file_of([one for one in wrong() if not one.held_out]))
    bad = await add_model(database, region_id, tmp_path / "bad.model", made_by="test", now=noon)

    with pytest.raises(ModelIsWorse, match="may be worse than"):
        await use_model(database, region_id, bad, tmp_path, put_by="test", now=noon)
    assert await name_at_work(database, region_id) == at_work
    assert (await compare_models(database, region_id, bad, "shipped", tmp_path)).is_known


async def go_back(database: Database, region_id: RegionId, now: datetime) -> str:
    async with database.write() as session:
        return await roll_back_model(session, region_id, put_by="test", now=now)


async def test_rolling_back_brings_the_model_before(database: Database, region_id: RegionId, noon: datetime, tmp_path: Path) -> None:
    with pytest.raises(NoModelBefore):
        await go_back(database, region_id, noon)
    write_table(tmp_path, export())
    at_work = ClassifierAtWork()
    await retrain(database, region_id, at_work, tmp_path, made_by="test", now=noon)
    await refresh_model(database, region_id, at_work)

    assert await go_back(database, region_id, noon + DAY) == "shipped"
    assert await refresh_model(database, region_id, at_work)
    assert at_work.name == load_shipped_model().name


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file[:-1000],
        lambda file: file[:-1] + b"\x00\x01",
        lambda file: file.replace(b"OTKLIK-REGION 1 ", b"OTKLIK-REGION 2 ", 1),
        lambda file: None,
    ],
)
async def test_a_spoilt_file_leaves_the_last_good_model_at_work(
    database: Database, region_id: RegionId, noon: datetime, spoil: Callable[[bytes], bytes | None]
) -> None:
    file = learned_from_the_export()
    async with database.write() as session:
        kept = await models.add(session, region_id, NewModel("region-spoilt", "base", "digest", {}, file), made_by="test", now=noon)
        await session.execute(text("UPDATE models SET file = :file"), {"file": spoil(file)})
        await models.put_to_work(session, region_id, kept, put_by="test", now=noon)
    at_work = ClassifierAtWork()
    good = at_work.current

    assert not await refresh_model(database, region_id, at_work)
    assert at_work.current is good


async def test_a_file_that_is_no_regions_is_not_kept(database: Database, region_id: RegionId, noon: datetime, tmp_path: Path) -> None:
    (tmp_path / "shipped.model").write_bytes(shipped_bytes())
    with pytest.raises(ModelRefused, match="no region's model"):
        await add_model(database, region_id, tmp_path / "shipped.model", made_by="test", now=noon)
    with pytest.raises(NotFound):
        await use_model(database, region_id, "region-none", tmp_path, put_by="test", now=noon)


async def test_wrong_rows_are_told_and_the_others_learnt(database: Database, region_id: RegionId, noon: datetime, tmp_path: Path) -> None:
    write_table(tmp_path, [*export(), replace(export()[0], topic="moon")])
    (tmp_path / "broken.csv").write_text("колонка\nзначение\n", encoding="cp1251")
    done = await retrain(database, region_id, ClassifierAtWork(), tmp_path, made_by="test", now=noon)

    assert done.name is not None
    assert sorted(str(refusal).rpartition("/")[2][:10] for refusal in done.refused) == ["broken.csv", "export.csv"]


async def test_the_schedule_retrains_when_its_time_has_come(
    database: Database, region_id: RegionId, noon: datetime, tmp_path: Path
) -> None:
    write_table(tmp_path, export()[:120])

    async def names(*, every: timedelta | None, now: datetime) -> int:
        await retrain_by_schedule(database, region_id, ClassifierAtWork(), tmp_path, every=every, now=now)
        async with database.read() as session:
            return len(await models.listed(session, region_id))

    assert await names(every=None, now=noon) == 0
    assert await names(every=DAY, now=noon) == 1
    write_table(tmp_path, export())
    assert await names(every=DAY, now=noon + DAY / 2) == 1
    assert await names(every=DAY, now=noon + DAY) == 2
