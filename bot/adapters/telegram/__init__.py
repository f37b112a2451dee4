"""Telegram, by python-telegram-bot."""

import logging
from collections.abc import Sequence

from bot.adapters import Platform
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.ports import CommandCard
from bot.settings import Settings

__all__ = ["PLATFORM", "TelegramAdapter", "build"]


def build(settings: Settings, cards: Sequence[CommandCard]) -> TelegramAdapter | None:
    """The adapter for the token in the settings, or None without one."""
    if settings.telegram_bot_token is None:
        return None
    # The HTTP client logs every address asked, and with it the token; the library logs with
    # tracebacks what this module tells in one line.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    token = settings.telegram_bot_token.get_secret_value()
    return TelegramAdapter(token, settings.telegram_api_base_url, cards)


PLATFORM = Platform("telegram", build)
