"""A region's export: whose columns, which encodings, and errors that name the row while the rest goes on."""

from pathlib import Path

import pytest

from app.classifier.errors import DataRefused
from app.classifier.regional.exports import read_export, read_exports
from app.classifier.regional.taught import Own
from app.domain.verdict import Kind


def write(folder: Path, content: str, encoding: str = "utf-8", name: str = "export.csv") -> Path:
    """An export in the encoding given."""
    (folder / name).write_text(content, encoding=encoding)
    return folder / name


def test_our_own_columns_give_kind_topic_and_the_regions_words(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "text,kind,topic,category,theme,authority,post,urgent\nЯма у школы,жалоба,roads.potholes,Дороги,Ямы,Дорожный отдел,Новости,Да\n",
    )
    (one,) = read_export(path, [])

    assert (one.kind, one.topic, one.text.post, one.urgent) == (Kind.COMPLAINT, "roads.potholes", "Новости", True)
    assert dict(one.own) == {Own.CATEGORY: "Дороги", Own.THEME: "Ямы", Own.AUTHORITY: "Дорожный отдел"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
def test_the_columns_of_incident_management_are_known(tmp_path: Path, encoding: str) -> None:
    path = write(
        tmp_path,
        "Номер инцидента;Дата создания;Отдел;Группа тем;Тема;Муниципалитет;Улица;Тип инцидента;Текст инцидента\n"
        "17;11.03.2026;ИГЖН ПК;Роспотребнадзор;Обработка и уничтожение грызунов (дератизация);Пермь;;Решаемый;У дома крысы\n",
        encoding,
    )
    (one,) = read_export(path, [])

    assert one.text.text == "У дома крысы"
    assert one.label(Own.THEME) == "Обработка и уничтожение грызунов (дератизация)"
    assert one.label(Own.AUTHORITY) == "ИГЖН ПК"
    assert one.topic is not None


def test_a_portals_themes_are_mapped_to_our_topics_and_kept_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, "uid,text,category,theme,responsible\n1,Темно,Городская территория,Не работает уличное освещение,Управление\n")
    (one,) = read_export(path, [])

    assert (one.topic is not None, one.label(Own.THEME)) == (True, "Не работает уличное освещение")


def test_a_theme_that_no_map_knows_stays_the_regions_own_word(tmp_path: Path) -> None:
    (one,) = read_export(write(tmp_path, "Текст инцидента,Группа тем,Тема\nСтая собак,Наша группа,Наша тема\n"), [])

    assert (one.topic, one.label(Own.CATEGORY), one.label(Own.THEME)) == (None, "Наша группа", "Наша тема")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("нет света,жалобища,,\n", ":2: the kind 'жалобища' is none of"),
        ("нет света,,electricity.moon,\n", ":2: there is no topic 'electricity.moon'"),
        (",complaint,,\n", ":2: there is no text"),
        ("нет света,,,\n", ":2: nothing is said"),
        ("нет света,complaint,,Нет света,лишнее\n", ":2: there are more values"),
        (f"{'а' * 16_385},complaint,,\n", ":2: the text has 16385 characters"),
        (f"нет света,complaint,,{'а' * 401}\n", ":2: a label has 401 characters"),
    ],
)
def test_a_wrong_row_is_named_and_the_rest_goes_on(tmp_path: Path, row: str, said: str) -> None:
    refused: list[DataRefused] = []
    examples = read_export(write(tmp_path, f"text,kind,topic,theme\n{row}темно,complaint,,Нет света\n"), refused)

    assert [one.text.text for one in examples] == ["темно"]
    assert len(refused) == 1
    assert said in str(refused[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("сообщение,kind\nнет света,complaint\n", "no column holds the texts"),
        ("text,label\nнет света,complaint\n", "no column holds a label"),
        ("text,kind\n", "no rows"),
        ("text,kind\nнет света,жалобища\n", ":2: the kind"),
    ],
)
def test_a_file_that_teaches_nothing_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(DataRefused, match=said):
        read_export(write(tmp_path, content), [])


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="neither UTF-8"):
        read_export(write(tmp_path, "text,kind\nнет света,complaint\n", "utf-16"), [])


def test_of_several_files_the_good_ones_are_read(tmp_path: Path) -> None:
    good = write(tmp_path, "text,kind\nнет света,complaint\n")
    bad = write(tmp_path, "сообщение,kind\nнет света,complaint\n", name="bad.csv")
    refused: list[DataRefused] = []

    assert len(read_exports([bad, good], refused)) == 1
    assert "bad.csv:1" in str(refused[0])
