"""What a connector writes for itself is read back, and nothing else is."""

import pytest

from connectors.sdk.versioned import read_versioned, write_versioned


def test_what_was_written_is_read_back() -> None:
    text = write_versioned(3, "wall", {"at": 7, "names": {"1": "Анна"}})
    assert read_versioned(3, "wall", text) == {"v": 3, "kind": "wall", "at": 7, "names": {"1": "Анна"}}


@pytest.mark.parametrize("text", [None, "", "null", "[]", "{", "7", "[" * 100_000, '{"v":2,"kind":"wall"}', '{"v":3,"kind":"thread"}'])
def test_another_version_another_kind_and_what_is_no_such_line_are_empty(text: str | None) -> None:
    assert read_versioned(3, "wall", text) == {}
