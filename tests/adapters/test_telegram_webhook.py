"""Telegram brings what people say, to any process; the way changes and nothing is lost."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from bot.adapters.telegram import TelegramAdapter, polling, webhook
from bot.model import Chat, Message
from bot.ports import Hook, StoreAway, StoreUnavailable
from bot.stores.connect import Client
from bot.stores.inbox import RedisInbox
from bot.web import WebServer, hooks
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram
from tests.adapters.telegram_bot import CARDS, Receptionist
from tests.adapters.telegram_hook import SECRET_HEADER

PUBLIC_URL = "https://bot.example.org"
LOOPBACK = "127.0.0.1"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@contextlib.asynccontextmanager
async def process(
    telegram: FakeTelegram,
    store: Client,
    receptionist: Receptionist | None = None,
    public_url: str | None = PUBLIC_URL,
) -> AsyncIterator[Hook | None]:
    """One of the bot's: it serves its hook, and with a receptionist it also listens."""
    adapter = TelegramAdapter(
        TOKEN, telegram.url, CARDS, first_pause_seconds=0.05, public_url=public_url
    )
    hook = adapter.use(RedisInbox(store, "telegram"))
    server = WebServer(hooks.routes([hook] if hook else []), host=LOOPBACK, port=0)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(server.run())]
        address = f"http://{LOOPBACK}:{await server.bound}"
        if hook:
            telegram.hook.behind_proxy.append(address)
        if receptionist is not None:
            running.append(tasks.create_task(adapter.listen(receptionist)))
        try:
            yield hook
        finally:
            for task in running:
                task.cancel()
            if hook:
                telegram.hook.behind_proxy.remove(address)
    await adapter.close()


