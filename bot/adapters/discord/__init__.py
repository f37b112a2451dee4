"""Discord: commands by discord.py, alerts straight over the wire."""

from collections.abc import Sequence

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters import Platform
from bot.adapters.discord.adapter import DiscordAdapter
from bot.ports import CommandCard
from bot.settings import Settings


def build(settings: Settings, cards: Sequence[CommandCard]) -> DiscordAdapter | None:
    """The adapter, or None without a token."""
    if settings.discord_bot_token is None:
        return None
    # discord.py reads both addresses from these class attributes and takes them in no other way.
    if settings.discord_api_base_url != Route.BASE:
        Route.BASE = settings.discord_api_base_url
    gateway = settings.discord_gateway_url
    if gateway is not None and gateway != str(DiscordWebSocket.DEFAULT_GATEWAY):
        DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(gateway)
    # There is no voice here, so nobody needs to read that its packages are missing.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    token = settings.discord_bot_token.get_secret_value()
    return DiscordAdapter(token, settings.discord_api_base_url, cards)


PLATFORM = Platform("discord", build, missing="DISCORD_BOT_TOKEN is not set")
