"""The way to a chat platform: what was surely not sent, and what perhaps was."""

import asyncio
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bot.http.wire import NoAnswer, NotSent, Wire
from tests.http.provider import Provider, Says
from tests.http.talk import SECRET, Conversation, certified, heard, opened, server


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


@contextmanager
def black_hole() -> Iterator[int]:
    """A port of loopback where nobody answers, as all who may wait there do; the port."""
    with ExitStack() as opened_here:
        hole = opened_here.enter_context(socket.socket())
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(16):
            waiting = opened_here.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(hole.getsockname())
            if not select.select([], [waiting], [], 0.1)[1]:
                break
        else:
            pytest.skip("here a port takes whoever comes")
        yield hole.getsockname()[1]


async def test_a_dead_address_of_a_host_does_not_hide_a_living_one(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, port = provider.host.partition(":")
    with black_hole() as hole:

        async def both(*_: object, **__: object) -> list[object]:
            places = [("127.0.0.1", hole), ("127.0.0.1", int(port))]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
        async with opened(f"http://platform.example:{port}", answer_seconds=4) as wire:
            assert (await wire.post("/send", b"{}")).succeeded
    assert len(provider.asked) == 1


@pytest.mark.parametrize("root", ["http://a..b:1", "http://127.0.0.1:99999", "ftp://a", "a"])
async def test_an_address_that_is_none_sent_nothing(root: str) -> None:
    async with opened(root) as wire:
        assert await refusal(wire, NotSent) == "the address cannot be used"


async def test_every_path_is_looked_at_and_none_is_kept(provider: Provider) -> None:
    async with opened(f"http://{provider.host}") as wire:
        for number in range(300):
            await wire.post(f"/channels/{number}", b"{}")
            for evil in (" HTTP/1.1", "\r\nX: y", "ü"):
                with pytest.raises(NotSent, match="the address cannot be used"):
                    await wire.post(f"/channels/{number}{evil}", b"{}")
        assert len(wire._written_headers) == 1
    assert [asked.target for asked in provider.asked] == [
        f"{SECRET}/channels/{number}" for number in range(300)
    ]


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
    context, _ = await certified(tmp_path)
    got: list[bytes] = []

    async def listens(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        got.append(await heard(reader))

    async with server(listens, context) as host, opened(f"https://{host}") as wire:
        assert "certificate" in (await refusal(wire, NotSent)).lower()
    assert got == []


async def test_a_server_that_hangs_up_before_tls_is_sent_nothing() -> None:
    async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with server(hangs_up) as host, opened(f"https://{host}", answer_seconds=4) as wire:
        assert "in time" not in await refusal(wire, NotSent)


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

    async with server(polite) as host, opened(f"http://{host}") as wire:
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
