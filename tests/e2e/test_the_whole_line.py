"""From a provider's number to a chat and back, with the program run as its user runs it."""

import asyncio
from pathlib import Path

from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import bot
from tests.e2e.world import CORE_ONLY, RECORD, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.providers.market import COINMARKETCAP, RUSSELL

CHAT = 77


async def test_subscribe_cross_alert_status_stop_and_start_again(tmp_path: Path) -> None:
    sessions = finished_sessions(300)
    market = market_below_record(sessions[:-2])
    async with FakeTelegram() as telegram, Gateway(market) as gateway:
        settings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "SOURCE_GATEWAY_URL": gateway.url,
            "POLL_SECONDS": "0.1",
            **CORE_ONLY,
        }
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("loaded Russell 2000 from Yahoo: 298 days")
            await telegram.say(CHAT, "/subscribe")
            welcome = await telegram.wait_for(lambda sent: "Subscribed: " in sent.plain)
            assert "breakout, dominance, season, phase, health" in welcome.plain

            market.closes[RUSSELL] += [(sessions[-2], 2510.0), (sessions[-1], 2520.5)]
            alert = await telegram.wait_for(lambda sent: "breaks out" in sent.plain)
            assert alert.chat_id == str(CHAT)
            assert f"2,520.50, above the record of {RECORD:,.2f}" in alert.plain
            assert "Source: Yahoo" in alert.plain
            assert "Still missing" in alert.plain

            await telegram.say(CHAT, "/status")
            status = await telegram.wait_for(lambda sent: "Phase: warming up" in sent.plain[:40])
            assert "Russell 2000 2,520.50 index points (Yahoo" in status.plain
            assert "Bitcoin dominance 58.90 % (CoinMarketCap" in status.plain
            assert await running.stop() == 0
            assert "Traceback" not in running.log.text
            assert TOKEN not in running.log.text

        async with bot(tmp_path / "data", settings) as running:
            await telegram.say(CHAT, "/subscriptions")
            heard = await telegram.wait_for(lambda sent: sent.plain.startswith("You hear\n"))
            assert "breakout" in heard.plain
            assert await running.stop() == 0
        assert sum("breaks out" in sent.plain for sent in telegram.sent) == 1


async def test_a_killed_bot_keeps_its_subscription_and_tells_what_it_missed(
    tmp_path: Path,
) -> None:
    sessions = finished_sessions(300)
    market = market_below_record(sessions[:-2])
    async with Gateway(market) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "0.1", **CORE_ONLY}
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("loaded Russell 2000")
            await running.type("/subscribe breakout")
            await running.out.says("Subscribed: breakout")
            await running.kill()
        market.closes[RUSSELL] += [(sessions[-2], 2510.0), (sessions[-1], 2520.5)]
        async with bot(tmp_path / "data", settings) as running:
            await running.out.says("Russell 2000 breaks out: 2,520.50")
            await running.type("subscriptions")
            await running.out.says("You hear\nbreakout")
            assert await running.stop() == 0


async def test_a_chats_own_alert_is_told_once_and_outlives_a_kill(tmp_path: Path) -> None:
    market = market_below_record(finished_sessions(20))
    async with Gateway(market) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "0.1", **CORE_ONLY}
        async with bot(tmp_path / "data", settings) as running:
            await running.type("/alert btc_dominance below 58")
            await running.out.says("Alert 1: btc_dominance below 58")
            await running.kill()
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("ready in")
            market.dominance[COINMARKETCAP] = 57.9
            text = await running.out.says("CoinMarketCap")
            assert "57.90 %" in text
            assert "Bitcoin dominance" in text
            await running.type("/alerts")
            await running.out.says("firing; 57.90 % (CoinMarketCap")
            assert await running.stop() == 0
            assert running.log.text.count("own rule 1 of console") == 1
            assert "Traceback" not in running.log.text


async def test_the_console_lives_on_without_input_or_network(tmp_path: Path) -> None:
    settings = {"SOURCE_GATEWAY_URL": "http://127.0.0.1:9", "POLL_SECONDS": "0.2", **CORE_ONLY}
    closed = asyncio.subprocess.DEVNULL
    async with bot(tmp_path / "data", settings, stdin=closed) as running:
        await running.log.says("yahoo/russell_2000 fails")
        await running.out.says("altseason-bot is running")
        assert running.process.returncode is None
        assert await running.stop() == 0
        assert "Traceback" not in running.log.text


async def test_status_says_why_there_is_no_value(tmp_path: Path) -> None:
    settings = {"SOURCE_GATEWAY_URL": "http://127.0.0.1:9", "POLL_SECONDS": "0.2", **CORE_ONLY}
    async with bot(tmp_path / "data", settings) as running:
        await running.log.says("yahoo/russell_2000 fails")
        await running.type("/status")
        text = await running.out.says("Phase: unknown")
        told = await running.out.says("query1.finance.yahoo.com could not be reached.")
        assert "Russell 2000, " in told
        assert "0.00" not in text
        assert await running.stop() == 0
