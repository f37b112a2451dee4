"""One connection to a platform: what may be said over it next, and how much it listens to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import repeat
from pathlib import Path

import pytest

from bot.http import wire as wire_module
from bot.http.wire import NoAnswer
from tests.http.provider import Provider, Says
from tests.http.talk import certified, heard, opened, server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b"


async def path_asked(reader: asyncio.StreamReader) -> bytes:
    """The last part of the path of a request without a body."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b" ", 2)[1].rpartition(b"/")[2]


@pytest.mark.parametrize(
    ("too_much", "later"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r\nwrong"),
        (b"H", b"TTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"),
        (OK % (5, b"wrong"), b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"nonsense", b""),
    ],
    ids=["half an answer", "its first byte", "a whole one", "an interim one", "no answer"],
)
async def test_what_nobody_asked_for_does_not_pass_for_the_next_answer(
    too_much: bytes, later: bytes
) -> None:
    connections = 0

    async def talks_ahead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        pieces = iter((b"", later))
        while path := await path_asked(reader):
            writer.write(next(pieces) + OK % (len(path), path) + too_much)

    async with server(talks_ahead) as host, opened(f"http://{host}") as wire:
        answers = [(await wire.get(f"/{number}")).body for number in range(3)]
    assert answers == [b"0", b"1", b"2"]
    assert connections == 3


async def test_an_empty_line_after_an_answer_does_no_harm() -> None:
    connections = 0

    async def adds_a_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while path := await path_asked(reader):
            writer.write(OK % (len(path), path) + b"\r\n")

    async with server(adds_a_line) as host, opened(f"http://{host}") as wire:
        assert [(await wire.get(f"/{number}")).body for number in range(3)] == [b"0", b"1", b"2"]
    assert connections == 1


@pytest.fixture(params=["http", "https"])
async def scheme(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, ssl.SSLContext | None]]:
    """Both ways to speak to a server: what its address begins with, and its TLS."""
    if request.param == "http":
        yield "http", None
        return
    context, certificate = await certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wire_module._certificates.cache_clear()
    yield "https", context
    wire_module._certificates.cache_clear()


async def test_requests_one_after_the_other_share_a_line(
    scheme: tuple[str, ssl.SSLContext | None],
) -> None:
    connections = 0

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while path := await path_asked(reader):
            writer.write(OK % (len(path), path))

    begins, context = scheme
    async with server(answers, context) as host, opened(f"{begins}://{host}") as wire:
        assert [(await wire.get(f"/{number}")).body for number in range(3)] == [b"0", b"1", b"2"]
    assert connections == 1


async def test_no_request_goes_behind_one_that_was_answered_before_it_was_heard(
    scheme: tuple[str, ssl.SSLContext | None],
) -> None:
    connections = 0

    async def hears_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Long\r\nContent-Length: 0\r\n\r\n")
        await asyncio.Event().wait()

    # Longer than the system's buffers on both sides together.
    long = b"x" * 32_000_000
    begins, context = scheme
    async with (
        server(hears_the_head, context) as host,
        opened(f"{begins}://{host}", answer_seconds=4) as wire,
    ):
        assert [(await wire.post("/send", body)).status for body in (long, b"{}")] == [413, 413]
    assert connections == 2


def endless_header() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    yield from repeat(b"x" * 16_384)


def endless_headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from repeat(b"X-Again: and again\r\n" * 800)


def endless_promises() -> Iterator[bytes]:
    yield from repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 600)


def endless_marks() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"0" * 16_384)


ENDLESS = (endless_header, endless_headers, endless_promises, endless_marks)


@pytest.mark.parametrize("pieces", ENDLESS, ids=lambda pieces: pieces.__name__)
async def test_an_answer_that_goes_on_and_on_is_not_listened_to(
    pieces: Callable[[], Iterator[bytes]],
) -> None:
    sent = 0

    async def goes_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await heard(reader)
        for piece in pieces():
            writer.write(piece)
            await writer.drain()
            sent += len(piece)

    async with server(goes_on) as host, opened(f"http://{host}", answer_seconds=3) as wire:
        with pytest.raises(NoAnswer, match="an answer too long to be one"):
            await wire.post("/send", b"{}")
    # The system's buffers hold some of it, and of a connection cut off it is little.
    assert sent < 16_000_000


async def test_a_long_head_is_no_part_of_the_body(provider: Provider) -> None:
    # The other side takes no header longer than 8190 bytes.
    provider.say(Says(body=b"x" * 1000, headers={f"X-{number}": "y" * 8000 for number in range(7)}))
    async with opened(f"http://{provider.host}", longest_answer_bytes=1000) as wire:
        for _ in range(3):
            answer = await wire.get("/me")
            assert (len(answer.body), len(answer.headers["x-6"])) == (1000, 8000)


async def goes_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    await asyncio.Event().wait()


async def test_another_protocol_is_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    async with server(goes_over) as host, opened(f"http://{host}") as wire:
        with pytest.raises(NoAnswer, match="an answer nobody can read"):
            await wire.post("/send", b"{}")
    assert caplog.records == [], "asyncio tells of what a protocol does not catch"
