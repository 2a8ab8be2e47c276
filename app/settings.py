"""Every setting, typed, from the environment or `.env`; read only by `bootstrap`."""

import json
import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

PREFIX = "OTKLIK_"
ENV_FILE = ".env"
OF_TESTS = "OTKLIK_TEST_DATABASE_URL"


class SettingsInvalid(RuntimeError):
    """Settings that do not hold; the message lists every problem, each with the name of its setting."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; give one like Europe/Moscow") from error
    return name


def _web_address(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"{address!r} is no web address; it must start with http:// or https://")
    return address.rstrip("/")


def _proxies(given: str) -> str:
    for one in given.split(","):
        try:
            trusted = ip_network(one.strip())
        except ValueError as error:
            raise ValueError(f"{one.strip()!r} is neither an address nor a network; give some like 127.0.0.1,10.0.0.0/8") from error
        if trusted.prefixlen == 0:
            raise ValueError(f"{one.strip()!r} is everybody, and anybody could say to be anybody: name the proxy's address or network")
    return given


def _from_json(given: object) -> object:
    """A setting of several values as the environment holds it."""
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise ValueError(f"{given!r} is no JSON; give an object like " + '{"wall.get": 5000}') from error


CallsPerDay = Annotated[dict[str, Annotated[int, Field(ge=1)]], NoDecode, BeforeValidator(_from_json)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """See docs/configuration.md; a test holds the two together."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    database_url: SecretStr | None = None
    data_dir: Path = Path("./var")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = "127.0.0.1,::1"
    secret_key: SecretStr | None = Field(None, min_length=16)
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Moscow"
    region: str = Field("region", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    vk_api_url: WebAddress | None = None
    ok_api_url: WebAddress | None = None
    telegram_api_url: WebAddress | None = None
    viber_api_url: WebAddress | None = None
    vk_service_token: SecretStr | None = None
    vk_calls_per_second: int = Field(3, ge=1, le=100)
    vk_community_calls_per_second: int = Field(20, ge=1, le=100)
    vk_wall_get_per_day: int = Field(5000, ge=1)
    vk_videos: bool = False
    vk_calls_per_day: CallsPerDay = Field(default_factory=dict)
    ok_application_key: SecretStr | None = None
    ok_access_token: SecretStr | None = None
    ok_session_secret_key: SecretStr | None = None
    ok_calls_per_second: int = Field(3, ge=1, le=100)
    ok_calls_per_day: CallsPerDay = Field(default_factory=dict)
    poll_min_seconds: int = Field(15, ge=1)
    poll_max_seconds: int = Field(86400, ge=1)
    detection_budget_hot_seconds: int = Field(300, ge=1)
    detection_budget_cold_seconds: int = Field(1800, ge=1)
    backfill_days: int = Field(7, ge=0, le=365)
    raw_days: int = Field(30, ge=1, le=3650)
    talk_days: int = Field(90, ge=0, le=36500)
    incident_days: int = Field(400, ge=0, le=36500)
    worker_concurrency: int = Field(8, ge=1, le=64)
    classifier_url: WebAddress | None = None
    classifier_model: str = "default"
    classifier_key: SecretStr | None = None
    classifier_timeout_seconds: float = Field(20, gt=0, le=300)
    training_dir: Path | None = None
    retrain_every_hours: int = Field(0, ge=0, le=8760)
    metrics_open: bool = False
    log_format: Literal["json", "console"] | None = None

    def api_url(self, network: str) -> str | None:
        """The address that overrides a network's own, if one is set."""
        address: str | None = getattr(self, f"{network}_api_url", None)
        return address

    def uses(self, kind: str) -> bool:
        """Whether credentials of the kind are used at all: a person's key of VK is, only where videos are wanted."""
        return self.vk_videos or kind != "vk_user"

    def calls_per_second(self, network: str, kind: str) -> int:
        """How many calls a second one credential of the kind may make; a network without a setting gets three."""
        return int(getattr(self, f"{kind}_calls_per_second", getattr(self, f"{network}_calls_per_second", 3)))

    def calls_per_day(self, network: str) -> dict[str, int]:
        """How often one credential of the network that reads may call single methods in a day."""
        limits: dict[str, int] = dict(getattr(self, f"{network}_calls_per_day", {}))
        return {"wall.get": self.vk_wall_get_per_day, **limits} if network == "vk" else limits


def load_settings(**overrides: object) -> Settings:
    """The settings in force; raises `SettingsInvalid` with every problem at once."""
    problems: list[str] = []
    wrong: set[str] = set()
    try:
        settings = _read(overrides)
    except ValidationError as error:
        problems += [f"{PREFIX}{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()]
        wrong = {str(one["loc"][0]) for one in error.errors()}
        defaults = {name: Settings.model_fields[name].get_default(call_default_factory=True) for name in wrong}
        settings = _read(overrides | defaults)
    problems += [problem for names, problem in _disagreements(settings) if not names & wrong]
    if problems:
        raise SettingsInvalid("\n  ".join(["These settings do not hold:", *problems]))
    return settings


def unknown_settings() -> dict[str, str | None]:
    """Names that look like settings and are none, each with the setting that may have been meant."""
    known = [name.upper() for name in Settings.model_fields]
    names = {name.upper() for name in (*os.environ, *DotEnvSettingsSource(Settings).env_vars)}
    strange = {name.removeprefix(PREFIX) for name in names - {OF_TESTS} if name.startswith(PREFIX)} - set(known)
    meant = {name: get_close_matches(name, known, n=1) for name in sorted(strange)}
    return {PREFIX + name: PREFIX + near[0] if near else None for name, near in meant.items()}


def _read(overrides: Mapping[str, object]) -> Settings:
    return Settings(**overrides)  # type: ignore[arg-type]


def _disagreements(settings: Settings) -> Iterator[tuple[set[str], str]]:
    """What single settings cannot tell of themselves: the settings that do not go together, and why."""
    if settings.poll_min_seconds > settings.poll_max_seconds:
        yield {"poll_min_seconds", "poll_max_seconds"}, f"{PREFIX}POLL_MIN_SECONDS: it is above {PREFIX}POLL_MAX_SECONDS"
    if 0 < settings.incident_days < settings.talk_days:
        yield (
            {"talk_days", "incident_days"},
            f"{PREFIX}TALK_DAYS: it is above {PREFIX}INCIDENT_DAYS, and talk is kept no longer than incidents",
        )
    for name in ("talk_days", "incident_days"):
        if 0 < getattr(settings, name) < settings.raw_days:
            yield (
                {name, "raw_days"},
                f"{PREFIX}{name.upper()}: it is below {PREFIX}RAW_DAYS, so the networks' answers would still hold what is erased by then",
            )
    if settings.database_url is not None and settings.secret_key is None:
        yield (
            {"database_url", "secret_key"},
            f"{PREFIX}SECRET_KEY: required with {PREFIX}DATABASE_URL (16 characters or more); "
            "it encrypts the networks' credentials, so keep it safe and the same on every host",
        )
