"""The libraries people build bots on take these fakes for the platforms."""

import asyncio

import discord as discord_py
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from telegram import Bot
from telegram.error import ChatMigrated, Forbidden, RetryAfter

from tests.adapters import fake_discord, fake_telegram
from tests.platforms.client import Client, until
from tests.platforms.gateway import PATH


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_python_telegram_bot(telegram: Client) -> None:
    telegram.platform.control({"refuse": {"blocked": [2]}, "migrate": {"-3": -1003}})
    telegram.platform.control({"storm": {"seconds": 60, "retry_after": 3, "chats": [4]}})
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "/help"}
    async with Bot(fake_telegram.TOKEN, f"{telegram.platform.api_url}/bot") as bot:
        assert await bot.delete_webhook()
        assert await bot.set_my_commands([("help", "Help")])
        sent = await bot.send_message(1, "<b>#A1</b>", parse_mode="HTML")
        assert (sent.text, sent.chat.id) == ("#A1", 1)
        shown = await bot.send_photo(1, b"a picture", caption="#<A2>")
        again = await bot.send_photo(1, shown.photo[-1].file_id, "<i>#A3</i>", parse_mode="HTML")
        assert (shown.caption, again.caption) == ("#<A2>", "#A3")
        assert await bot.get_my_commands() == ()
        for chat, error in ((2, Forbidden), (-3, ChatMigrated), (4, RetryAfter)):
            with pytest.raises(error):
                await bot.send_message(chat, "#A1")
        assert await bot.get_updates(timeout=0) == ()
        telegram.platform.control({"updates": [{"message": message}, {"message": message}]})
        first, second = await bot.get_updates(timeout=5)
        assert (first.message and first.message.text) == "/help"
        assert await bot.get_updates(offset=first.update_id + 1) == (second,)


async def test_a_long_poll_ends_with_an_update_or_with_a_second_poll(telegram: Client) -> None:
    async with asyncio.TaskGroup() as group:
        loser = group.create_task(telegram.call("getUpdates", timeout=5))
        await until(lambda: telegram.platform.stage.counters.requests == 1)
        winner = group.create_task(telegram.call("getUpdates", timeout=5))
        assert (await loser).status == 409
        telegram.platform.control({"updates": [{"update_id": 5}]})
        assert (await winner).body == {"ok": True, "result": [{"update_id": 5}]}


@pytest.mark.parametrize("library", [discord_py.Client, discord_py.AutoShardedClient])
async def test_discord_py(
    discord: Client, library: type[discord_py.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    default = type(DiscordWebSocket.DEFAULT_GATEWAY)
    gateway = discord.platform.url.replace("http", "ws", 1) + PATH
    monkeypatch.setattr(Route, "BASE", discord.platform.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", default(gateway))
    discord.platform.control({"refuse": {"blocked": [6]}, "limits": True})
    async with (
        library(intents=discord_py.Intents(guilds=True), guild_ready_timeout=0.1) as bot,
        asyncio.TaskGroup() as group,
    ):
        visit = group.create_task(bot.start(fake_discord.TOKEN))
        await until(bot.is_ready)
        assert bot.user is not None
        assert bot.user.name == "altseason"
        sent = await bot.get_partial_messageable(5).send(embed=discord_py.Embed(title="#A1"))
        assert sent.embeds[0].title == "#A1"
        with pytest.raises(discord_py.Forbidden):
            await bot.get_partial_messageable(6).send("#A1")
        await bot.close()
        await visit
    assert (await discord.look("/ledger"))["chats"] == {"5": ["#A1"]}
