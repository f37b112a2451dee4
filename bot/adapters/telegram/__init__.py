"""Telegram: python-telegram-bot for what people say, our own wire for what they hear."""

import logging
from collections.abc import Sequence

from bot.adapters import Platform
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.examination import examine
from bot.ports import CommandCard
from bot.settings import Settings

__all__ = ["PLATFORM", "TelegramAdapter", "build"]


def build(settings: Settings, cards: Sequence[CommandCard]) -> TelegramAdapter | None:
    """The adapter for the token in the settings, or None without one."""
    if settings.telegram_bot_token is None:
        return None
    # The library logs with tracebacks what this package tells in one line.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    return TelegramAdapter(
        settings.telegram_bot_token.get_secret_value(),
        settings.telegram_api_base_url,
        cards,
        paid=settings.telegram_paid_broadcast,
        public_url=settings.public_url,
    )


PLATFORM = Platform("telegram", build, missing="TELEGRAM_BOT_TOKEN is not set", examine=examine)
