"""The one place of wiring: settings become services, and everything else is handed what it needs."""

import asyncio
import fcntl
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from app.classifier.at_work import ClassifierAtWork
from app.classifier.contract import Classifier
from app.classifier.remote import Endpoint, RemoteClassifier
from app.classifier.topics import shipped_taxonomy
from app.domain.detection import Budgets
from app.domain.polling.intervals import PollBounds
from app.domain.retention import Retention
from app.jobs.connectors import ConnectorPool, Rates, Secret
from app.settings import Settings
from app.storage import regions
from app.storage.credentials import SecretBox
from app.storage.engine import DATABASE_ERRORS, Database, create_engine, ensure_database
from app.storage.privacy.marks import Marks
from app.storage.regions import RegionId
from app.storage.server.embedded import EmbeddedServer, embedded_server, revive
from app.storage.server.failures import is_locked
from app.storage.server.migrate import Standing, migrate, standing
from app.telemetry.metrics import DeltaReader
from app.usecases.find_places import PlaceFinders
from app.usecases.judge_page import Intake
from app.usecases.judge_together import Tray
from app.usecases.leave_out_erased import ErasedPeople
from app.usecases.refresh_model import refresh_model
from connectors.sdk.contract import ConnectorPlugin
from connectors.sdk.registry import plugins

log = structlog.get_logger(__name__)

DATABASE_NAME = "otklik"
PLAIN_INTERVAL = timedelta(minutes=5)
"""Between two polls of a page while its network has no plan yet."""
TRAINING_FOLDER = "training"
SECRET_FILE = "secret.key"  # noqa: S105
SHORTEST_SECRET = 16


class CannotStart(RuntimeError):
    """Something outside stands in the way; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the processes are made of. `now` is the clock: the real one, or the demo's quick one.

    `classifier` judges what comes in; `at_work` is the built-in one, before which another may stand.

    `embedded` is the database server of the data folder, `None` where the database is somebody else's. `counts` is what
    the whole process has counted and handed over: one reader for all its parts, so that nothing is told twice.
    """

    settings: Settings
    database: Database
    region_id: RegionId
    secret_box: SecretBox
    marks: Marks
    classifier: Classifier
    at_work: ClassifierAtWork
    plugins: Mapping[str, ConnectorPlugin]
    connectors: ConnectorPool
    now: Callable[[], datetime]
    embedded: EmbeddedServer | None = None
    counts: DeltaReader = field(default_factory=DeltaReader)
    finders: PlaceFinders = field(default_factory=PlaceFinders)
    tray: Tray = field(default_factory=Tray)

    @property
    def erased_people(self) -> ErasedPeople:
        return ErasedPeople(self.marks, self.plugins)

    @property
    def intake(self) -> Intake:
        return Intake(
            self.database, self.classifier, self.region_id, finders=self.finders, tray=self.tray, erased_people=self.erased_people
        )

    @property
    def bounds(self) -> PollBounds:
        settings = self.settings
        return PollBounds(
            PLAIN_INTERVAL,
            timedelta(seconds=settings.poll_min_seconds),
            timedelta(seconds=settings.poll_max_seconds),
        )

    @property
    def budgets(self) -> Budgets:
        hot, cold = self.settings.detection_budget_hot_seconds, self.settings.detection_budget_cold_seconds
        return Budgets(timedelta(seconds=hot), timedelta(seconds=cold))

    @property
    def retention(self) -> Retention:
        """How long what people wrote is kept; nought says: for good, or for talk: as long as incidents."""
        talk, asked = self.settings.talk_days, self.settings.incident_days
        received = timedelta(days=self.settings.raw_days)
        return Retention(timedelta(days=talk) if talk else None, timedelta(days=asked) if asked else None, received)

    @property
    def training_folder(self) -> Path:
        """Where the region keeps its labelled exports."""
        return self.settings.training_dir or self.settings.data_dir / TRAINING_FOLDER

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    @property
    def worker_name(self) -> str:
        return f"{socket.gethostname()}:{os.getpid()}"

    async def tend_database(self) -> None:
        """Starts the embedded database again should it have died."""
        if self.embedded is not None and await asyncio.to_thread(revive, self.embedded):
            log.warning("the embedded database had died and was started again")


def system_now() -> datetime:
    """The real time, aware UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def running_services(settings: Settings, *, now: Callable[[], datetime] = system_now) -> AsyncIterator[Services]:
    """Services over a database with the newest schema; the embedded one is started and migrated by itself."""
    async with AsyncExitStack() as stack:
        url, embedded = await _open_server(settings, stack)
        database = Database(create_engine(url))
        stack.push_async_callback(database.close)
        await _ensure_schema(settings, database)
        secret = _secret_key(settings)
        box = SecretBox(secret)
        async with database.write() as session:
            others = await regions.codes(session)
            if others and settings.region not in others:
                log.warning("a region is begun beside others: is OTKLIK_REGION right?", region=settings.region, others=others)
            region_id = await regions.ensure_region(session, settings.region, now=now(), zone=settings.timezone)
        found = plugins()
        zone = ZoneInfo(settings.timezone)
        rates = _rates(settings, found)
        pool = ConnectorPool(database, box, found, _secrets_of(settings), _addresses(settings, found), rates, now, zone)
        stack.push_async_callback(pool.close)
        await pool.refresh()
        at_work = await asyncio.to_thread(ClassifierAtWork)
        await refresh_model(database, region_id, at_work)
        classifier = _open_classifier(settings, at_work, stack)
        tray = Tray(gathers=classifier is at_work)
        yield Services(settings, database, region_id, box, Marks(secret), classifier, at_work, found, pool, now, embedded, tray=tray)


@asynccontextmanager
async def migrated_database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone, brought to the newest schema: for `otklik migrate`."""
    async with AsyncExitStack() as stack:
        url, _ = await _open_server(settings, stack)
        database = Database(create_engine(url))
        stack.push_async_callback(database.close)
        await _check(database)
        try:
            await migrate(database.engine)
        except DATABASE_ERRORS as error:
            if not is_locked(error):
                raise
            raise CannotStart(
                "Somebody else holds a table for more than five seconds (a backup, a long report?). "
                "Nothing is lost: run `otklik migrate` again when that has ended."
            ) from error
        yield database