def texts(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


def answered(telegram: FakeTelegram) -> list[str]:
    return [sent.plain.splitlines()[1] for sent in telegram.sent]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - a log sets no Event
            await asyncio.sleep(0.01)


async def emptied(store: Client) -> None:
    """Wait until all that was brought is answered and known to be."""
    async with asyncio.timeout(5):
        while await RedisInbox(store, "telegram").waiting():  # noqa: ASYNC110 - Redis sets no Event
            await asyncio.sleep(0.01)


async def test_what_is_brought_is_answered_as_what_is_polled(
    telegram: FakeTelegram, store_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    async with process(telegram, store_client, Receptionist()) as hook:
        last = [await telegram.say(1001, f"/n{number}") for number in range(5)][-1]
        await telegram.wait_for(lambda sent: "/n4" in sent.plain)
        await telegram.wait_until_heard(last)
    assert answered(telegram) == [f"/n{number}" for number in range(5)]
    given = next(form for method, form in telegram.calls if method == "setWebhook")
    assert hook is not None
    assert given["url"] == PUBLIC_URL + hook.path
    assert given.get("drop_pending_updates", "False").lower() == "false"
    assert json.loads(given["allowed_updates"]) == list(polling.UPDATES)
    assert telegram.count("getUpdates") == telegram.count("deleteWebhook") == 0
    secret = TOKEN.partition(":")[2]
    assert secret not in given["url"] + given["secret_token"] + caplog.text


async def test_what_waited_at_telegram_before_a_change_is_heard_after_it(
    telegram: FakeTelegram, store_client: Client
) -> None:
    await telegram.say(1001, "/before")
    async with process(telegram, store_client, Receptionist()):
        await telegram.wait_for(lambda sent: "/before" in sent.plain)
        await emptied(store_client)
    last = await telegram.say(1001, "/between")
    await until(lambda: telegram.hook.answers[-1][1] == 0)
    async with process(telegram, store_client, Receptionist(), public_url=None):
        await telegram.wait_until_heard(last)
        assert telegram.hook.url == ""
    await telegram.say(1001, "/after")
    async with process(telegram, store_client, Receptionist()):
        await telegram.wait_for(lambda sent: "/after" in sent.plain)
    assert answered(telegram) == ["/before", "/between", "/after"]


async def test_a_process_that_stops_leaves_the_webhook_for_the_next(
    telegram: FakeTelegram, store_client: Client
) -> None:
    async with process(telegram, store_client, Receptionist()):
        await telegram.wait_for_calls("getWebhookInfo", 1)
    assert telegram.hook.url.startswith(PUBLIC_URL)


async def test_any_process_takes_what_the_listener_answers_once_and_in_order(
    telegram: FakeTelegram, store_client: Client
) -> None:
    async with (
        process(telegram, store_client),
        process(telegram, store_client),
        process(telegram, store_client, Receptionist()),
    ):
        for number in range(6):
            await telegram.say(1001, f"/a{number}")
            await telegram.say(1002, f"/b{number}")
        await until(lambda: len(telegram.sent) == 12)
    for chat, letter in (("1001", "a"), ("1002", "b")):
        heard = [s.plain.split("\n")[1] for s in telegram.sent if s.chat_id == chat]
        assert heard == [f"/{letter}{number}" for number in range(6)]


async def test_what_telegram_brings_again_is_answered_once(
    telegram: FakeTelegram, store_client: Client
) -> None:
    telegram.hook.lost_answers = 3
    async with process(telegram, store_client, Receptionist()):
        last = await telegram.say(1001, "/once")
        await telegram.wait_until_heard(last)
        await telegram.wait_until_heard(await telegram.say(1001, "/then"))
        await telegram.wait_for(lambda sent: "/then" in sent.plain)
    assert answered(telegram) == ["/once", "/then"]
    assert [status for number, status in telegram.hook.answers if number == last] == [0, 0, 0, 200]


async def test_what_a_dead_listener_left_is_answered_by_the_next_and_by_one_that_polls(
    telegram: FakeTelegram, store_client: Client
) -> None:
    begun = asyncio.Event()

    async def slow(_chat: Chat, _text: str) -> Message | None:
        begun.set()
        await asyncio.sleep(3600)
        return None

    async with process(telegram, store_client, Receptionist(slow)):
        last = await telegram.say(1001, "/first")
        await asyncio.wait_for(begun.wait(), 5)
        await telegram.say(1001, "/second")
        await telegram.wait_until_heard(last + 1)
    async with process(telegram, store_client, Receptionist(), public_url=None):
        await telegram.wait_for(lambda sent: "/second" in sent.plain)
    assert answered(telegram) == ["/first", "/second"]


async def test_a_slow_answer_keeps_telegram_waiting_no_longer(
    telegram: FakeTelegram, store_client: Client
) -> None:
    free = asyncio.Event()

    async def slow(chat: Chat, text: str) -> Message:
        await free.wait()
        return Message("Late", (text,), chat.member)

    async with process(telegram, store_client, Receptionist(slow)):
        await telegram.wait_until_heard(await telegram.say(1001, "/slow"), 2)
        assert telegram.sent == []
        free.set()
        await telegram.wait_for(lambda sent: "/slow" in sent.plain)


async def test_whoever_does_not_know_the_secret_changes_nothing(
    telegram: FakeTelegram, store_client: Client
) -> None:
    update = json.dumps({"update_id": 7}).encode()
    async with process(telegram, store_client) as hook, aiohttp.ClientSession() as http:
        assert hook is not None
        address = telegram.hook.behind_proxy[0] + hook.path
        for header in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: "ä"}, {SECRET_HEADER: TOKEN}):
            async with http.post(address, data=update, headers=header) as answer:
                assert answer.status == 403
        async with http.get(address) as answer:
            assert answer.status == 405
    assert await RedisInbox(store_client, "telegram").waiting() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": "7"}', 400),
        (b'{"update_id": true}', 400),
        (b'{"update_id": -1}', 400),
        (b'{"update_id": 1e3}', 400),
        (b'{"update_id": 9007199254740992}', 400),
        (b'{"update_id": ' + b"9" * 5000 + b"}", 400),
        (b" " * (2**20 + 1), 413),
        (b'{"update_id": 7}', 200),
    ],
)
async def test_nonsense_with_the_right_secret_is_refused_in_peace(
    telegram: FakeTelegram, store_client: Client, body: bytes, status: int
) -> None:
    async with process(telegram, store_client, Receptionist()), aiohttp.ClientSession() as http:
        await telegram.wait_for_calls("getWebhookInfo", 1)
        address = telegram.hook.behind_proxy[0] + telegram.hook.url.removeprefix(PUBLIC_URL)
        header = {SECRET_HEADER: telegram.hook.secret}
        async with http.post(address, data=io.BytesIO(body), headers=header) as answer:
            assert answer.status == status


