"""`doctor` as its user runs it: beside a bot that runs, and where nothing works."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

from tests import platforms
from tests.adapters.fake_discord import TOKEN as DISCORD_TOKEN
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import bot, run_to_end
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.platforms.gateway import PATH as GATEWAY_PATH
from tests.providers.gateway import Gateway


async def test_beside_a_bot_that_runs_all_is_well_and_nothing_changes(tmp_path: Path) -> None:
    async with AsyncExitStack() as world:
        gateway = await world.enter_async_context(
            Gateway(market_below_record(finished_sessions(9)))
        )
        telegram = await world.enter_async_context(FakeTelegram())
        discord = await world.enter_async_context(platforms.discord())
        settings = CORE_ONLY | {
            "SOURCE_GATEWAY_URL": gateway.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_BASE_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.url.replace("http", "ws", 1) + GATEWAY_PATH,
        }
        async with bot(tmp_path / "data", settings, "run") as running:
            await running.log.says("ready in")
            code, out, log = await run_to_end(tmp_path / "data", settings, "doctor", "--json")
            await telegram.wait_until_heard(await telegram.say(1001, "/help"))
            assert await running.stop() == 0
        assert "another process" not in running.log.text
        assert "went away" not in running.log.text
    assert (code, log) == (0, "")
    states = {each["subject"]: each["state"] for each in json.loads(out)}
    for subject in ("store", "telegram", "discord", "discord gateway", "clock", "time zones"):
        assert states[subject] == "ok"
    assert states["essential russell_2000"] == states["source yahoo/russell_2000"] == "ok"
    for secret in (TOKEN, DISCORD_TOKEN):
        assert secret not in out


async def test_where_nothing_works_every_line_says_what_to_do(tmp_path: Path) -> None:
    settings = {
        "REDIS_URL": "redis://127.0.0.1:9",
        "SOURCE_GATEWAY_URL": "http://127.0.0.1:9",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9",
        "POLL_SECONDS": "often",
        "DISCORD_TOKEN": "x",
    }
    code, out, _ = await run_to_end(tmp_path / "data", settings, "doctor")
    assert code == 1
    lines = out.splitlines()
    for begin in (
        "fail  setting POLL_SECONDS: ",
        "warn  variable DISCORD_TOKEN: ",
        "fail  store: ",
        "fail  telegram: cannot be reached",
        "fail  essential russell_2000: ",
        "warn  source yahoo/russell_2000: ",
    ):
        (line,) = (each for each in lines if each.startswith(begin))
        assert line.count(". ") >= 1, "What was found, and after it what to do."
    assert TOKEN not in out
    assert not (tmp_path / "data").exists()


async def test_a_file_of_settings_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\n")
    code, out, log = await run_to_end(tmp_path / "data", {}, "doctor")
    assert (code, out) == (78, "")
    assert log.startswith(".env cannot be read")
    assert "Traceback" not in log
