"""The web server: its port, its headers, and what it says when Redis is away."""

import asyncio
import logging
import socket

import aiohttp
import pytest
from aiohttp import web

from bot.ports import StoreUnavailable
from bot.settings import WrongSetting
from bot.web import WebServer, health


async def _lost(_: web.Request) -> web.Response:
    raise StoreUnavailable("gone")


ROUTES = (*health.routes(), web.get("/lost", _lost))
LOOPBACK = "127.0.0.1"


async def test_it_lives_says_so_and_stops_when_told() -> None:
    server = WebServer(ROUTES, host=LOOPBACK, port=0)
    async with aiohttp.ClientSession() as http, asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        url = f"http://{LOOPBACK}:{await server.bound}"
        async with http.get(f"{url}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "alive\n")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{url}/healthz")


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/lost"])
async def test_every_answer_forbids_scripts_and_frames(path: str) -> None:
    server = WebServer(ROUTES, host=LOOPBACK, port=0)
    async with aiohttp.ClientSession() as http, asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        async with http.get(f"http://{LOOPBACK}:{await server.bound}{path}") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        running.cancel()
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_a_lost_store_is_told_and_not_a_bug() -> None:
    server = WebServer(ROUTES, host=LOOPBACK, port=0)
    async with aiohttp.ClientSession() as http, asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        async with http.get(f"http://{LOOPBACK}:{await server.bound}/lost") as answer:
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "10"
            assert "store" in await answer.text()
        running.cancel()


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02", b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"]
)
async def test_what_is_no_http_is_refused_and_fills_no_log(
    caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    server = WebServer(ROUTES, host=LOOPBACK, port=0)
    async with asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        reader, writer = await asyncio.open_connection(LOOPBACK, await server.bound)
        writer.write(said)
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
        running.cancel()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def _warned() -> None:
    """Wait until the server has told the log that something is wrong."""
    told = asyncio.Event()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.WARNING:
                told.set()

    listening = Listening()
    logging.getLogger("bot.web.server").addHandler(listening)
    try:
        await told.wait()
    finally:
        logging.getLogger("bot.web.server").removeHandler(listening)


async def test_a_port_that_is_taken_is_told_once_and_had_once_it_is_free(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        server = WebServer(ROUTES, host=LOOPBACK, port=port, try_again_seconds=0.01)
        async with asyncio.timeout(10):
            running = asyncio.create_task(server.run())
            await _warned()
            assert not server.bound.done()
            taken.close()
            assert await server.bound == port
            running.cancel()
    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert [str(port) in each.getMessage() for each in warnings] == [True]


async def test_who_holds_connections_open_locks_nobody_out() -> None:
    server = WebServer(ROUTES, host=LOOPBACK, port=0, most_connections=5)
    async with aiohttp.ClientSession() as http, asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        port = await server.bound
        ways = [await asyncio.open_connection(LOOPBACK, port) for _ in range(20)]
        async with http.get(f"http://{LOOPBACK}:{port}/healthz") as answer:
            assert answer.status == 200
        for reader, _ in ways[:16]:
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        last, writer = ways[-1]
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await last.readline()
        for _, each in ways:
            each.close()
        running.cancel()


@pytest.mark.parametrize("host", ["nosuch.invalid", "300.1.1.1"])
async def test_a_host_that_cannot_be_is_a_wrong_setting(host: str) -> None:
    server = WebServer(ROUTES, host=host, port=0)
    with pytest.raises(WrongSetting, match="LISTEN_HOST"):
        async with asyncio.timeout(20):
            await server.run()
