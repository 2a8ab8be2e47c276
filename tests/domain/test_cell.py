"""What a spreadsheet would run or refuse never reaches a cell."""

import pytest

from app.domain.cell import CUT, LONGEST_CELL, csv_cell, cut, xlsx_cell

ATTACKS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\N{NO-BREAK SPACE}=1+1",
    "\N{ZERO WIDTH SPACE}=1+1",
    "\ufeff=1+1",
    '"=1+1"',
    "'=1+1",
    "＝1+1",
    "－1",
    "\x01=1+1",
    "=cmd|' /C calc'!A0",
    "\tслово",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_cell_of_csv_never_begins_as_a_formula(text: str) -> None:
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Здравствуйте;=1+1", "Здравствуйте;'=1+1"),
        ("Здравствуйте,=1+1", "Здравствуйте,'=1+1"),
        ("Здравствуйте\t@A1", "Здравствуйте\t'@A1"),
        ("Нет:\n- света\n- воды", "Нет:\n'- света\n'- воды"),
        ('Вот,"=1+1"', 'Вот,\'"=1+1"'),
    ],
)
def test_nor_does_what_another_separator_would_make_a_cell(text: str, written: str) -> None:
    assert csv_cell(text) == written


@pytest.mark.parametrize("text", ["Холодно", "в доме -5, ждём", "Лесная 5 = холод", "почта a@b.test", "№ 7; дом 5", "", "«-5»"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == xlsx_cell(text) == text


def test_characters_that_spoil_a_file_are_taken_out() -> None:
    assert xlsx_cell("a\x00\x08\x0b\x0c\x1f\x7f\x85\ud800\ufdd0\ufffe\uffffb\r\nc\rd\te") == "ab\nc\nd\te"


@pytest.mark.parametrize("letter", ["я", "🔥"])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(letter: str) -> None:
    units = len(letter.encode("utf-16-le")) // 2
    fits, longer = letter * (LONGEST_CELL // units), letter * (LONGEST_CELL // units + 1)

    assert cut(fits) == fits
    assert cut(longer).endswith(CUT)
    assert len(cut(longer).encode("utf-16-le")) // 2 in {LONGEST_CELL - 1, LONGEST_CELL}
    assert set(cut(longer).removesuffix(CUT)) == {letter}
