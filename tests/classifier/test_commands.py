"""The commands over streams and files: in order, and one bad line stops nothing."""

import io
import json
from pathlib import Path

import pytest

from app.classifier.commands import classify_lines, evaluate_files, train_files
from app.classifier.errors import DataRefused
from tests.classifier.examples import small_set


def test_verdicts_come_in_order_and_bad_lines_are_named() -> None:
    source = io.StringIO('{"id": "a", "text": "нет воды третий день"}\nнет\n{"id": "b"}\n{"id": 7, "text": "спасибо вам!"}\n')
    target, errors = io.StringIO(), io.StringIO()

    problems = classify_lines(source, target, errors)

    told = [json.loads(line) for line in target.getvalue().splitlines()]
    assert problems == 2
    assert [one["id"] for one in told] == ["a", 7]
    assert set(told[0]) == {"id", "kind", "confidence", "topic", "topic_confidence", "topics", "urgent", "unsure", "model"}
    assert "2" in errors.getvalue()
    assert "3" in errors.getvalue()


def test_a_table_is_measured(tmp_path: Path) -> None:
    table = tmp_path / "labelled.csv"
    table.write_text("text,kind\nнет света вторую ночь,complaint\nспасибо за уборку,thanks\n", encoding="utf-8-sig")

    report = evaluate_files([table])

    assert json.loads(report.as_json())["examples"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [("text,label\nа,б\n", "kind"), ("text,kind\nнет света,жалоба\n", ":2")],
)
def test_a_wrong_table_is_refused_by_name_and_row(tmp_path: Path, content: str, said: str) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text(content, encoding="utf-8")

    with pytest.raises(DataRefused, match=said):
        evaluate_files([table])


def test_wrong_rows_are_named_and_the_rest_is_measured(tmp_path: Path) -> None:
    table, errors = tmp_path / "mixed.csv", io.StringIO()
    table.write_text("text,kind\nнет света,жалоба\nнет воды,complaint\n" + "дым,да\n" * 30, encoding="utf-8")

    report = evaluate_files([table], errors=errors)

    told = errors.getvalue().splitlines()
    assert report.examples == 1
    assert "mixed.csv:2: the kind 'жалоба'" in told[0]
    assert told[-1] == "and 11 more rows"


def test_an_export_with_subjects_alone_is_measured_by_group_and_topic(tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text("text,topic\nбатареи холодные,heating.no_heat\nавтобус не пришёл,transport\n", encoding="utf-8")

    report = evaluate_files([table])

    assert report.kinds is None
    assert report.subjects is not None
    assert (report.subjects.group.texts, report.subjects.topic and report.subjects.topic.texts) == (2, 1)
    assert {"heating", "transport"} <= set(json.loads(report.as_json())["subjects"]["groups"])


def test_lines_that_no_one_should_send_are_named_and_the_rest_goes_on() -> None:
    lines = [
        '{"id": 1, "text": null}',
        "[" * 100_000,
        '"text"',
        '{"id": 2, "text": "да", "post": 5}',
        "",
        '{"id": "\\ud83d", "text": "\\ud83d"}',
    ]
    target, errors = io.StringIO(), io.StringIO()

    problems = classify_lines(io.StringIO("\n".join(lines)), target, errors)

    assert problems == 4
    assert [line.split(":")[0] for line in errors.getvalue().splitlines()] == ["line 1", "line 2", "line 3", "line 4"]
    assert json.loads(target.getvalue().encode())["kind"] == "other"


def test_more_lines_than_a_batch_stay_in_order() -> None:
    target = io.StringIO()

    classify_lines(io.StringIO("".join(f'{{"id": {number}, "text": "яма"}}\n' for number in range(1234))), target, io.StringIO())

    assert [json.loads(line)["id"] for line in target.getvalue().splitlines()] == list(range(1234))


def test_training_reports_the_quality_of_a_twin_that_had_not_seen_the_test_part(tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    rows = [f'"{example.text.text}",{example.kind},{example.topic or ""}' for example in small_set()]
    table.write_text("\n".join(["text,kind,topic", *rows]), encoding="utf-8")

    shares: list[float] = []
    report = train_files([table], tmp_path / "own.model", on_share=shares.append)

    assert sum(shares) == pytest.approx(1)
    assert report.examples == 50
    assert report.quality is not None
    assert report.quality.learned == 0
    assert report.as_table().row_count == 10
    assert evaluate_files([table], tmp_path / "own.model").learned == 50
