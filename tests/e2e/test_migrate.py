"""`migrate` as its user runs it, killed in the middle, and the bot that goes on from there."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from redis.asyncio import Redis

from bot.stores.embedded import EmbeddedRedis
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import bot, run_to_end
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.providers.market import RUSSELL
from tests.stores.processes import until
from tests.stores.servers import LOCAL, redis7_program, server

CHAT = 7
CROWD = 8_000
EXIT_NO_INPUT, EXIT_CANNOT_CREATE, EXIT_BUSY, EXIT_CONFIG = 66, 73, 75, 78


@pytest_asyncio.fixture
async def target(tmp_path: Path) -> AsyncIterator[str]:
    """A Redis 7, which cannot read what Valkey dumps."""
    async with server(tmp_path / "target", program=redis7_program()) as started:
        yield f"redis://{LOCAL}:{started.port}"


async def crowd(data_dir: Path) -> None:
    """Many chats, so that a copy takes its time."""
    async with EmbeddedRedis(data_dir) as embedded, Redis.from_url(embedded.url) as redis:
        pipeline = redis.pipeline(transaction=False)
        for number in range(CROWD):
            pipeline.sadd(f"{{nf}}:discord:chat:{number}", "season")
        await pipeline.execute()


async def killed_in_the_middle(data: Path, url: str) -> None:
    async with Redis.from_url(url) as redis, bot(data, {"REDIS_URL": url}, "migrate") as migrating:

        async def has_begun() -> bool:
            return int(await redis.dbsize()) > 1_000

        await until(has_begun)
        await migrating.kill()
        assert int(await redis.dbsize()) < CROWD
        assert await redis.get("{nf}:schema") == b"copying"
        await redis.pexpire("{nf}:lead:schema", 100)  # It would run out in 15 seconds.


async def asks(telegram: FakeTelegram, command: str, answer: str) -> str:
    """What the chat is told, but for the time of day."""
    known = len(telegram.sent)
    await telegram.say(CHAT, command)
    await telegram.wait_for(lambda sent: answer in sent.plain and sent in telegram.sent[known:])
    told = next(sent.plain for sent in telegram.sent[known:] if answer in sent.plain)
    return re.sub(r"\d\d:\d\d now", "now", told)


async def test_a_bot_moves_to_a_real_server_and_forgets_nothing(
    tmp_path: Path, target: str
) -> None:
    sessions = finished_sessions(300)
    market = market_below_record(sessions[:-4])
    data = tmp_path / "data"
    async with Gateway(market) as gateway, FakeTelegram() as telegram:
        settings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "SOURCE_GATEWAY_URL": gateway.url,
            "POLL_SECONDS": "0.1",
            **CORE_ONLY,
        }

        def told(words: str) -> int:
            return sum(words in sent.plain for sent in telegram.sent)

        async with bot(data, settings) as embedded:
            await embedded.log.says("loaded Russell 2000 from Yahoo")
            await asks(telegram, "/subscribe breakout health", "Subscribed")
            await asks(telegram, "/alert btc_dominance below 50", "Alert 1")
            await asks(telegram, "/settings zone berlin", "Europe/Berlin")
            market.closes[RUSSELL] += [(sessions[-4], 2510.0), (sessions[-3], 2520.5)]
            await telegram.wait_until(lambda: told("breaks out"))
            asked = {"/subscriptions": "You hear", "/alerts": "1. btc", "/settings": "Berlin"}
            before = {each: await asks(telegram, each, words) for each, words in asked.items()}
            code, _, log = await run_to_end(data, {"REDIS_URL": target}, "migrate")
            assert (code, "so a bot works with it: stop that first" in log) == (EXIT_BUSY, True)
            assert await embedded.stop() == 0

        await crowd(data)
        await killed_in_the_middle(data, target)
        code, _, log = await run_to_end(data, {"REDIS_URL": target, **settings})
        assert (code, "half filled: run `python -m bot migrate`" in log) == (EXIT_CONFIG, True)
        code, out, log = await run_to_end(data, {"REDIS_URL": target}, "migrate")
        assert code == 0, log
        assert out.startswith("A copy that was cut off was continued.\n")
        figures = re.findall(r"^(hash|set|string|zset) +(\S+ +\S+) +(\S+ +\S+)$", out, re.MULTILINE)
        assert len(figures) == 4
        assert all(here.split() == there.split() for _, here, there in figures)
        assert "both are the same. Keep REDIS_URL set and start the bot." in out

        async with bot(data, {"REDIS_URL": target, **settings}) as moved:
            await moved.log.says("ready in")
            for each, words in asked.items():
                assert await asks(telegram, each, words) == before[each]
            market.closes[RUSSELL] += [(sessions[-2], 2300.0), (sessions[-1], 2200.0)]
            await telegram.wait_until(lambda: told("failed"))
            assert (told("breaks out"), told("failed")) == (1, 1)
            assert await moved.stop() == 0
        code, _, log = await run_to_end(data, {"REDIS_URL": target}, "migrate")
        assert (code, "holds a bot's data already" in log) == (EXIT_CANNOT_CREATE, True)


async def test_what_is_missing_is_told(tmp_path: Path, target: str) -> None:
    data = tmp_path / "data"
    assert await run_to_end(data, {}, "migrate") == (
        EXIT_CONFIG, "", "REDIS_URL is not set: name the server to bring everything to.\n",
    )  # fmt: skip
    code, _, log = await run_to_end(data, {"REDIS_URL": target}, "migrate")
    assert (code, log) == (EXIT_NO_INPUT, f"No embedded server ever kept anything under {data}.\n")
    assert not data.exists()
    data.mkdir()
    (data / "appendonlydir").mkdir()
    code, _, log = await run_to_end(data, {"REDIS_URL": "redis://127.0.0.1:9"}, "migrate")
    assert (code, "REDIS_URL names a server that cannot be used" in log) == (EXIT_CONFIG, True)


async def test_a_bot_that_is_given_an_empty_server_names_what_it_forgot(
    tmp_path: Path, target: str
) -> None:
    data = tmp_path / "data"
    async with EmbeddedRedis(data):
        pass
    async with bot(data, {"REDIS_URL": target, "SOURCES_OFF": "yahoo"}) as running:
        await running.log.says("empty that server again and run `python -m bot migrate`")
