"""A host on loopback that talks as it likes, and a wire to it."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.http.wire import Wire

SECRET = "/bot123456:AAsecret"

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Conversation, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A bare TCP server on loopback; its host and port."""
    talks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went, or the test is over
        finally:
            writer.close()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield "{}:{}".format(*listening.sockets[0].getsockname())
        for task in talks:
            task.cancel()
        if talks:
            await asyncio.wait(talks)


@asynccontextmanager
async def opened(root: str, **options: float) -> AsyncIterator[Wire]:
    wire = Wire(
        root + SECRET,
        connections=int(options.pop("connections", 16)),
        answer_seconds=options.pop("answer_seconds", 5.0),
        longest_answer_bytes=int(options.pop("longest_answer_bytes", 1000)),
    )
    try:
        yield wire
    finally:
        await wire.close()


async def heard(reader: asyncio.StreamReader) -> bytes:
    """A whole request, whose body is two bytes long."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(2)


async def certified(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for loopback, and the certificate that its clients must know."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    making = await asyncio.create_subprocess_exec(
        *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"),
        *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await asyncio.wait_for(making.wait(), 30) == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context, certificate
