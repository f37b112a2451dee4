"""Real servers as processes of their own: alone, in a cluster, under a sentinel, behind TLS."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.stores import tether
from bot.stores.binary import find_server
from tests.stores import veil
from tests.stores.processes import until

LOCAL = "127.0.0.1"
SLOTS = 16384
OUR_SLOT = key_slot(b"nf")
SERVICE = "altseason"
USER, PASSWORD = "bot", "s3cret/1@?"
RIGHTS = ("~{nf}:*", "+@all", "-@dangerous", "+info")
DEAD_AFTER_MS = 500
"""After so long a silent server counts as dead."""


def server_program() -> Path:
    """The program of the embedded server."""
    program = find_server()
    if program is None:
        pytest.skip("no valkey-server or redis-server here")
    return program


def redis7_program() -> Path:
    """A Redis of version 7 or later, where the embedded server is a Valkey."""
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("no redis-server on PATH")
    command = [found, "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    version = said.stdout.partition("v=")[2].partition(".")[0]
    if not said.stdout.startswith("Redis") or not version.isdigit() or int(version) < 7:
        pytest.skip(f"the redis-server on PATH is no Redis 7: {said.stdout.strip()}")
    return Path(found)


@dataclass(frozen=True, slots=True)
class Server:
    """A server on a port of this machine."""

    process: asyncio.subprocess.Process
    port: int

    async def ask(self, *command: str | int) -> Any:
        """One command to this very server."""
        return await ask(self.port, *command)

    async def says(self, question: str, answer: str) -> bool:
        """Whether a command's reply holds a piece of text; False while nobody replies."""
        return await says(self.port, question, answer)

    async def has_all_of(self, primary: "Server") -> bool:
        """Whether a replica has as many keys as its primary."""
        return bool(await self.ask("DBSIZE") == await primary.ask("DBSIZE"))

    async def die(self) -> None:
        """Kill it, as a power cut would."""
        await kill(self.process)


async def ask(port: int, *command: str | int) -> Any:
    """One command to the server on a port."""
    async with Redis(host=LOCAL, port=port, decode_responses=True, protocol=2) as client:
        return await client.execute_command(*command)  # type: ignore[no-untyped-call]


async def says(port: int, question: str, answer: str) -> bool:
    """Whether a command's reply holds a piece of text; False while nobody replies."""
    try:
        return answer in str(await ask(port, *question.split()))
    except RedisError:
        return False


def _log(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "log").open("wb")


async def kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process, unless it is dead, and wait for its end."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@asynccontextmanager
async def server(
    folder: Path, *options: str | int, program: Path | None = None, port: int = 0
) -> AsyncIterator[Server]:
    """A server that answers, in memory alone, with further words for its command line."""
    port = port or free_ports(1)[0]
    settings = ("--port", port, "--bind", LOCAL, "--dir", folder, "--save", "")
    command = [program or server_program(), *settings, *options]
    async with _answering(folder, command, port) as started:
        yield started


@asynccontextmanager
async def _answering(folder: Path, command: Sequence[object], port: int) -> AsyncIterator[Server]:
    ready = partial(says, port, "PING", "True")
    async with _process(folder, command, ready) as process:
        yield Server(process, port)


