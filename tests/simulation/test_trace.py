"""Reading recorded traces."""

from pathlib import Path

import pytest

from app.simulation.trace import Trace, TraceRefused, read_trace


def written(folder: Path, text: str) -> Path:
    path = folder / "trace.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "heading", ["", "source,published_at\n", "\ufeffsource,published_at\r\n"], ids=["none", "plain", "from a spreadsheet"]
)
def test_a_trace_is_read_with_and_without_a_heading(tmp_path: Path, heading: str) -> None:
    trace = read_trace(written(tmp_path, heading + "b,1000\na,1000.5\n\nb,2000\n"))

    assert trace == Trace(("b", "a"), ((1000.0, 2000.0), (1000.5,)))
    assert (trace.began, trace.ended) == (1000, 2000)


def test_a_trace_may_be_empty(tmp_path: Path) -> None:
    assert read_trace(written(tmp_path, "source,published_at\n")) == Trace((), ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a", "1 columns"),
        ("a,5,6", "3 columns"),
        ("a,noon", "'noon' is no moment"),
        ("a,", "'' is no moment"),
        ("a,nan", "outside the time"),
        (",2500", "source is empty"),
        ("a,1500", "earlier than the line before"),
        ("a,1772409600000", "milliseconds"),
        ("source,published_at", "'published_at' is no moment"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(TraceRefused, match=reason) as refusal:
        read_trace(written(tmp_path, f"a,1000\na,2000\n{line}\n"))

    assert "line 3" in str(refusal.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_bytes(b"\xff\xfe\x00a,1")

    with pytest.raises(TraceRefused, match="UTF-8"):
        read_trace(path)
