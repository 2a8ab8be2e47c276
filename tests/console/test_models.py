"""The page of models: what each learned, how it was judged, and the way back."""

from app.domain.operator import Role
from app.storage import models
from app.storage.models import NewModel
from tests.console.browsing import Browser, words
from tests.console.conftest import Site

TASK = {"texts": 40, "rival_right": 0.8, "candidate_right": 0.85, "at_least": 0.0}


async def test_models_are_told_in_plain_words_and_taken_back(site: Site, anna: Browser) -> None:
    console = site.console
    before = words((await anna.open("/labelling/models")).text)
    chief = await site.enter("chief", Role.ADMIN)
    await chief.open("/labelling/models")
    nothing = await chief.send("/labelling/models/rollback")
    async with console.database.write() as session:
        new = NewModel("region-1", "linear-1", "1", {"texts": 40, "kind": 30}, b"file")
        number = await models.add(session, console.region_id, new, made_by="schedule", now=console.now())
        await models.judged(session, number, {"rival": "shipped", "tasks": {"kind": TASK}})
        await models.put_to_work(session, console.region_id, number, put_by="schedule", now=console.now())
    shown = await chief.open("/labelling/models")
    done = await chief.send("/labelling/models/rollback")

    assert "Своих моделей у региона ещё нет" in before
    assert nothing.status_code == 409
    assert "Возвращаться не к чему" in nothing.text
    assert "40 , вид 30 вид 85 % у прежней 80 %, текстов 40" in words(shown.text)
    assert "по расписанию" in shown.text
    assert "Вернуть прежнюю" not in await anna.see("/labelling/models")
    assert (done.status_code, done.headers["Location"]) == (303, "/labelling/models")
    assert "region-1 снята" in words((await chief.open("/labelling/models")).text)