@asynccontextmanager
async def _process(
    folder: Path, command: Sequence[object], ready: Callable[[], Awaitable[bool]]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that dies with the tests, once it is ready."""
    tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid())]
    words = [*(tied if sys.platform == "linux" else ()), *map(str, command)]
    with _log(folder) as log:
        process = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
    try:
        await until(ready, 10.0)
        yield process
    finally:
        await kill(process)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOCAL, 0))
        return [each.getsockname()[1] for each in sockets]


@dataclass(frozen=True, slots=True)
class Nodes:
    """A cluster: three primaries, and a replica of the one that has our keys."""

    primaries: tuple[Server, ...]
    replica: Server

    @property
    def ours(self) -> Server:
        """The primary that has our keys, at first."""
        return self.primaries[OUR_SLOT * len(self.primaries) // SLOTS]

    @property
    def url(self) -> str:
        """It names the node that has our keys and one other."""
        others = [each for each in self.primaries if each is not self.ours]
        return f"redis+cluster://{LOCAL}:{self.ours.port},{LOCAL}:{others[0].port}"


@asynccontextmanager
async def lone_node(folder: Path) -> AsyncIterator[Server]:
    """A cluster of one node."""
    (bus,) = free_ports(1)
    async with server(folder, "--cluster-enabled", "yes", "--cluster-port", bus) as node:
        await node.ask("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)
        await until(partial(node.says, "CLUSTER INFO", "cluster_state:ok"))
        yield node


async def started_nodes(folder: Path, enter: Any) -> Nodes:
    """A cluster that has agreed on who has which keys; `enter` owns its servers."""
    ports = free_ports(8)
    options: tuple[str | int, ...] = ("--cluster-enabled", "yes")
    options += ("--cluster-node-timeout", DEAD_AFTER_MS)
    options += ("--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0")
    nodes = []
    for number, (port, bus) in enumerate(zip(ports[:4], ports[4:], strict=True)):
        own = server(folder / str(number), *options, "--cluster-port", bus, port=port)
        nodes.append(await enter(own))
    *primaries, replica = nodes
    for number, node in enumerate(nodes):
        await node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        if node is not replica:
            first, end = (SLOTS * each // len(primaries) for each in (number, number + 1))
            await node.ask("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for port, bus in zip(ports[:number], ports[4:], strict=False):
            await node.ask("CLUSTER", "MEET", LOCAL, port, bus)
    for node in primaries:
        await until(partial(node.says, "CLUSTER INFO", "cluster_state:ok"))
    found = Nodes(tuple(primaries), replica)
    name = await found.ours.ask("CLUSTER", "MYID")
    await until(partial(replica.says, "CLUSTER NODES", name))
    await replica.ask("CLUSTER", "REPLICATE", name)
    await until(partial(found.ours.says, "INFO replication", "'state': 'online'"))
    for node in nodes:
        await until(partial(node.says, "CLUSTER NODES", "slave"))
        await until(partial(node.says, "CLUSTER INFO", "cluster_state:ok"))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """A primary, its replica, and the sentinel that watches them."""

    primary: Server
    replica: Server
    sentinel: Server

    @property
    def url(self) -> str:
        """It names a sentinel that is not there, and then the one that is."""
        (nobody,) = free_ports(1)
        return f"redis+sentinel://{LOCAL}:{nobody},{LOCAL}:{self.sentinel.port}/{SERVICE}/0"


async def started_group(folder: Path, enter: Any) -> Group:
    """A group whose sentinel knows the replica; `enter` owns its servers."""
    quick = ("--repl-diskless-sync-delay", "0")
    primary: Server = await enter(server(folder / "primary", *quick))
    follow = ("--replicaof", f"{LOCAL} {primary.port}")
    replica: Server = await enter(server(folder / "replica", *quick, *follow))
    await until(partial(primary.says, "INFO replication", "'state': 'online'"))
    (port,) = free_ports(1)
    file = folder / "sentinel.conf"
    file.write_text(
        f"port {port}\nbind {LOCAL}\ndir {folder}\n"
        f"sentinel monitor {SERVICE} {LOCAL} {primary.port} 1\n"
        f"sentinel down-after-milliseconds {SERVICE} {DEAD_AFTER_MS}\n"
        f"sentinel failover-timeout {SERVICE} 3000\n",
        encoding="utf-8",
    )
    command = (server_program(), file, "--sentinel")
    sentinel: Server = await enter(_answering(folder, command, port))
    # Before it has heard from the replica itself, it would not promote it.
    await until(partial(sentinel.says, f"SENTINEL REPLICAS {SERVICE}", "'ok'"))
    return Group(primary, replica, sentinel)


@dataclass(frozen=True, slots=True)
class Veiled:
    """A server that is reached through TLS, by a user with few rights."""

    hidden: Server
    port: int
    authority: Path
    """The certificate to trust."""

    def url(self, password: str = PASSWORD) -> str:
        """As REDIS_URL names it."""
        account = f"{USER}:{quote(password, safe='')}"
        return f"rediss://{account}@{LOCAL}:{self.port}/0?ssl_ca_certs={quote(str(self.authority))}"


@asynccontextmanager
async def veiled(folder: Path) -> AsyncIterator[Veiled]:
    """A server with a user, behind a process that ends TLS."""
    authority, key = _certificate(folder)
    (port,) = free_ports(1)
    async with server(folder / "server") as hidden:
        await hidden.ask("ACL", "SETUSER", USER, "reset", "on", f">{PASSWORD}", *RIGHTS)
        words = ("-m", veil.__name__, port, hidden.port, authority, key)
        async with _process(folder, (sys.executable, *words), partial(_listens, port)):
            yield Veiled(hidden, port, authority)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOCAL, port)
    except OSError:
        return False
    writer.close()
    return True


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine that vouches for itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    certificate, key = folder / "ours.pem", folder / "key.pem"
    name = ("-subj", "/CN=altseason", "-addext", f"subjectAltName=IP:{LOCAL}")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    command = (openssl, "req", "-x509", *kind, *name, "-keyout", key, "-out", certificate)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return certificate, key
