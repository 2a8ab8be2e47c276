"""The key that everything secret is encrypted under, where it is kept in a file."""

from pathlib import Path

import pytest

from app.bootstrap import SECRET_FILE, CannotStart, secret_in


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / SECRET_FILE

    made = secret_in(path)

    assert len(made) == 43
    assert secret_in(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / SECRET_FILE
    path.write_text("restored from a backup")
    path.chmod(0o644)

    assert secret_in(path) == "restored from a backup"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("held", ["", "\n", "cut"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / SECRET_FILE).write_text(held)

    with pytest.raises(CannotStart, match="holds no key"):
        secret_in(tmp_path / SECRET_FILE)
