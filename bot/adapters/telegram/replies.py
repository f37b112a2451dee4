"""Our part of the talk: every thing heard gets its answer before it counts as seen."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.adapters.telegram.posting import Posting
from bot.adapters.telegram.presses import answer_press, excuse
from bot.adapters.telegram.saying import say
from bot.adapters.telegram.updates import Heard, Invited, Moved, Pressed, Said
from bot.language import _, speaking
from bot.model import Chat, Message
from bot.ports import SILENCE, DeliveryError, Reception

log = logging.getLogger(__name__)

CHATS_AT_ONCE = 8


async def answer_all(heard: Sequence[Heard], reception: Reception, posting: Posting) -> None:
    """Answer several chats at a time, and each chat's texts in their order.

    What was said before a group moved is answered before, and the rest after.
    """
    for _moved, stretch in groupby(heard, key=lambda one: isinstance(one, Moved)):
        await _answer_stretch(stretch, reception, posting)


async def _answer_stretch(heard: Iterable[Heard], reception: Reception, posting: Posting) -> None:
    by_chat: dict[Chat, list[Heard]] = {}
    for one in heard:
        by_chat.setdefault(one.chat, []).append(one)
    slots = asyncio.Semaphore(CHATS_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for in_order in by_chat.values():
            group.create_task(_answer_chat(in_order, reception, posting, slots))


async def _answer_chat(
    in_order: Sequence[Heard], reception: Reception, posting: Posting, slots: asyncio.Semaphore
) -> None:
    async with slots:
        for heard in in_order:
            try:
                await _answer(heard, reception, posting)
            except DeliveryError as error:
                log.warning("A reply did not reach Telegram chat %s: %s", heard.chat.id, error)
            except Exception:
                # Telegram repeats what is not confirmed: one bad command must not end us
                # again and again.
                log.exception("What Telegram chat %s said could not be answered.", heard.chat.id)
                if isinstance(heard, Pressed):
                    await excuse(heard, posting)


async def _answer(heard: Heard, reception: Reception, posting: Posting) -> None:
    match heard:
        case Invited():
            await reception.invited([heard.chat])
        case Moved():
            await reception.moved(heard.chat, heard.to)
        case Pressed():
            await answer_press(heard, reception, posting)
        case Said():
            reply = await reception.answer(heard.chat, heard.text, heard.author)
            if reply is None:
                reply = _no_command(heard.author.language) if heard.private else SILENCE
            if reply != SILENCE:
                await say(reply, heard.chat, reception, posting)


def _no_command(language: str) -> Message:
    with speaking(language):
        return Message(
            _("I only understand commands"),
            (_("Send /help to see what I can tell you, or pick one from the menu."),),
        )
