"""discord.py as we want it, whoever makes a client of it."""

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings import Settings


def prepare(settings: Settings) -> None:
    """Lead it to the addresses that are set: it takes both from these class attributes alone."""
    if settings.discord_api_base_url != Route.BASE:
        Route.BASE = settings.discord_api_base_url
    gateway = settings.discord_gateway_url
    if gateway is not None and gateway != str(DiscordWebSocket.DEFAULT_GATEWAY):
        DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(gateway)
    # There is no voice here, so nobody needs to read that its packages are missing.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
