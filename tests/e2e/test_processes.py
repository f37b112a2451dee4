"""Poller and senders as processes of their own, on one Redis."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.adapters.telegram.adapter import FREE
from bot.model import Chat
from bot.ports import Outcome, Settlement
from bot.stores.connect import Client
from bot.stores.embedded import EmbeddedRedis
from bot.stores.outbox import RedisOutbox
from bot.stores.subscriptions import RedisSubscriptions
from tests import platforms
from tests.adapters.fake_discord import TOKEN as DISCORD_TOKEN
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import PATIENCE_SECONDS, Bot, bot, run_to_end
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.platforms import Platform
from tests.platforms.gateway import PATH as GATEWAY_PATH
from tests.providers.gateway import Gateway
from tests.providers.market import RUSSELL
from tests.stores.examples import Desk, alert
from tests.stores.processes import until

CHATS = [str(number) for number in range(101, 121)]


def on(server: EmbeddedRedis, **more: str) -> Mapping[str, str]:
    return {"REDIS_URL": server.url, **more}


def telegram_at(url: str) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": url}


@asynccontextmanager
async def discord_settings() -> AsyncIterator[tuple[Platform, dict[str, str]]]:
    async with platforms.discord() as fake:
        yield (
            fake,
            {
                "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
                "DISCORD_API_BASE_URL": fake.api_url,
                "DISCORD_GATEWAY_URL": fake.url.replace("http", "ws", 1) + GATEWAY_PATH,
            },
        )


async def subscribed(client: Client, platform: str, topic: str = "breakout") -> None:
    for number in CHATS:
        await RedisSubscriptions(client).subscribe(Chat(platform, number), [topic])


async def test_one_poller_and_four_senders_tell_each_chat_once(
    redis_server: EmbeddedRedis, store_client: Client, tmp_path: Path
) -> None:
    sessions = finished_sessions(300)
    market = market_below_record(sessions[:-2])
    for platform in ("telegram", "discord"):
        await subscribed(store_client, platform)
    async with (
        Gateway(market) as gateway,
        FakeTelegram() as telegram,
        discord_settings() as (discord, discord_at),
        AsyncExitStack() as stack,
    ):

        async def start(settings: dict[str, str], *arguments: str) -> Bot:
            everything = on(redis_server, **settings)
            return await stack.enter_async_context(bot(tmp_path / "data", everything, *arguments))

        asked = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "0.1", **CORE_ONLY}
        running = [
            await start(asked, "poll"),
            await start(telegram_at(telegram.url), "deliver", "--platform", "telegram"),
            await start(telegram_at(telegram.url), "deliver", "--platform", "telegram"),
            await start(discord_at, "deliver", "--platform", "discord"),
            await start(discord_at, "deliver", "--platform", "discord"),
        ]
        for each in running:
            await each.log.says("ready in")
        await running[0].log.says("loaded Russell 2000 from Yahoo: 298 days")
        await telegram.say(int(CHATS[0]), "/subscriptions")
        await telegram.wait_for(lambda sent: sent.plain.startswith("You hear\n"))

        market.closes[RUSSELL] += [(sessions[-2], 2510.0), (sessions[-1], 2520.5)]

        async def all_told() -> bool:
            alerts = [sent for sent in telegram.sent if "breaks out" in sent.plain]
            return len(alerts) >= len(CHATS) and discord.stage.counters.delivered >= len(CHATS)

        await until(all_told)
        for each in running:
            assert await each.stop() == 0
            assert "Traceback" not in each.log.text
        alerts = [sent.chat_id for sent in telegram.sent if "breaks out" in sent.plain]
        assert sorted(alerts) == CHATS
        assert discord.stage.counters.delivered == len(CHATS)
        assert sum(sent.plain.startswith("You hear\n") for sent in telegram.sent) == 1
        only_delivers = sum("this one only delivers" in each.log.text for each in running)
        assert only_delivers == 2, "On each platform one of the two listens."


async def test_a_platform_that_hangs_does_not_hold_up_the_end(
    redis_server: EmbeddedRedis, store_client: Client, redis: Redis, tmp_path: Path
) -> None:
    desk = Desk(store_client)
    await subscribed(store_client, "telegram", "dominance")
    async with platforms.telegram() as telegram:
        telegram.control({"rates": {"hang_before": 1.0}, "hang_seconds": 60})
        settings = on(redis_server, **telegram_at(telegram.url))
        async with bot(tmp_path / "data", settings, "deliver", "--platform", "telegram") as running:
            await running.log.says("ready in")
            await desk.commit(alert())

            async def hangs() -> bool:
                return telegram.stage.counters.in_flight == FREE.at_once

            await until(hangs)
            began = time.monotonic()
            assert await running.stop() == 0
            assert time.monotonic() - began < 10
    at_once = {parcel.chat.id for parcel in await desk.outbox.take("telegram", 100, "next:1")}
    assert len(at_once) == len(CHATS) - FREE.at_once
    on_the_wire = set(CHATS) - at_once
    now = (await redis.time())[0] * 1000
    for member in on_the_wire:
        due = await redis.zscore("{nf}:telegram:due", member) or 0.0
        assert due - now < 31_000, "It may have arrived, so it waits a while, but for no lease."


async def test_what_was_given_up_is_shown_and_sent_again(
    redis_server: EmbeddedRedis, store_client: Client, tmp_path: Path
) -> None:
    desk = Desk(store_client)
    await desk.join(7)
    await desk.commit(alert("dominance_55:2026-11-21:fired"))
    (parcel,) = await RedisOutbox(store_client).take("telegram", 9, "sender:1")
    dead = Settlement(parcel, Outcome.DEAD, reason="can't parse entities")
    await desk.outbox.settle("telegram", [dead])
    settings, data = on(redis_server), tmp_path / "data"

    code, out, _ = await run_to_end(data, settings, "doctor")
    assert code == 0
    assert "1 dead letters. python -m bot deliver --redrive" in out
    assert "dominance_55:2026-11-21:fired for telegram chat 7" in out
    assert "can't parse entities" in out
    code, out, _ = await run_to_end(data, settings, "doctor", "--json")
    assert sum(not finding["sound"] for finding in json.loads(out)) == 2

    code, out, _ = await run_to_end(data, settings, "deliver", "--redrive")
    assert (code, "telegram: 1 dead letters are on their way again" in out) == (0, True)
    async with FakeTelegram() as telegram:
        reached = on(redis_server, **telegram_at(telegram.url))
        async with bot(data, reached, "deliver", "--platform", "telegram") as running:
            async with asyncio.timeout(PATIENCE_SECONDS):
                sent = await telegram.wait_for(lambda sent: "Dominance" in sent.plain)
            assert sent.chat_id == "7"
            assert await running.stop() == 0


async def test_doctor_says_what_to_do_where_there_is_no_store(tmp_path: Path) -> None:
    settings = {"REDIS_URL": "redis://127.0.0.1:9"}
    code, out, _ = await run_to_end(tmp_path / "data", settings, "doctor")
    assert code == 1
    assert out.startswith("!!  store: ")
    assert "Mend REDIS_URL" in out


async def test_deliver_needs_to_know_where(tmp_path: Path) -> None:
    code, _, log = await run_to_end(tmp_path / "data", {}, "deliver")
    assert (code, "Say where: deliver --platform discord or telegram." in log) == (2, True)
