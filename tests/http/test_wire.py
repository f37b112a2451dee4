"""The way to a chat platform: what was surely not sent, and what perhaps was."""

import asyncio
import shutil
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.http.wire import NoAnswer, NotSent, Wire
from tests.http.provider import Provider, Says

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
        except (ConnectionError, asyncio.CancelledError):
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


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await heard(reader)
    await asyncio.Event().wait()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    while True:
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"64\r\n" + b"x" * 100 + b"\r\n")
        await writer.drain()


async def speaks_no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"220 mail.example.com ESMTP\r\n\r\n")


async def refusal(wire: Wire, kind: type[Exception]) -> str:
    """What a post of two bytes fails with; never with the address."""
    with pytest.raises(kind) as caught:
        await wire.post("/send", b"{}")
    text = str(caught.value)
    assert "secret" not in text
    assert "127.0.0.1" not in text
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return text


async def test_an_answer_comes_back_whole_whatever_its_status(provider: Provider) -> None:
    provider.say(Says(503, b"busy", {"X-Scope": "global"}), Says(200, b""))
    async with opened(f"http://{provider.host}") as wire:
        answer = await wire.post("/send", b'{"a":1}')
        empty = await wire.get("/me")
    assert (answer.status, answer.succeeded, answer.body) == (503, False, b"busy")
    assert answer.headers["x-scope"] == "global"
    assert (empty.status, empty.succeeded, empty.body) == (200, True, b"")
    sent, asked = provider.asked
    assert (sent.method, sent.target, sent.body) == ("POST", f"{SECRET}/send", b'{"a":1}')
    assert sent.headers["Content-Type"] == "application/json"
    assert (asked.method, asked.target) == ("GET", f"{SECRET}/me")


async def test_the_wires_headers_go_with_every_request(provider: Provider) -> None:
    wire = Wire(f"http://{provider.host}", headers={"Authorization": "Bot x"})
    await wire.post("/send", b"a=1", content_type="application/x-www-form-urlencoded")
    await wire.close()
    (asked,) = provider.asked
    assert asked.headers["Authorization"] == "Bot x"
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"


async def test_a_redirection_is_an_answer_and_not_followed(provider: Provider) -> None:
    provider.say(Says(302, headers={"Location": "/elsewhere"}))
    async with opened(f"http://{provider.host}") as wire:
        assert (await wire.post("/send", b"{}")).status == 302
    assert len(provider.asked) == 1


async def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with opened(f"http://127.0.0.1:{port}") as wire:
        assert "Connection refused" in await refusal(wire, NotSent)


@pytest.mark.parametrize("root", ["http://a..b:1", "http://127.0.0.1:99999", "ftp://a", "a"])
async def test_an_address_that_is_none_sent_nothing(root: str) -> None:
    async with opened(root) as wire:
        assert await refusal(wire, NotSent) == "the address cannot be used"


async def test_a_request_that_got_no_connection_was_not_sent() -> None:
    async with (
        server(hangs) as host,
        opened(f"http://{host}", connections=1, answer_seconds=0.4) as wire,
        asyncio.TaskGroup() as group,
    ):
        first = group.create_task(refusal(wire, NoAnswer))
        second = group.create_task(refusal(wire, NotSent))
    assert first.result() == "no answer in time"
    assert second.result() == "no connection in time"


async def test_a_server_that_speaks_no_tls_is_sent_nothing() -> None:
    got: list[bytes] = []

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(100))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with server(plain) as host, opened(f"https://{host}") as wire:
        await refusal(wire, NotSent)
    assert not any(b"POST" in each for each in got)


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = await asyncio.create_subprocess_exec(
        *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"),
        *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await asyncio.wait_for(making.wait(), 30) == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    got: list[bytes] = []

    async def listens(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        got.append(await heard(reader))

    async with server(listens, context) as host, opened(f"https://{host}") as wire:
        assert "certificate" in (await refusal(wire, NotSent)).lower()
    assert got == []


@pytest.mark.parametrize("talk", [hangs, drips])
async def test_an_answer_that_does_not_end_in_time_is_none(talk: Conversation) -> None:
    async with server(talk) as host, opened(f"http://{host}", answer_seconds=0.3) as wire:
        begun = time.monotonic()
        assert await refusal(wire, NoAnswer) == "no answer in time"
        assert 0.25 < time.monotonic() - begun < 2


@pytest.mark.parametrize("said", [Says(0), Says(cut=True)], ids=["hung up", "cut off"])
async def test_a_connection_lost_after_the_request_leaves_it_open(
    provider: Provider, said: Says
) -> None:
    provider.say(said)
    async with opened(f"http://{provider.host}") as wire:
        await refusal(wire, NoAnswer)
    assert len(provider.asked) == 1, "a post is never repeated here"


@pytest.mark.parametrize("talk", [babbles, speaks_no_http])
async def test_what_is_no_answer_of_a_chat_platform_is_none(talk: Conversation) -> None:
    async with server(talk) as host, opened(f"http://{host}") as wire:
        await refusal(wire, NoAnswer)


async def test_an_answer_may_be_as_long_as_allowed_and_no_longer(provider: Provider) -> None:
    async with opened(f"http://{provider.host}", longest_answer_bytes=300_000) as wire:
        provider.say(Says(body=b"x" * 300_000))
        assert len((await wire.get("/me")).body) == 300_000
        provider.say(Says(body=b"x" * 300_001))
        assert await refusal(wire, NoAnswer) == "an answer too long to be one"


async def test_requests_one_after_the_other_share_a_connection() -> None:
    connections: list[object] = []

    async def polite(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await heard(reader):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await polite(reader, writer)
        except asyncio.IncompleteReadError:
            return

    async with server(until_closed) as host, opened(f"http://{host}") as wire:
        for _ in range(5):
            assert (await wire.post("/send", b"{}")).succeeded
        assert len(connections) == 1
        await wire.close()
        await wire.close()
        assert (await wire.post("/send", b"{}")).succeeded
        assert len(connections) == 2


async def test_a_request_given_up_frees_its_place() -> None:
    calls = 0

    async def second_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        await heard(reader)
        calls += 1
        if calls == 1:
            await asyncio.Event().wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with server(second_time) as host, opened(f"http://{host}", connections=1) as wire:
        task = asyncio.create_task(wire.post("/send", b"{}"))
        async with asyncio.timeout(5):
            while not calls:  # noqa: ASYNC110 - the server sets no Event
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await wire.post("/send", b"{}")).succeeded
