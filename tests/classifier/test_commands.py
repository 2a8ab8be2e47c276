"""The commands over streams and files: in order, and one bad line stops nothing."""

import io
import json
from pathlib import Path

import pytest

from app.classifier.commands import classify_lines, evaluate_files
from app.classifier.errors import DataRefused


def test_verdicts_come_in_order_and_bad_lines_are_named() -> None:
    source = io.StringIO('{"id": "a", "text": "нет воды третий день"}\nнет\n{"id": "b"}\n{"id": 7, "text": "спасибо вам!"}\n')
    target, errors = io.StringIO(), io.StringIO()

    problems = classify_lines(source, target, errors)

    told = [json.loads(line) for line in target.getvalue().splitlines()]
    assert problems == 2
    assert [one["id"] for one in told] == ["a", 7]
    assert set(told[0]) == {"id", "kind", "confidence", "topic", "topic_confidence", "urgent", "model"}
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
