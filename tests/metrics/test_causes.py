"""What is counted is what happened: each fault is caused, and its counter moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram import TelegramAdapter
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.metrics import Metrics
from bot.ports import Adapter
from tests import platforms
from tests.adapters import fake_discord, fake_telegram
from tests.metrics.conftest import scraped
from tests.metrics.scraped import Scraped
from tests.platforms import Platform
from tests.providers.gateway import Fault
from tests.providers.market import COINGECKO, COINMARKETCAP, YAHOO
from tests.stores.examples import Desk, chat
from tests.stores.processes import until
from tests.watch import Watch

SENDS = "altseason_sends_total"
REFUSALS = {
    "telegram": {"blocked": [2], "vanished": [3]},
    "discord": {"blocked": [2], "no_permission": [3]},
}
REASONS = {
    "telegram": {"blocked": 1.0, "removed": 1.0, "forbidden": 0.0},
    "discord": {"blocked": 1.0, "removed": 0.0, "forbidden": 1.0},
}
KINDS = [
    (Fault.SERVER_ERROR, "refused"),
    (Fault.TOO_MANY, "slowed_down"),
    (Fault.GARBAGE, "unanswered"),
    (Fault.PAGE_AS_JSON, "unreadable"),
    (Fault.CUT, "unanswered"),
]


def on_telegram(fake: Platform) -> Adapter:
    return TelegramAdapter(fake_telegram.TOKEN, fake.api_url)


def on_discord(fake: Platform) -> Adapter:
    return DiscordAdapter(fake_discord.TOKEN, fake.api_url, ())


@asynccontextmanager
async def sending(desk: Desk, adapter: Adapter, metrics: Metrics) -> AsyncIterator[None]:
    """A sender at work that counts."""
    pace = Pace(adapter.name, adapter.limits, desk.outbox)
    sender = Sender(desk.outbox, adapter, pace, meters=metrics.counted)
    task = asyncio.create_task(sender.run(asyncio.Event()))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await adapter.close()


async def shows(metrics: Metrics, told: Callable[[Scraped], bool]) -> Scraped:
    """Wait until the metrics say so."""
    found: list[Scraped] = []

    async def look() -> bool:
        found[:] = [await scraped(metrics)]
        return told(found[0])

    await until(look)
    return found[0]


@pytest.mark.parametrize(
    ("fake", "adapter"),
    [(platforms.telegram, on_telegram), (platforms.discord, on_discord)],
    ids=["telegram", "discord"],
)
async def test_sends_429s_and_suspensions_are_counted_by_platform(
    desk: Desk,
    metrics: Metrics,
    fake: Callable[[], Platform],
    adapter: Callable[[Platform], Adapter],
) -> None:
    async with fake() as platform:
        carrier = adapter(platform)
        name = carrier.name
        platform.control({"refuse": REFUSALS[name]})
        platform.control({"storm": {"seconds": 0.5, "retry_after": 1, "chats": [1]}})
        async with sending(desk, carrier, metrics):
            await desk.tell("mine", *(chat(number, name) for number in (1, 2, 3)))
            found = await shows(
                metrics,
                lambda seen: seen.value(SENDS, platform=name, outcome="sent") == 1,
            )
    assert (found.value("altseason_rate_limited_sends_total", platform=name) or 0) >= 1.0
    assert found.value(SENDS, platform=name, outcome="suspended") == 2.0
    left = {
        reason: found.value("altseason_suspensions_total", platform=name, reason=reason) or 0.0
        for reason in REASONS[name]
    }
    assert left == REASONS[name]
    assert found.value("altseason_suspended_chats", platform=name) == 2.0
    later = found.value(SENDS, platform=name, outcome="later")
    assert not later, "Being told to wait is no failure."


async def test_a_message_that_does_not_arrive_is_counted_as_tried_again(
    desk: Desk, metrics: Metrics
) -> None:
    async with platforms.telegram() as fake:
        fake.control({"rates": {"5xx": 1}})
        async with sending(desk, on_telegram(fake), metrics):
            await desk.tell("mine", chat(1))
            later = {"platform": "telegram", "outcome": "later"}
            await shows(metrics, lambda seen: seen.value(SENDS, **later) == 1)


@pytest.mark.parametrize(("fault", "kind"), KINDS)
async def test_a_source_that_fails_is_counted_by_what_kept_its_answer(
    metrics: Metrics, watch: Watch, fault: Fault, kind: str
) -> None:
    watch.gateway.fail(COINGECKO, fault)
    await watch.poll()
    found = await scraped(metrics)
    failing = {"source": "coingecko", "feed": "global"}
    assert found.value("altseason_poll_errors_total", kind=kind, **failing) == 1.0
    assert found.value("altseason_poll_answers_total", **failing) == 0.0
    assert found.value("altseason_poll_failing", **failing) == 1.0
    assert found.value("altseason_poll_answers_total", source="coinpaprika") == 1.0


async def test_every_status_of_a_host_is_counted(metrics: Metrics, watch: Watch) -> None:
    watch.gateway.fail(COINGECKO, Fault.TOO_MANY)
    await watch.poll()
    found = await scraped(metrics)
    responses = "altseason_provider_responses_total"
    assert found.value(responses, host=COINGECKO, status="429") == 1.0
    assert found.value(responses, host=COINMARKETCAP, status="200") == 2.0


async def test_polls_are_bad_while_every_source_fails_and_good_again_after(
    metrics: Metrics, watch: Watch
) -> None:
    await watch.poll()
    assert await watch.client.run("acquire", ["{nf}:lead:poller"], ["a", 60_000])
    assert (await scraped(metrics)).value("altseason_polls_good") == 1.0
    watch.clock.move(hours=1)
    for host in (COINGECKO, COINMARKETCAP, YAHOO, "api.coinpaprika.com"):
        watch.gateway.fail(host, Fault.SERVER_ERROR)
    await watch.poll()
    assert await watch.client.run("acquire", ["{nf}:lead:poller"], ["a", 60_000])
    found = await scraped(metrics)
    assert found.value("altseason_polls_good") == found.value("altseason_ready") == 0.0
    for host in (COINGECKO, COINMARKETCAP, YAHOO, "api.coinpaprika.com"):
        watch.gateway.heal(host)
    await watch.poll()
    assert await watch.client.run("acquire", ["{nf}:lead:poller"], ["a", 60_000])
    assert (await scraped(metrics)).value("altseason_polls_good") == 1.0
