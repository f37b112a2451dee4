"""An operator's list of chats: the rest are told so, and leave no trace in the store."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot import app, settings
from bot.settings import WrongSetting
from tests.adapters.fake_telegram import TOKEN, FakeTelegram

ADA, BOB = 987_654_321_001, 987_654_321_002
"""Numbers that no time or count in the store looks like."""
TELEGRAM = app.Roles(polls=False, platforms=frozenset({"telegram"}))
READ: dict[object, tuple[object, ...]] = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", 0, -1),
    b"list": ("LRANGE", 0, -1),
}


async def everything(redis_url: str) -> str:
    """All keys with all that is in them, as one text."""
    told: list[object] = []
    async with Redis.from_url(redis_url, protocol=2) as client:
        async for name in client.scan_iter("*"):
            command, *rest = READ[await client.type(name)]
            told += [name, await client.execute_command(command, name, *rest)]  # type: ignore[no-untyped-call] # the library's
    return repr(told)


async def test_only_the_chats_of_the_list_are_served(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_CHATS", f"telegram:{ADA}")
    over = asyncio.Event()
    async with FakeTelegram() as telegram, asyncio.TaskGroup() as tasks:
        chosen = settings.load(
            redis_url=redis_url, telegram_bot_token=TOKEN, telegram_api_base_url=telegram.url
        )
        running = tasks.create_task(app.run(chosen, TELEGRAM, until=over))
        await telegram.say(BOB, "/subscribe", by=BOB)
        refused = await telegram.wait_for(lambda sent: sent.chat_id == str(BOB))
        assert f"telegram:{BOB}" in refused.plain
        await telegram.say(ADA, "/subscribe", by=ADA)
        served = await telegram.wait_for(lambda sent: sent.chat_id == str(ADA))
        assert "Subscribed" in served.plain
        over.set()
        await running
    stored = await everything(redis_url)
    assert str(ADA) in stored
    assert str(BOB) not in stored


async def test_a_platform_nobody_knows_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_CHATS", "telegram:-1,irc:2")
    chosen = settings.load(data_dir=tmp_path)
    with pytest.raises(
        WrongSetting, match=r"^ALLOWED_CHATS names irc, which is not discord or .*telegram\.$"
    ):
        await app.run(chosen, app.Roles(polls=False))
    assert [*tmp_path.iterdir()] == []  # noqa: ASYNC240 - nothing else runs here
