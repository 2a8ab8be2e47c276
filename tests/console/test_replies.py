"""Replies on the page of an incident: what became of them, in words for who wrote them, and nothing written is lost."""

import re
from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.operator import Role
from app.usecases.publish_replies import Publishing, claim_replies, publish_reply
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import PAGE, Reader, comment

DONE = "Здравствуйте! Батареи отремонтировали, тепло подано."


async def ask(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon - timedelta(minutes=30)), at=noon)


async def send_what_waits(site: Site) -> None:
    """What a worker does with replies."""
    publishing = Publishing(site.console.database, site.console.region_id, site.console.networks.connector_for, lambda: site.clock[0])
    for one in await claim_replies(publishing, limit=5):
        await publish_reply(publishing, one)


async def test_what_the_network_refused_is_said_in_plain_words_and_its_text_can_be_put_right(
    reader: Reader, site: Site, anna: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    await anna.open("/incidents/1")
    assert (await anna.send("/incidents/1/reply", version=1, text=DONE)).status_code == 303
    await send_what_waits(site)

    page = (await anna.open("/incidents/1")).text
    assert "не опубликован сеть не приняла. Ответьте под записью сами или скажите администратору" in words(page)
    assert "Ответ не опубликован: сеть не приняла" in words(page)
    assert not re.search("createComment|VILLAGE_TOKEN", page), "neither a foreign language nor the name of a key"
    assert "VILLAGE_TOKEN" in (await (await site.enter("admin", Role.ADMIN)).open("/incidents/1")).text

    (again,) = re.findall(r'href="(/incidents/1\?again=1)#reply"', page)
    assert f"{DONE}</textarea>" in (await anna.open(again)).text


async def test_a_reply_that_is_taken_back_goes_back_to_its_field(
    reader: Reader, anna: Browser, boris: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    await anna.open("/incidents/1")
    await anna.send("/incidents/1/reply", version=1, text=DONE)

    answer = await anna.send("/incidents/1/withdraw", version=2, reply=1)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/incidents/1?again=1#reply")
    assert f"{DONE}</textarea>" in (await anna.open(answer.headers["Location"])).text
    assert f"{DONE}</textarea>" in (await boris.open("/incidents/1?again=1")).text, "a colleague may go on with it"


async def test_a_reply_that_is_sent_twice_is_written_once_and_another_one_keeps_its_words(
    reader: Reader, anna: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    await anna.open("/incidents/1")
    assert (await anna.send("/incidents/1/reply", version=1, text=DONE)).status_code == 303

    twice = await anna.send("/incidents/1/reply", version=1, text=DONE)
    another = await anna.send("/incidents/1/reply", version=1, text="Здравствуйте! Передали в службу.")

    assert (twice.status_code, another.status_code) == (303, 409)
    assert "Здравствуйте! Передали в службу.</textarea>" in another.text
    assert "Вы сами уже сделали, в другой вкладке или вторым нажатием: «Написан ответ жителю»" in words(another.text)
    assert len(await reader.rows("SELECT id FROM replies")) == 1


async def test_the_same_words_to_a_later_question_are_another_reply(
    reader: Reader, anna: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    await anna.open("/incidents/1")
    assert (await anna.send("/incidents/1/reply", version=1, text=DONE)).status_code == 303
    answered, later = noon + timedelta(minutes=5), noon + timedelta(minutes=90)
    await reader.read(comment(2, DONE, answered, by=PAGE, root=1, reply_to=1), at=answered)
    await reader.read(comment(3, "Опять холодно!", later), at=later)
    (version,) = (await reader.rows("SELECT version FROM incidents"))[0]

    again = await anna.send("/incidents/1/reply", version=version - 1, text=DONE)

    assert (again.status_code, f"{DONE}</textarea>" in again.text) == (409, True), "it was not sent, and nothing of it is lost"


async def test_a_reply_that_is_too_long_goes_back_whole_and_is_not_cut(
    reader: Reader, anna: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    page = (await anna.open("/incidents/1")).text
    assert "maxlength" not in page[page.index("<textarea") : page.index("</textarea>")]

    answer = await anna.send("/incidents/1/reply", version=1, text="слово " * 900)

    assert (answer.status_code, "больше 4000 знаков" in answer.text) == (422, True)
    assert "слово " * 898 in answer.text


async def test_where_nothing_can_be_published_is_said_before_anything_is_written(
    reader: Reader, site: Site, anna: Browser, publishing: None, noon: datetime
) -> None:
    await ask(reader, noon)
    assert "<textarea" in (await anna.open("/incidents/1")).text
    async with site.console.database.write() as session:
        found = "INSERT INTO network_probes (network, capability, result, probed_at) VALUES ('vk', 'publish_reply', 'gone', :now)"
        await session.execute(text(found), {"now": noon})

    closed = (await anna.open("/incidents/1")).text
    assert ("<textarea" in closed, "Отсюда в это место не публикуется" in closed) == (False, True)

    async with site.console.database.write() as session:
        await session.execute(text("DELETE FROM network_probes"))
        await session.execute(text("UPDATE sources SET official = false"))
    foreign = (await anna.open("/incidents/1")).text
    assert ("<textarea" in foreign, "Отсюда на сторонней странице не публикуется" in foreign) == (False, True)
