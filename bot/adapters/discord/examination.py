"""What `doctor` asks of Discord: who we are, and whether the gateway opens. No session is begun."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import discord
from discord.gateway import DiscordWebSocket

from bot.adapters.discord.errors import TOKEN_REFUSED
from bot.adapters.discord.library import prepare
from bot.adapters.discord.rest import usable
from bot.adapters.discord.trouble import NONSENSE, TROUBLE, reason
from bot.ports import Finding, fail, ok
from bot.settings import Settings

ASK_SECONDS = 15.0
GOODBYE_SECONDS = 1.0
COPY_IT = "Copy DISCORD_BOT_TOKEN from the developer portal: Bot, Reset Token."
REACH = "See whether this machine reaches DISCORD_API_BASE_URL; alerts wait until it does."
REACH_GATEWAY = "See whether a firewall lets websockets out: alerts arrive, commands are not heard."


async def examine(settings: Settings) -> Sequence[Finding]:
    """Ask with the token that is set; nothing without one."""
    if settings.discord_bot_token is None:
        return ()
    token = settings.discord_bot_token.get_secret_value()
    refused = fail("discord", TOKEN_REFUSED.partition(":")[0], COPY_IT)
    if not usable(token):
        return [refused]
    prepare(settings)
    client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30.0)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await client.login(token)
        name = str(client.user)
        known = ok("discord", f"the token works; this is {name}", name=name)
        return [known, await _gateway(client)]
    except discord.LoginFailure:
        return [refused]
    except (*TROUBLE, *NONSENSE) as error:
        return [fail("discord", f"cannot be reached: {_why(error)}", REACH)]
    finally:
        await _close(client)


async def _gateway(client: discord.Client) -> Finding:
    """Listen for its hello, which comes before anybody says who they are."""
    address = DiscordWebSocket.DEFAULT_GATEWAY
    host = urlsplit(str(address)).hostname
    try:
        async with asyncio.timeout(ASK_SECONDS):
            socket = await client.http.ws_connect(str(address.with_query(v=10, encoding="json")))
            hello = await socket.receive_json()
            await socket.close()
    except (*TROUBLE, *NONSENSE) as error:
        found = f"{host} does not open: {_why(error)}"
        return fail("discord gateway", found, REACH_GATEWAY)
    if hello.get("op") != DiscordWebSocket.HELLO:
        return fail("discord gateway", f"{host} does not speak as Discord does", REACH_GATEWAY)
    return ok("discord gateway", f"{host} says hello; no privileged intent is needed")


def _why(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else reason(error).rstrip(".")


async def _close(client: discord.Client) -> None:
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await client.close()
    except TimeoutError:
        await client.http.close()