@contextmanager
def sole_user(settings: Settings) -> Iterator[None]:
    """Makes sure that no other `otklik run` or `demo` works on the same data folder."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.data_dir / "run.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotStart(
                f"Another otklik (process {lock.read().strip() or 'unknown'}) runs on {settings.data_dir}: stop it, "
                "or give this one another OTKLIK_DATA_DIR."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _open_server(settings: Settings, stack: AsyncExitStack) -> tuple[str, EmbeddedServer | None]:
    """The database's address, and the embedded server behind it if there is one."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value(), None
    context = embedded_server(settings.data_dir)
    server = await asyncio.to_thread(context.__enter__)
    stack.push_async_callback(asyncio.to_thread, context.__exit__, None, None, None)
    await ensure_database(server.url(), DATABASE_NAME)
    return server.url(DATABASE_NAME), server


def _open_classifier(settings: Settings, at_work: ClassifierAtWork, stack: AsyncExitStack) -> Classifier:
    """The model at work; before it the endpoint that the settings name, if they do."""
    endpoint = remote_endpoint(settings)
    if endpoint is None:
        return at_work
    remote = RemoteClassifier(endpoint, at_work, shipped_taxonomy())
    stack.callback(remote.close)
    return remote


def remote_endpoint(settings: Settings) -> Endpoint | None:
    """Where another classifier answers, if one is set."""
    if settings.classifier_url is None:
        return None
    key = "" if settings.classifier_key is None else settings.classifier_key.get_secret_value()
    return Endpoint(settings.classifier_url, settings.classifier_model, key, settings.classifier_timeout_seconds)


async def _check(database: Database) -> None:
    try:
        await database.check()
    except OSError as error:
        url = database.engine.url
        place = f"{url.host}:{url.port or 5432}" if url.host else url.query.get("host", "its usual socket")
        raise CannotStart(f"The database of OTKLIK_DATABASE_URL cannot be reached at {place}: {error.strerror or error}.") from error


async def _ensure_schema(settings: Settings, database: Database) -> None:
    await _check(database)
    found = await standing(database.engine)
    if found is Standing.NEWER:
        log.warning("schema of a later release")
    if found is not Standing.ANOTHER:
        return
    if settings.database_url is not None:
        raise CannotStart("The database has another schema than this release needs: run `otklik migrate` first.")
    await migrate(database.engine)


def _secret_key(settings: Settings) -> str:
    """The configured key, or one generated into the data folder at the first start."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return secret_in(settings.data_dir / SECRET_FILE)


def secret_in(path: Path) -> str:
    """The key in a file that nobody but its owner reads; a new one where there is none. A file without a key in it is refused:

    what is encrypted under no key is read by anybody.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process may be faster
            os.link(fresh, path)
        fresh.unlink()
    if path.stat().st_mode & 0o077:
        log.warning("the secret key could be read by others", path=str(path))
        path.chmod(0o600)
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise CannotStart(f"{path} holds no key: take it from a backup, or remove it and store the networks' credentials anew.")
    return secret


def _secrets_of(settings: Settings) -> list[Secret]:
    """Credentials given as settings, beside those stored in the database."""
    found = []
    if settings.vk_service_token is not None:
        found.append(Secret("vk_service", "OTKLIK_VK_SERVICE_TOKEN", settings.vk_service_token.get_secret_value()))
    parts = {
        "application_key": settings.ok_application_key,
        "access_token": settings.ok_access_token,
        "session_secret_key": settings.ok_session_secret_key,
    }
    if any(part is not None for part in parts.values()):
        written = {name: part.get_secret_value() for name, part in parts.items() if part is not None}
        found.append(Secret("ok_app", "OTKLIK_OK_ACCESS_TOKEN", json.dumps(written, sort_keys=True)))
    return found


def _addresses(settings: Settings, found: Mapping[str, ConnectorPlugin]) -> dict[str, str]:
    return {network: settings.api_url(network) or plugin.default_base_url for network, plugin in found.items()}


def _rates(settings: Settings, found: Mapping[str, ConnectorPlugin]) -> dict[str, Rates]:
    """By kind of credential that is used. A day's limits are those of the network's first kind, which reads."""
    rates = {}
    for network, plugin in found.items():
        for number, kind in enumerate(filter(settings.uses, plugin.credential_kinds)):
            per_day = settings.calls_per_day(network) if number == 0 else {}
            rates[kind] = Rates(settings.calls_per_second(network, kind), per_day)
    return rates
