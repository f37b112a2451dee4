"""The program with PUBLIC_URL: Telegram brings what people say, whichever process is there."""

import re
from pathlib import Path

from bot.stores.connect import Client
from bot.stores.embedded import EmbeddedRedis
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import Bot, bot
from tests.platforms.client import until

SERVES = re.compile(r"status page is at port (\d+)")


async def address(running: Bot) -> str:
    await running.log.says("status page is at port")
    found = SERVES.search(running.log.text)
    assert found is not None
    return f"http://127.0.0.1:{found[1]}"


async def test_processes_come_and_go_and_the_way_changes_and_nothing_is_lost(
    redis_server: EmbeddedRedis, store_client: Client, tmp_path: Path
) -> None:
    deliver = ("deliver", "--platform", "telegram")
    async with FakeTelegram() as telegram:
        polling = {
            "REDIS_URL": redis_server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
        }
        settings = polling | {"PUBLIC_URL": "https://bot.example.org"}
        async with bot(tmp_path / "data", settings, *deliver) as first:
            await first.log.says("Telegram brings what people say to PUBLIC_URL")
            async with bot(tmp_path / "data", settings, *deliver) as second:
                await second.log.says("this one only delivers")
                telegram.hook.behind_proxy[:] = [await address(first), await address(second)]
                for number in range(6):
                    await telegram.say(1001, f"/help n{number}")
                await until(lambda: len(telegram.sent) == 6)
                telegram.hook.behind_proxy.pop(0)
                assert await first.stop() == 0
                assert telegram.hook.url, "Whoever comes next finds it as it is."
                await telegram.wait_until_heard(await telegram.say(1001, "/help after"))
                await until(lambda: len(telegram.sent) == 7)
                telegram.hook.behind_proxy.clear()
                await telegram.say(1001, "/help between")
                assert await second.stop() == 0
        async with bot(tmp_path / "data", polling, *deliver) as third:
            await until(lambda: len(telegram.sent) == 8)
            assert telegram.hook.url == ""
            assert await third.stop() == 0
    for each in (first, second, third):
        assert "Traceback" not in each.log.text
        assert TOKEN.partition(":")[2] not in each.log.text
    assert {200} == {status for _, status in telegram.hook.answers} - {0}
