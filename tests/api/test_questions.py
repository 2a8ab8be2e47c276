"""Every figure can be computed again from the file of questions, by the very lines that the definition gives for it."""

import csv
import io
import re
import sys
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment, stub

DEFINITION = Path(__file__).parents[2] / "docs" / "first_answer.md"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEXTS = (
    "Добрый день! Отопление восстановлено, аварию устранили.",
    "Добрый день! Бригада устранит аварию завтра до 18:00.",
    "Спасибо, уточним.",
)
ANY_DAY = {"from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}


@pytest.fixture
def lines() -> str:
    """The program of the definition."""
    (found,) = re.findall(r"```python\n(.*?)```", DEFINITION.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
async def lived(api: Api, reader: Reader, noon: datetime) -> None:
    """Two weeks of a page, readings a fraction of a second off: questions answered, promised, taken back, gone, old and waiting."""
    chance = Random(7)
    moments = [noon + index * 5 * HOUR + timedelta(microseconds=chance.randrange(1_000_000)) for index in range(60)]
    later: list[tuple[datetime, Any]] = []
    for number in range(1, 61):
        asked_at = noon + chance.randrange(-3, 250) * HOUR + chance.randrange(60) * MINUTE
        if number % 20 == 0:
            asked_at -= timedelta(days=40)
        question = comment(number, "Холодно!", asked_at, by=str(chance.randrange(1, 45)))
        later.append((asked_at, question))
        kind = chance.randrange(6)
        if kind < 4:
            answered_at = asked_at + chance.choice([1, 2, 2, 9, 30, 70]) * HOUR
            answer = comment(number + 500, TEXTS[min(kind, 2)], answered_at, by=PAGE, root=number, reply_to=number)
            later.append((answered_at, answer))
            if number % 7 == 0:
                later.append((answered_at + 40 * HOUR, stub(answer)))
        elif kind == 4:
            later.append((asked_at + chance.randrange(1, 40) * HOUR, stub(question)))
    for at in moments:
        due = [message for when, message in later if when <= at]
        later = [(when, message) for when, message in later if when > at]
        for message in due:
            await reader.read(message, at=at)
    api.clock[0] = moments[-1] + timedelta(microseconds=1)


def computed(lines: str, file: Path, *wanted: str) -> dict[str, float | None]:
    """What the program says of a file."""
    said = io.StringIO()
    before, sys.argv = sys.argv, ["check.py", str(file), *wanted]
    try:
        with redirect_stdout(said):
            exec(compile(lines, str(DEFINITION), "exec"), {"__name__": "__main__"})
    finally:
        sys.argv = before
    words = iter(said.getvalue().split())
    return {name: None if value == "None" else float(value) for name, value in zip(words, words, strict=True)}


def told(figures: dict[str, Any]) -> dict[str, float | None]:
    """The same of an answer of the API."""
    named: dict[str, float | None] = {
        "n": figures["n"],
        "unanswered": figures["unanswered"],
        "median": figures["km_median_seconds"],
        "p90": figures["p90_seconds"],
    }
    return named | dict(figures["share_within"])


@pytest.mark.usefixtures("lived")
async def test_whoever_holds_the_file_finds_the_same_figures_to_the_last_digit(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient, lines: str, tmp_path: Path
) -> None:
    file = tmp_path / "questions.csv"
    file.write_bytes((await viewer.get("/statistics/questions", params=ANY_DAY)).content)
    (taken,) = (await admin.get("/exports")).json()["items"]

    for end, answer in (("Первый ответ", "first"), ("Ответ по существу", "substantive")):
        for waited, clock in (("ждали, с", "calendar"), ("ждали в рабочих часах, с", "working")):
            program = lines.replace('"Первый ответ", "ждали, с"', f'"{end}", "{waited}"', 1)
            query = {**ANY_DAY, "clock": clock, "group_by": "source"}
            measured = (await viewer.get(f"/statistics/{answer}-answer", params=query)).json()
            (group,) = measured["groups"]
            assert computed(program, file) == told(measured["total"])
            assert computed(program, file, f"Страница={group['group']['name']}") == told(group)
            assert measured["total"]["n"] > measured["total"]["answered"] > 10, "something of every kind"

    assert (taken["what"], taken["rows"], taken["completed"]) == ("questions", file.read_bytes().count(b"\r\n") - 1, True)
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert {row["Почему не в счёте"] for row in rows} == {"", "задан до начала наблюдения"}
    assert any(row["Первый ответ: взят назад"] == "да" for row in rows)
    assert any(not float(row["Первый ответ: ждали, с"].replace(",", ".")).is_integer() for row in rows), "readings come between two seconds"
