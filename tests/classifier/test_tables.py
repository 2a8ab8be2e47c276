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
        ("", "column text is missing"),
        ("text,topic\nнет света,electricity.moon\n", ":2: there is no topic 'electricity.moon'"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(DataRefused, match=said):
        read_table(write(tmp_path, content))


def test_wrong_rows_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    refused: list[DataRefused] = []
    table = write(tmp_path, "text,kind,topic\nнет света,жалоба,\nнет воды,complaint,water.no_cold\nдым,complaint,sky\n")

    (example,) = read_table(table, refused)

    assert (example.text.text, example.topic) == ("нет воды", "water.no_cold")
    assert [refusal.where.rpartition(":")[2] for refusal in refused] == ["2", "4"]


def test_a_table_of_nothing_but_wrong_rows_is_refused_by_the_first(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=":2: the kind"):
        read_table(write(tmp_path, "text,kind\nнет света,жалоба\nок,да\n"), [])


def test_an_export_that_a_map_knows_gives_our_topics_and_no_kind(tmp_path: Path) -> None:
    content = "text,theme,category_name\nДерево вот-вот рухнет,Аварийные деревья,ЖКХ и благоустройство\nСкамейки,Неведомое,Дороги\n"
    known, by_category = read_table(write(tmp_path, content))

    assert (known.kind, known.topic) == (None, "greenery.dangerous_tree")
    assert by_category.topic == "roads"


def test_a_theme_outside_the_map_is_a_wrong_row(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=":2: the theme 'Неведомое'"):
        read_table(write(tmp_path, "text,theme,category_name\nСкамейки,Неведомое,Иное\n"))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"absent\.csv"):
        read_table(tmp_path / "absent.csv")
