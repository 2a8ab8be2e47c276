"""Dockerfile and compose.yaml, checked as far as text can be without a container engine."""

import re
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPILERS = re.compile(r"\b(gcc|g\+\+|clang|build-essential|python3?-dev|libpq-dev|make)\b")
OUR_SERVICES = ("migrate", "web", "worker")


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a Dockerfile with their arguments, continued lines joined and comments left out."""
    lines = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def final_stage() -> list[tuple[str, str]]:
    steps = instructions(DOCKERFILE)
    last = max(index for index, (word, _) in enumerate(steps) if word == "FROM")
    return steps[last:]


def arguments(word: str) -> list[str]:
    return [rest for found, rest in final_stage() if found == word]


def services() -> dict[str, Any]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE_TEXT)
    return loaded["services"]


def conditions(service: str) -> dict[str, str]:
    """What a service waits for, and for what of it."""
    return {name: wait["condition"] for name, wait in services()[service].get("depends_on", {}).items()}


def test_the_image_has_stages_and_the_last_one_holds_no_compiler() -> None:
    assert sum(word == "FROM" for word, _ in instructions(DOCKERFILE)) >= 2
    assert not [rest for rest in arguments("RUN") if COMPILERS.search(rest) or "pip install" in rest]


def test_the_image_runs_as_an_ordinary_user() -> None:
    user = arguments("USER")[-1].split(":")[0]
    assert user.isdigit(), "an orchestrator that refuses root sees that a number is not"
    assert int(user) > 0


def test_the_image_tells_its_health_without_a_further_program() -> None:
    check = arguments("HEALTHCHECK")[-1]
    assert "/healthz" in check
    assert "python" in check
    assert not re.search(r"\b(curl|wget)\b", check)


def test_the_image_starts_the_command_and_keeps_its_data_in_a_volume() -> None:
    assert arguments("ENTRYPOINT") == ['["otklik"]']
    assert any("OTKLIK_DATA_DIR=/data" in rest for rest in arguments("ENV"))
    assert any("/data" in rest for rest in arguments("VOLUME"))


def test_the_image_installs_exactly_what_the_lock_says() -> None:
    installs = [rest for word, rest in instructions(DOCKERFILE) if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes -r requirements.lock" in rest or "--no-deps" in rest for rest in installs)


def test_neither_secrets_nor_the_local_environment_enter_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".env", "*.env", "var"} <= set(ignored)


def test_everything_waits_for_a_healthy_database_and_a_finished_migration() -> None:
    assert "healthcheck" in services()["postgres"]
    assert conditions("migrate") == {"postgres": "service_healthy"}
    for name in ("web", "worker"):
        assert conditions(name) == {"postgres": "service_healthy", "migrate": "service_completed_successfully"}


def test_there_are_two_workers_and_the_migration_runs_once() -> None:
    assert services()["worker"]["deploy"]["replicas"] == 2
    assert services()["migrate"]["restart"] == "no"


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_a_service_gets_its_secrets_from_the_env_file(service: str) -> None:
    assert services()[service]["env_file"]
    assert not [name for name in services()[service].get("environment", {}) if re.search(r"SECRET|TOKEN|KEY$", name)]


def test_no_password_has_a_default() -> None:
    mentions = re.findall(r"\$\{\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*[^}]*\}", COMPOSE_TEXT)
    assert mentions
    assert not [mention for mention in mentions if ":?" not in mention]
    assert not re.search(r"PASSWORD: +[^$\s]", COMPOSE_TEXT)


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_what_a_service_is_taught_with_outlives_its_container(service: str) -> None:
    (mounted,) = services()[service]["volumes"]
    name, folder = mounted.split(":")
    assert (name in yaml.safe_load(COMPOSE_TEXT)["volumes"], folder) == (True, services()[service]["environment"]["OTKLIK_DATA_DIR"])


def test_the_database_keeps_its_data_in_a_named_volume_and_opens_no_port() -> None:
    database = services()["postgres"]
    assert any(volume.split(":")[0] in yaml.safe_load(COMPOSE_TEXT)["volumes"] for volume in database["volumes"])
    assert "ports" not in database
