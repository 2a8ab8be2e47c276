"""The demo beside a real installation."""

from pathlib import Path

import pytest

from app.demo.run import demo_settings


def test_the_town_lives_in_a_folder_of_its_own_and_has_nothing_of_a_real_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    real = {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://real", "TRAINING_DIR": str(tmp_path / "labels"), "REGION": "real"}
    for name, value in real.items():
        monkeypatch.setenv(f"OTKLIK_{name}", value)

    settings = demo_settings(port=0, region="zarechny")

    assert settings.data_dir == tmp_path / "demo"
    assert (settings.database_url, settings.training_dir, settings.region) == (None, None, "zarechny")
