"""Our part of the talk: every thing heard gets its answer before it counts as seen."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.adapters.telegram.updates import Heard, Invited, Moved, Said
from bot.model import Chat, Message
from bot.ports import SILENCE, DeliveryError, Part, Reception, RetryLater

log = logging.getLogger(__name__)

CHATS_AT_ONCE = 8
LONGEST_REPLY_PAUSE_SECONDS = 5.0
"""Whoever typed a command waits so long for a reply that Telegram held up."""

NO_COMMAND = Message(
    "I only understand commands",
    ("Send /help to see what I can tell you, or pick one from the menu.",),
)


@dataclass(frozen=True, slots=True)
class Mouth:
    """How a reply is put into parts, and how a part is posted; see `Adapter`."""

    render: Callable[[Message], Sequence[Part]]
    post: Callable[[Chat, Part, str], Awaitable[float]]


async def answer_all(heard: Sequence[Heard], reception: Reception, mouth: Mouth) -> None:
    """Answer several chats at a time, and each chat's texts in their order.

    What was said before a group moved is answered before, and the rest after.
    """
    for _, stretch in groupby(heard, key=lambda one: isinstance(one, Moved)):
        await _answer_stretch(stretch, reception, mouth)


async def _answer_stretch(heard: Iterable[Heard], reception: Reception, mouth: Mouth) -> None:
    by_chat: dict[Chat, list[Heard]] = {}
    for one in heard:
        by_chat.setdefault(one.chat, []).append(one)
    slots = asyncio.Semaphore(CHATS_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for in_order in by_chat.values():
            group.create_task(_answer_chat(in_order, reception, mouth, slots))


async def _answer_chat(
    in_order: Sequence[Heard], reception: Reception, mouth: Mouth, slots: asyncio.Semaphore
) -> None:
    async with slots:
        for heard in in_order:
            try:
                await _answer(heard, reception, mouth)
            except DeliveryError as error:
                log.warning("A reply did not reach Telegram chat %s: %s", heard.chat.id, error)
            except Exception:
                # Telegram repeats what is not confirmed: one bad command must not end us
                # again and again.
                log.exception("What Telegram chat %s said could not be answered.", heard.chat.id)


async def _answer(heard: Heard, reception: Reception, mouth: Mouth) -> None:
    match heard:
        case Invited():
            await reception.invited([heard.chat])
        case Moved():
            await reception.moved(heard.chat, heard.to)
        case Said():
            reply = await reception.answer(heard.chat, heard.text, heard.author)
            if reply is None:
                reply = NO_COMMAND if heard.private else SILENCE
            for part in mouth.render(reply) if reply != SILENCE else ():
                await _reply(heard.chat, part, reception, mouth)


async def _reply(chat: Chat, part: Part, reception: Reception, mouth: Mouth) -> None:
    await reception.turn(chat)
    try:
        await mouth.post(chat, part, "")
    except RetryLater as error:
        if error.counts or error.seconds > LONGEST_REPLY_PAUSE_SECONDS:
            raise
        await asyncio.sleep(error.seconds)
        await reception.turn(chat)
        await mouth.post(chat, part, "")
