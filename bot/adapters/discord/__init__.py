"""Discord: commands by discord.py, alerts straight over the wire."""

from collections.abc import Sequence

from bot.adapters import Platform
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.examination import examine
from bot.adapters.discord.library import prepare
from bot.ports import CommandCard
from bot.settings import Settings


def build(settings: Settings, cards: Sequence[CommandCard]) -> DiscordAdapter | None:
    """The adapter, or None without a token."""
    if settings.discord_bot_token is None:
        return None
    prepare(settings)
    token = settings.discord_bot_token.get_secret_value()
    return DiscordAdapter(token, settings.discord_api_base_url, cards)


PLATFORM = Platform("discord", build, missing="DISCORD_BOT_TOKEN is not set", examine=examine)
