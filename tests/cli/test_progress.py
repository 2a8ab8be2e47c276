"""Bars of long work."""

import sys
from io import StringIO

import pytest

from app.cli.progress import bar


class Screen(StringIO):
    """A stream that says that somebody looks at it."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_the_work_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with bar("Learning", 4) as advance:
        advance(3)
        sys.stdout.write("a line of the result\n")
        advance(1)

    assert "Learning" in screen.getvalue()
    assert "100%" in screen.getvalue()
    assert capsys.readouterr().out == "a line of the result\n"


def test_a_file_gets_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("Learning", 4) as advance:
        advance(4)

    assert capsys.readouterr() == ("", "")
