"""The page of figures."""

from datetime import datetime, timedelta

from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DONE = "Здравствуйте! Батареи отремонтировали, тепло подано."


async def answered(reader: Reader, number: int, asked_at: datetime, after: timedelta | None) -> None:
    """A question of a resident of its own, and its answer if there is one."""
    messages = [comment(number, "Холодно!", asked_at, by=str(number))]
    if after is not None:
        messages.append(comment(number + 500, DONE, asked_at + after, by=PAGE, root=number, reply_to=number))
    await reader.read(*messages, at=max(asked_at, asked_at + (after or HOUR)))


async def test_figures_are_over_all_questions_and_the_mean_is_a_contrast(reader: Reader, vera: Browser, noon: datetime) -> None:
    for number, after in enumerate((2 * HOUR, 6 * HOUR, 20 * HOUR, None), start=1):
        await answered(reader, number, noon - 2 * DAY, after)

    page = words((await vera.open("/statistics")).text).replace("\N{NO-BREAK SPACE}", " ")

    assert "Медиана 6 ч половине ответили не позже" in page
    assert "9 из 10 ещё ждут" in page
    assert "За 4 ч 25 % За 9 ч 50 % За 24 ч 75 %" in page
    assert "Вопросов 4 С ответом 3 Без ответа 1" in page
    assert "среднее по отвеченным — 9 ч 20 мин. Оно льстит" in page
    assert "Администрация мало вопросов 4 1 6 ч от 2 ч ещё ждут 25 % 50 % 75 %" in page


async def test_where_people_wait_is_told_of_all_and_of_one(reader: Reader, vera: Browser, noon: datetime) -> None:
    """Asked at noon the day before, seen two hours later, given to nobody, answered after six."""
    asked_at = noon - DAY
    await reader.read(comment(1, "Холодно!", asked_at, by="1"), at=asked_at + 2 * HOUR)
    await reader.read(comment(501, DONE, asked_at + 6 * HOUR, by=PAGE, root=1, reply_to=1), at=asked_at + 6 * HOUR)
    (incident,) = await reader.rows("SELECT id FROM incidents")

    page = words((await vera.open("/statistics")).text).replace("\N{NO-BREAK SPACE}", " ")
    strip = words((await vera.open(f"/incidents/{incident.id}")).text).replace("\N{NO-BREAK SPACE}", " ")

    assert "все вместе 2 ч 9 из 10: 2 ч ещё не передали 0 0 —" in page
    assert "никому не передали 2 ч 9 из 10: 2 ч ещё не передали 0 0 —" in page
    assert "заметили 2 ч передали 4 ч" in strip


async def test_the_curve_is_drawn_without_inline_styles(reader: Reader, vera: Browser, noon: datetime) -> None:
    await answered(reader, 1, noon - DAY, 2 * HOUR)

    page = (await vera.open("/statistics")).text

    assert '<svg class="curve"' in page
    assert "style=" not in page


async def test_older_questions_are_in_the_longer_period_only(reader: Reader, vera: Browser, noon: datetime) -> None:
    await answered(reader, 1, noon - 10 * DAY, 2 * HOUR)

    week = await vera.open("/statistics?days=7")
    month = await vera.open("/statistics?days=30")

    assert "За это время вопросов не было." in week.text
    assert "Вопросов 1" in words(month.text)


async def test_working_hours_leave_the_night_out(reader: Reader, vera: Browser, noon: datetime) -> None:
    await answered(reader, 1, noon - DAY + 4 * HOUR, 16 * HOUR)

    page = words((await vera.open("/statistics?clock=working")).text).replace("\N{NO-BREAK SPACE}", " ")

    assert "Медиана 2 ч" in page
    assert (await vera.open("/statistics/questions?days=7&format=csv")).text.count("\r\n") == 2, "the head and the question behind it"
    assert "За 4 ч 100 % За 9 ч 100 %" in page
    assert "Рабочие часы: пн–пт 09:00–18:00, Europe/Moscow, без праздников и перенесённых выходных России, по срокам версии 1." in page


async def test_the_page_counts_until_the_answer_to_the_point_when_asked(reader: Reader, vera: Browser, noon: datetime) -> None:
    promised = comment(501, "Бригада починит батареи завтра до 18:00.", noon - DAY + HOUR, by=PAGE, root=1, reply_to=1)
    await answered(reader, 1, noon - DAY, None)
    await reader.read(promised, at=noon - DAY + HOUR)

    first = words((await vera.open("/statistics")).text)
    page = words((await vera.open("/statistics?answer=substantive")).text)

    assert "С ответом 1 Без ответа 0" in first
    assert "За 9 ч 0 % За 24 ч 0 %" in page, "it has waited for just a day"
    assert "Ответы по существу за 7 дней" in page
    assert "С ответом 0 Без ответа 1" in page
    page = words((await vera.open("/statistics?answer=substantive&clock=working")).text)
    assert "За 9 ч 0 % За 24 ч ≥ 0 %" in page, "nobody has waited for 24 working hours"


async def test_periods_and_clocks_that_do_not_exist_are_the_first_ones(site: Site, vera: Browser) -> None:
    answer = await vera.open("/statistics?days=12345&clock=lunar&answer=none")

    assert answer.status_code == 200
    assert "Первые ответы за 7 дней" in answer.text
