"""Labelled tables: columns, encodings, and errors that name the row."""

from pathlib import Path

import pytest

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.tables import read_table
from app.domain.verdict import Kind


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    """A table in the encoding given."""
    (folder / "table.csv").write_text(content, encoding=encoding)
    return folder / "table.csv"


def test_every_column_is_read_and_empty_ones_mean_unknown(tmp_path: Path) -> None:
    table = write(tmp_path, 'text,kind,post,urgent,topic\n"Дым, гарь",complaint,Новости,да,ecology\nок,other,,,\n')
    full, bare = read_table(table)

    assert (full.text, full.kind, full.urgent, full.topic) == (TextInContext("Дым, гарь", "Новости"), Kind.COMPLAINT, True, "ecology")
    assert (bare.text, bare.kind, bare.urgent, bare.topic) == (TextInContext("ок"), Kind.OTHER, None, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_ways_in_which_offices_save_tables_are_read(tmp_path: Path, encoding: str, separator: str) -> None:
    (example,) = read_table(write(tmp_path, f"kind{separator}text\nquestion{separator}Когда дадут тепло?\n", encoding))

    assert example.text.text == "Когда дадут тепло?"


@pytest.mark.parametrize("encoding", ["utf-16", "koi8-r"])
def test_another_encoding_is_refused_or_has_no_columns(tmp_path: Path, encoding: str) -> None:
    table = write(tmp_path, "текст,kind\nКогда дадут тепло?,question\n" * 5, encoding)

    with pytest.raises(DataRefused, match=r"neither UTF-8|column text"):
        read_table(table)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,label\nа,б\n", ":1: the column kind is missing"),
        ("text,kind\nок,other\nнет света,жалоба\n", ":3: the kind 'жалоба' is none of"),
        ("text,kind\nнет света, и воды,complaint\n", ":2: there are more values"),
        ("text,kind\nнет света\n", ":2: there are fewer values"),
        ("text,kind,urgent\nнет света,complaint,очень\n", ":2: urgent is 'очень'"),
        ('text,kind\n"нет" света,complaint\n', ":2: this is not CSV"),
        ("text,kind\n", "no rows"),
        ("", "column text and kind is missing"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(DataRefused, match=said):
        read_table(write(tmp_path, content))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"absent\.csv"):
        read_table(tmp_path / "absent.csv")