async def test_an_update_nobody_can_read_hides_none_that_come_after_it(
    telegram: FakeTelegram, store_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with process(telegram, store_client, Receptionist()):
        await telegram.push({"message": {"message_id": 1}})
        await telegram.say(1001, "/second")
        await telegram.wait_for(lambda sent: "/second" in sent.plain)
    assert caplog.text.count("cannot be read and is left out") == 1


@pytest.mark.parametrize("error", [StoreUnavailable, StoreAway])
async def test_while_the_store_is_away_telegram_keeps_what_people_say(
    error: type[StoreUnavailable],
    telegram: FakeTelegram,
    store_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot")
    monkeypatch.setattr("bot.adapters.telegram.brought.PAUSE_SECONDS", 0.02)
    run, away = store_client.run, True

    async def lost(*call: object) -> object:
        if away:
            raise error("Redis cannot be reached.")
        return await run(*call)  # type: ignore[arg-type]

    monkeypatch.setattr(store_client, "run", lost)
    async with process(telegram, store_client, Receptionist()):
        await telegram.say(1001, "/patient")
        await until(lambda: (1, 503) in [(1, status) for _, status in telegram.hook.answers])
        away = False
        await telegram.wait_for(lambda sent: "/patient" in sent.plain)
    # That nothing can be reached the store's connection tells, once for all who wait.
    warnings = 0 if error is StoreAway else 1
    assert sum("waits" in each for each in texts(caplog, logging.WARNING)) == warnings
    over = "What people say on Telegram is heard again."
    assert texts(caplog, logging.INFO).count(over) == warnings


async def test_what_was_answered_while_the_store_went_away_is_not_answered_again(
    telegram: FakeTelegram, store_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.brought.PAUSE_SECONDS", 0.02)
    run, failures = store_client.run, 2

    async def lossy(name: str, *call: object) -> object:
        nonlocal failures
        if name == "inbox_done" and failures:
            failures -= 1
            raise StoreUnavailable("Redis cannot be reached.")
        return await run(name, *call)  # type: ignore[arg-type]

    monkeypatch.setattr(store_client, "run", lossy)
    async with process(telegram, store_client, Receptionist()):
        await telegram.say(1001, "/once")
        await telegram.wait_for(lambda sent: "/once" in sent.plain)
        await emptied(store_client)
    assert answered(telegram) == ["/once"]


async def test_a_webhook_that_somebody_took_away_is_set_again(
    telegram: FakeTelegram,
    store_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(webhook, "LOOK_SECONDS", 0.02)
    async with process(telegram, store_client, Receptionist()):
        await telegram.wait_for_calls("getWebhookInfo", 2)
        telegram.hook.delete()
        await telegram.wait_for_calls("setWebhook", 2)
        await telegram.say(1001, "/back")
        await telegram.wait_for(lambda sent: "/back" in sent.plain)
    assert [each for each in texts(caplog, logging.WARNING) if "took Telegram's webhook" in each]


async def test_an_address_that_telegram_cannot_reach_is_told_once_and_so_is_its_end(
    telegram: FakeTelegram,
    store_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot")
    monkeypatch.setattr(webhook, "LOOK_SECONDS", 0.02)
    async with process(telegram, store_client, Receptionist()):
        await telegram.wait_for_calls("getWebhookInfo", 2)
        (address,) = telegram.hook.behind_proxy
        telegram.hook.behind_proxy.clear()
        await telegram.say(1001, "/hello")
        await until(lambda: "cannot bring" in caplog.text)
        telegram.hook.behind_proxy.append(address)
        await until(lambda: "PUBLIC_URL again" in caplog.text)
    (warning,) = texts(caplog, logging.WARNING)
    assert "Connection refused; 1 updates wait" in warning


async def test_a_public_url_that_telegram_refuses_is_told_once_and_tried_again(
    telegram: FakeTelegram,
    store_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(webhook, "REFUSED_PAUSE_SECONDS", 0.02)
    refused = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    telegram.fail("setWebhook", Failure(400, refused, times=3))
    async with process(telegram, store_client, Receptionist()):
        await telegram.say(1001, "/patient")
        await telegram.wait_for(lambda sent: "/patient" in sent.plain)
    (error,) = texts(caplog, logging.ERROR)
    assert "failed to resolve host" in error


async def test_a_poll_that_meets_a_webhook_waits_and_takes_over_what_it_left(
    telegram: FakeTelegram,
    store_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot")
    monkeypatch.setattr(polling, "CONFLICT_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(polling, "LONGEST_CONFLICT_PAUSE_SECONDS", 0.05)
    async with process(telegram, store_client, Receptionist(), public_url=None):
        await telegram.wait_for_calls("getUpdates", 1)
        for _ in range(2):  # A deploy with its own store sets it, and sets it again.
            telegram.hook.set({"url": PUBLIC_URL})
            last = await telegram.say(1001, "/waited")
            await telegram.wait_until_heard(last)
        await asyncio.sleep(0.06)  # So long nothing disturbs us.
        await telegram.wait_until_heard(await telegram.say(1001, "/free"))
    assert answered(telegram) == ["/waited", "/waited", "/free"]
    (warning,) = texts(caplog, logging.WARNING)
    assert "webhook is active" in warning or "terminated by setWebhook" in warning
    assert "to nobody else any more" in texts(caplog, logging.INFO)[-1]
