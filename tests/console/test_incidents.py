"""The page of one incident: the thread, the clock, the journal, and steps with a version."""

from datetime import datetime, timedelta

from app.domain.operator import Role
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import PAGE, Reader, comment, post, whole_thread

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PROMISE = "Здравствуйте! Бригада устранит протечку до 15 марта."
DONE = "Здравствуйте! Батареи отремонтировали, тепло подано."


async def one(reader: Reader, noon: datetime) -> None:
    """A complaint under a post."""
    await reader.read(post(100, "Пуск тепла", noon - HOUR), comment(1, "Холодно!", noon - 30 * MINUTE), at=noon)


async def test_the_page_shows_the_post_the_message_and_the_whole_thread(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await reader.read(comment(2, "и у нас", noon - MINUTE, by="2"), at=noon)

    page = words((await anna.open("/incidents/1")).text)

    assert "официально 14:00 Пуск тепла" in page
    assert "этот житель 14:30 Холодно!" in page
    assert "Под этим постом ещё 1 комментарий других людей" in page
    assert "и у нас" in page


async def test_an_answer_to_the_resident_is_shown_with_its_class_and_the_rule_behind_it(
    reader: Reader, anna: Browser, noon: datetime
) -> None:
    await one(reader, noon)
    await reader.read(comment(2, PROMISE, noon - 10 * MINUTE, by=PAGE, root=1, reply_to=1), at=noon)

    page = words((await anna.open("/incidents/1")).text)

    assert "промежуточный ответ «обещает срок» 86 % · ответом на сообщение" in page
    assert "Первый ответ 14:50 через 20 мин промежуточный ответ" in page
    assert "По существу ещё нет" in page
    assert "ответили в срок" in page


async def test_an_answer_to_a_neighbour_is_not_marked_as_an_answer(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await reader.read(comment(2, "И у нас!", noon, by="2"), comment(3, DONE, noon, by=PAGE, root=2, reply_to=2), at=noon)

    page = (await anna.open("/incidents/1")).text

    assert "ответ по существу" not in page
    assert DONE in page


async def test_deleted_and_edited_messages_are_marked(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await reader.read(comment(1, "Холодно! Дом 5", noon - 30 * MINUTE), at=noon)
    await reader.read(post(100, "Пуск тепла", noon - HOUR), at=noon + HOUR, coverage=whole_thread())

    page = words((await anna.open("/incidents/1")).text)

    assert "исправлено 15:00 удалено, заметили 16:00" in page
    assert "Холодно! Дом 5" in page


async def test_every_step_is_told_in_the_journal_with_its_author_and_reason(
    reader: Reader, anna: Browser, boris: Browser, noon: datetime
) -> None:
    await one(reader, noon)
    await boris.open("/incidents/1")
    assert (await boris.send("/incidents/1/assign", version=1, assignee=1)).status_code == 303
    assert (await anna.send("/incidents/1/take", version=2)).status_code == 303
    assert (await anna.send("/incidents/1/reject", version=3, reason="Разговор соседей")).status_code == 303
    assert (await anna.send("/incidents/1/reopen", version=4)).status_code == 303
    assert (await anna.send("/incidents/1/close", version=5, reason="")).status_code == 303

    page = words((await anna.open("/incidents/1")).text)

    story = [
        "Закрыто — Anna",
        "Возвращено в работу — Anna",
        "Отклонено, ответ не требуется — Anna Разговор соседей",
        "Взято в работу — Anna",
        "Назначено: Anna — Boris",
        "Обращение найдено",
    ]
    places = [page.index(line) for line in story]
    assert places == sorted(places)


async def test_a_slower_operator_is_told_who_was_faster_and_sees_the_fresh_state(
    reader: Reader, anna: Browser, boris: Browser, noon: datetime
) -> None:
    await one(reader, noon)
    await anna.open("/incidents/1")
    await boris.open("/incidents/1")
    await anna.send("/incidents/1/take", version=1)

    answer = await boris.send("/incidents/1/take", version=1)

    page = words(answer.text)
    assert answer.status_code == 409
    assert "Пока страница была открыта, обращение изменилось. Anna — раньше вас: «Взято в работу»." in page
    assert "у кого: Anna" in page
    assert 'name="version" value="2"' in answer.text
    assert "/incidents/1/take" not in answer.text

    await anna.open("/incidents/1")
    await anna.send("/incidents/1/undo", version=2)
    undone = await boris.send("/incidents/1/take", version=1)
    assert "Anna — раньше вас: «Отменено: „Взято в работу“»." in words(undone.text)


async def test_a_reason_typed_for_a_stale_version_is_not_lost(reader: Reader, anna: Browser, boris: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await anna.open("/incidents/1")
    await anna.send("/incidents/1/take", version=1)
    await boris.open("/incidents/1")

    answer = await boris.send("/incidents/1/reject", version=1, reason="Долго думал над этими словами")

    assert answer.status_code == 409
    assert 'value="Долго думал над этими словами"' in answer.text


async def test_rejecting_takes_a_reason(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await anna.open("/incidents/1")

    answer = await anna.send("/incidents/1/reject", version=1, reason="   ")

    assert answer.status_code == 422
    assert "Напишите, почему ответ не нужен" in answer.text


async def test_assigning_takes_somebody(reader: Reader, boris: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await boris.open("/incidents/1")

    nobody = await boris.send("/incidents/1/assign", version=1)
    stranger = await boris.send("/incidents/1/assign", version=1, assignee=777)

    assert (nobody.status_code, stranger.status_code) == (422, 422)
    assert "Выберите, кому назначить" in nobody.text
    assert "Выберите другого." in stranger.text


async def test_a_step_that_does_not_fit_the_state_is_explained(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await anna.open("/incidents/1")
    await anna.send("/incidents/1/take", version=1)

    answer = await anna.send("/incidents/1/take", version=2)

    assert answer.status_code == 409
    assert "Состояние обращения — «в работе», и этого шага из него нет." in answer.text


async def test_only_possible_steps_are_offered(
    site: Site, reader: Reader, anna: Browser, boris: Browser, vera: Browser, noon: datetime
) -> None:
    await one(reader, noon)

    offered = {}
    for name, browser in (("anna", anna), ("boris", boris), ("vera", vera)):
        text = (await browser.open("/incidents/1")).text
        offered[name] = [step for step in ("take", "assign", "reject", "close", "reopen") if f"/incidents/1/{step}" in text]

    assert offered == {"anna": ["take", "reject", "close"], "boris": ["take", "assign", "reject", "close"], "vera": []}


async def test_scripts_without_a_login_are_not_offered_as_colleagues(site: Site, reader: Reader, boris: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await site.register("anna", Role.OPERATOR)
    await site.register("vera", Role.VIEWER)

    page = (await boris.open("/incidents/1")).text

    assert ">Anna</option>" in page
    assert ">Vera</option>" not in page


async def test_the_way_back_leads_to_the_filtered_queue(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)

    await anna.open("/incidents/1?back=%2F%3Fkind%3Dcomplaint")
    answer = await anna.send("/incidents/1/take", version=1, back="/?kind=complaint")

    assert 'href="/?kind=complaint#incident-1" data-back' in anna.page.text
    assert answer.headers["Location"] == "/incidents/1?back=%2F%3Fkind%3Dcomplaint"


async def test_a_resident_who_came_back_has_two_questions(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await reader.read(comment(2, DONE, noon - 20 * MINUTE, by=PAGE, root=1, reply_to=1), at=noon)
    await reader.read(comment(3, "Опять холодно!", noon - MINUTE), at=noon)

    page = words((await anna.open("/incidents/1")).text)

    assert "Сроки последнего вопроса" in page
    assert "14:30 ответили в срок через 10 мин" in page
    assert "14:59 ждёт ответа" in page


async def test_an_unknown_incident_is_said_to_be_unknown(anna: Browser) -> None:
    answer = await anna.open("/incidents/77")

    assert answer.status_code == 404
    assert "Нет обращения с номером 77." in answer.text


async def test_a_number_that_no_key_can_be_is_a_wrong_address(anna: Browser) -> None:
    assert (await anna.open("/incidents/99999999999999999999")).status_code == 422
    assert (await anna.open("/incidents/x")).status_code == 422


async def test_a_reply_waits_for_its_publication_in_sight(reader: Reader, anna: Browser, noon: datetime) -> None:
    await one(reader, noon)
    await anna.open("/incidents/1")
    assert "/incidents/1/reply" not in anna.page.text, "nothing can be written on a network without a connector"

    empty = await anna.send("/incidents/1/reply", version=1, text="  ")
    assert (empty.status_code, "Напишите ответ" in empty.text) == (422, True)
    assert (await anna.send("/incidents/1/reply", version=1, text=DONE)).status_code == 303
    page = words((await anna.open("/incidents/1")).text)
    assert page.count(DONE) == 1
    assert "anna — ждёт отправки" in page.lower()
    assert "Написан ответ жителю" in page


async def test_an_answer_to_a_neighbour_counts_by_an_operator_s_word_and_back(
    reader: Reader, anna: Browser, vera: Browser, noon: datetime
) -> None:
    await one(reader, noon)
    done = comment(3, DONE, noon - 10 * MINUTE, by=PAGE, root=2, reply_to=2)
    await reader.read(comment(2, "и у нас", noon - 20 * MINUTE, by="2"), done, at=noon)
    (message,) = await reader.rows("SELECT id FROM messages WHERE comment_id = '3'")
    page = (await anna.open("/incidents/1")).text
    assert page.count("Это ответ этому жителю</button>") == 1, "neither the post nor residents' words are offered"
    assert "ответ этому жителю" not in await vera.see("/incidents/1")

    assert (await anna.send("/incidents/1/answers", version=1, message=message.id)).status_code == 303
    linked = words((await anna.open("/incidents/1")).text)
    assert "ответ по существу «сообщает о сделанном» 75 % · указал оператор Не ответ этому жителю" in linked
    assert "Засчитано как ответ этому жителю: ответ по существу — Anna" in linked
    again = await anna.send("/incidents/1/answers", version=2, message=message.id)
    assert (again.status_code, "Это нельзя засчитать" in again.text) == (422, True)

    assert (await anna.send("/incidents/1/answers/remove", version=2, message=message.id)).status_code == 303
    unlinked = words((await anna.open("/incidents/1")).text)
    assert "Не ответ этому жителю: сообщение больше не считается — Anna" in unlinked
    assert "Первый ответ ещё нет" in unlinked
