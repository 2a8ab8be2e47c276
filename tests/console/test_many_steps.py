"""One step with all that is marked: a preview, a result for each, and the way back."""

from datetime import datetime

import pytest

from tests.console.browsing import Browser, words
from tests.usecases.reading import Reader, comment

THREE = ["1.1", "2.1", "3.1"]


@pytest.fixture(autouse=True)
async def three(reader: Reader, noon: datetime) -> None:
    """Three complaints that wait."""
    await reader.read(*(comment(number, f"Холодно в доме {number}!", noon, by=str(number)) for number in (1, 2, 3)), at=noon)


async def ask(browser: Browser, step: str, chosen: list[str], *, then: str = "", **more: object) -> str:
    """The page that answers a form with several marks."""
    await browser.open("/")
    answer = await browser.send_many(f"/steps{then}", {"step": step, "chosen": chosen, **more})
    assert answer.status_code in {200, 422}, answer.status_code
    return answer.text


async def test_marks_are_there_for_who_may_work_and_a_handover_for_who_may_assign(anna: Browser, boris: Browser, vera: Browser) -> None:
    assert 'value="1.1" form="many"' in (await anna.open("/")).text
    assert "Передать…" not in anna.page.text
    assert "Передать…" in (await boris.open("/")).text
    assert 'name="chosen"' not in await vera.see("/")


async def test_a_preview_says_what_would_become_of_each_and_changes_nothing(anna: Browser, boris: Browser) -> None:
    await boris.open("/incidents/2")
    await boris.send("/incidents/2/take", version=1)

    page = await ask(anna, "take", [*THREE, "99.1", "x", "3.1"])

    assert "Взять в работу: 2 обращения" in words(page)
    assert "новое в работе" in words(page)
    assert "Не получится: 1" in words(page)
    assert "Состояние обращения — «в работе», и этого шага из него нет." in words(page)
    assert "1 обращения из отмеченных больше нет." in words(page)
    assert "Взять" in words((await anna.open("/incidents/1")).text)


async def test_what_has_changed_since_it_was_marked_is_shown_without_its_mark(anna: Browser, boris: Browser) -> None:
    await boris.open("/incidents/2")
    await boris.send("/incidents/2/take", version=1)

    page = await ask(anna, "close", THREE)

    assert page.count(" checked") == 2
    assert "в работе Boris изменилось после отметки" in words(page)


async def test_each_is_told_what_became_of_it_and_all_is_undone_at_once(anna: Browser, boris: Browser) -> None:
    await boris.open("/incidents/2")
    await boris.send("/incidents/2/take", version=1)

    page = words(await ask(anna, "reject", THREE, then="/take", reason="Реклама"))
    assert "Отклонено: 2 из 3" in page
    assert "Не получилось: 1" in page
    assert "Тем временем обращение изменилось. в работе Boris" in page

    undone = words(await ask(anna, "undo", ["1.2", "3.2"], then="/take"))
    assert "Отменено: 2" in undone
    journal = words((await anna.open("/incidents/1")).text)
    assert "Отменено: «Отклонено, ответ не требуется» — Anna" in journal


async def test_one_s_own_last_step_is_undone_on_the_page_of_the_incident(anna: Browser, boris: Browser) -> None:
    await anna.open("/incidents/1")
    await anna.send("/incidents/1/take", version=1)

    assert "Отменить: «Взято в работу»" in words((await anna.open("/incidents/1")).text)
    assert "Отменить: «" not in words(await boris.see("/incidents/1"))
    assert (await boris.send("/incidents/1/undo", version=2)).status_code == 409
    assert (await anna.send("/incidents/1/undo", version=2)).status_code == 303


async def test_an_order_that_lacks_something_goes_back_to_its_form_with_the_marks(boris: Browser) -> None:
    assert "Напишите, почему ответ не нужен" in await ask(boris, "reject", THREE, then="/take")
    page = await ask(boris, "assign", THREE, then="/take")
    assert "Выберите, кому передать" in page
    assert page.count(" checked") == 3
    assert "Отметьте хотя бы одно обращение." in await ask(boris, "take", [], then="/take")

    nobody = await ask(boris, "reject", [], then="/take", reason="Разговор соседей", offered=THREE)
    assert "Отклонить: 3 обращения" in words(nobody)
    assert (nobody.count(" checked"), 'value="Разговор соседей"' in nobody) == (0, True)
    one = await ask(boris, "reject", ["2.1"], then="/take", offered=THREE)
    assert (one.count('name="chosen"'), one.count(" checked")) == (3, 1)


async def test_many_are_handed_over_at_once_by_who_may(anna: Browser, boris: Browser) -> None:
    assert "Передано: 3" in words(await ask(boris, "assign", THREE, then="/take", assignee=1))
    await anna.open("/")
    refused = await anna.send_many("/steps", {"step": "assign", "chosen": ["1.2"]})
    assert refused.status_code == 403


async def test_more_than_can_be_held_at_once_is_refused(anna: Browser) -> None:
    await anna.open("/")
    refused = await anna.send_many("/steps", {"step": "take", "chosen": [f"{number}.1" for number in range(1, 202)]})
    assert (refused.status_code, "не больше 200 обращений" in refused.text) == (422, True)
