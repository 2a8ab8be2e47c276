"""What is said of settings that do not hold."""

from pathlib import Path

import pytest

from app.settings import SettingsInvalid, load_settings, unknown_settings

SERVER = "postgresql://127.0.0.1/otklik"


@pytest.fixture(autouse=True)
def away_from_any_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings are read from the .env of the working folder, too."""
    monkeypatch.chdir(tmp_path)


def problems(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, str]:
    """What is said of each setting that is named."""
    for name, value in given.items():
        monkeypatch.setenv(f"OTKLIK_{name}", value)
    with pytest.raises(SettingsInvalid) as raised:
        load_settings()
    return dict(line.strip().split(": ", 1) for line in str(raised.value).splitlines()[1:])


def test_wrong_values_and_settings_that_do_not_go_together_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PORT": "99999", "VK_CALLS_PER_DAY": "many", "DATABASE_URL": SERVER, "SECRET_KEY": ""}
    told = problems(monkeypatch, **given, POLL_MIN_SECONDS="90", POLL_MAX_SECONDS="30")

    assert set(told) == {"OTKLIK_PORT", "OTKLIK_VK_CALLS_PER_DAY", "OTKLIK_POLL_MIN_SECONDS", "OTKLIK_SECRET_KEY"}
    assert "is no JSON" in told["OTKLIK_VK_CALLS_PER_DAY"]


def test_a_setting_that_cannot_be_read_is_not_weighed_against_another(monkeypatch: pytest.MonkeyPatch) -> None:
    told = problems(monkeypatch, POLL_MIN_SECONDS="soon", POLL_MAX_SECONDS="1", DATABASE_URL=SERVER, SECRET_KEY="short")

    assert set(told) == {"OTKLIK_POLL_MIN_SECONDS", "OTKLIK_SECRET_KEY"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"TALK_DAYS": "500"}, {"OTKLIK_TALK_DAYS"}),
        ({"RAW_DAYS": "120"}, {"OTKLIK_TALK_DAYS"}),
        ({"RAW_DAYS": "600", "TALK_DAYS": "0"}, {"OTKLIK_INCIDENT_DAYS"}),
    ],
)
def test_terms_that_another_one_would_outlive_are_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: set[str]) -> None:
    assert set(problems(monkeypatch, **given)) == named


def test_nought_days_keep_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, days in {"TALK_DAYS": "0", "INCIDENT_DAYS": "0", "RAW_DAYS": "3000"}.items():
        monkeypatch.setenv(f"OTKLIK_{name}", days)

    assert (load_settings().talk_days, load_settings().incident_days) == (0, 0)


def test_numbers_of_calls_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_OK_CALLS_PER_DAY", '{"discussions.getList": 100}')

    assert load_settings().calls_per_day("ok") == {"discussions.getList": 100}


def test_names_that_are_no_settings_are_told_with_what_may_have_been_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTKLIK_DATABSE_URL=postgresql://127.0.0.1/x\nPOSTGRES_PASSWORD=x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OTKLIK_PORT", "8000")
    monkeypatch.setenv("OTKLIK_TEST_DATABASE_URL", SERVER)
    monkeypatch.setenv("OTKLIK_QQQ", "1")

    assert unknown_settings() == {"OTKLIK_DATABSE_URL": "OTKLIK_DATABASE_URL", "OTKLIK_QQQ": None}


def test_a_proxy_is_an_address_or_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("127.0.0.1, proxy", "0.0.0.0/0", "::/0"):
        assert set(problems(monkeypatch, TRUSTED_PROXIES=wrong)) == {"OTKLIK_TRUSTED_PROXIES"}
