"""The menu of commands, as Telegram shows it in private, in groups and to their admins.

See https://core.telegram.org/bots/api#setmycommands; what is shown restricts nobody.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.adapters.telegram.admins import UNREADABLE
from bot.adapters.telegram.token import Token
from bot.language import ENGLISH, LANGUAGES, _, speaking
from bot.ports import CommandCard

log = logging.getLogger(__name__)

DESCRIPTION_CHARACTERS = 256
"""The longest description of a command."""
MOST_COMMANDS = 100
MENU_SECONDS = 120.0
"""For all of it; nobody waits for it."""


async def keep_menu(bot: Bot, cards: Sequence[CommandCard], token: Token) -> None:
    """Set the menu wherever Telegram has another; what fails is told once and left as it is."""
    try:
        async with asyncio.timeout(MENU_SECONDS):
            for scope, language, commands in _menus(cards):
                if await bot.get_my_commands(scope, language) != tuple(commands):
                    await bot.set_my_commands(commands, scope, language)
    except (TelegramError, TimeoutError, *UNREADABLE) as error:
        reason = token.hidden(str(error) or type(error).__name__)
        log.warning("Telegram did not take the command menu: %s", reason)


def _menus(
    cards: Sequence[CommandCard],
) -> Iterator[tuple[BotCommandScope, str | None, list[BotCommand]]]:
    """Each with its scope and language; who reads none of these languages sees the English one."""
    asking = [card for card in cards if not card.changes(())]
    scopes: tuple[tuple[BotCommandScope, Sequence[CommandCard]], ...] = (
        (BotCommandScopeDefault(), cards),
        (BotCommandScopeAllPrivateChats(), cards),
        (BotCommandScopeAllGroupChats(), asking),
        (BotCommandScopeAllChatAdministrators(), cards),
    )
    for scope, shown in scopes:
        for language in LANGUAGES:
            with speaking(language):
                commands = [_command(card) for card in shown[:MOST_COMMANDS]]
            yield scope, None if language == ENGLISH else language, commands


def _command(card: CommandCard) -> BotCommand:
    return BotCommand(card.name, _(card.summary)[:DESCRIPTION_CHARACTERS])
