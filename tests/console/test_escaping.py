"""Whatever residents write stays text."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from app.console.markup import excerpt, outside
from app.console.pages import Pages
from app.domain.readable import readable, without_numbers
from connectors.sdk.contract import Author
from tests.console.browsing import Browser
from tests.usecases.reading import PAGE, Reader, comment, post

HOSTILE = [
    "<script>alert(1)</script>!",
    '"><img src=x onerror=alert(1)>!',
    "'-alert(1)-'!</textarea><svg/onload=alert(1)>",
    "{{ 'z' * 5 }}{% raw %}!",
    "\u202eтекст задом наперёд!\u2066",
]
DANGEROUS = re.compile(r"<script>alert|<img|<svg/|onerror=alert\(1\)>|[\u202a-\u202e\u2066-\u2069]|zzzzz")


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_and_names_are_shown_as_they_were_written(reader: Reader, boris: Browser, noon: datetime, text: str) -> None:
    said = replace(comment(1, text, noon), author=Author("1", text))
    await reader.read(post(100, text, noon), said, comment(2, text, noon, by=PAGE, root=1, reply_to=1), at=noon)
    await boris.open("/incidents/1")
    await boris.send("/incidents/1/reject", version=1, reason=text)

    pages = [await boris.open(address) for address in ("/?status=all", "/queue?status=all", "/incidents/1", "/statistics", "/sources")]

    assert [page.status_code for page in pages] == [200] * 5
    assert not [page.request.url.path for page in pages if DANGEROUS.search(page.text.replace("\n", " "))]


async def test_a_hostile_search_is_only_a_search(anna: Browser) -> None:
    answer = await anna.open('/?q="><script>alert(1)</script>')

    assert answer.status_code == 200
    assert "&lt;script&gt;alert" in answer.text
    assert "<script>alert" not in answer.text


async def test_hostile_addresses_are_not_repeated_as_markup(anna: Browser) -> None:
    answer = await anna.open('/incidents/1?back="><script>alert(1)</script>')

    assert (answer.status_code, "Нет обращения с номером 1." in answer.text) == (404, True)
    assert "<script>alert" not in answer.text


def test_a_mention_is_read_as_the_name() -> None:
    assert readable("[id5|Пётр], [club7|Администрация], [id9:bp-1_2|Анна]") == "Пётр, Администрация, Анна"
    assert readable("{user:560700000000001}Нина{user}, {group:5}ЖКХ{group}!") == "Нина, ЖКХ!"


def test_of_a_mention_only_the_number_can_be_left_out_and_nothing_moves() -> None:
    said = "[id501|Нина], {user:560}Ира{user} и [club7|ЖКХ], дом 12"

    assert without_numbers(said) == "[id000|Нина], {user:000}Ира{user} и [club7|ЖКХ], дом 12"


def test_a_mention_cannot_smuggle_markup_past_the_escaping() -> None:
    (page,) = [Pages().page("trouble.html", title="", behind="/", text=readable("[id5|<b>Пётр</b>]"))]

    assert "&lt;b&gt;Пётр" in bytes(page.body).decode()


def test_an_excerpt_is_one_line_of_bounded_length() -> None:
    assert excerpt("строка\n\nдругая") == "строка другая"
    assert len(excerpt("слово " * 1000)) <= 280


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.test", ""])
def test_only_web_addresses_become_links(address: str) -> None:
    assert outside(address) == ""
    assert outside("https://vk.com/wall-7_1") == "https://vk.com/wall-7_1"
