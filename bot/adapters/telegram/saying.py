"""How an answer reaches its chat: with its picture, at its turn, in its place, and pinned."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from bot.adapters.telegram.errors import message_id
from bot.adapters.telegram.parts import parts_of
from bot.adapters.telegram.posting import Posting
from bot.model import Chart, Chat, Message
from bot.ports import NO_PICTURES, MessageGone, Part, Reception, RetryLater

LONGEST_REPLY_PAUSE_SECONDS = 5.0
"""Whoever typed a command waits so long for a reply that Telegram held up."""
DRAWING_SECONDS = 10.0
"""Whoever draws for the first time needs some of them; then the words go alone."""

T = TypeVar("T")


async def say(
    reply: Message, chat: Chat, reception: Reception, posting: Posting, *, instead_of: str = ""
) -> None:
    """Say a reply, in the place of a message of ours if there is one; raises DeliveryError."""
    parts = parts_of([reply], await _drawn(reply, reception))
    if instead_of and await _replaced(parts, chat, instead_of, reception, posting):
        message = instead_of
    else:
        message = await _posted(parts, chat, reception, posting)
    if reply.pinned and message:
        await posting.pin(chat, message)
        await reception.pinned(chat, message)


async def _drawn(reply: Message, reception: Reception) -> Mapping[Chart, bytes]:
    if reply.chart is None:
        return NO_PICTURES
    try:
        async with asyncio.timeout(DRAWING_SECONDS):
            png = await reception.drawn(reply.chart)
    except TimeoutError:
        return NO_PICTURES
    return {reply.chart: png} if png else NO_PICTURES


async def _replaced(
    parts: Sequence[Part], chat: Chat, message: str, reception: Reception, posting: Posting
) -> bool:
    """Whether the parts stand where another message stood; several cannot."""
    if len(parts) != 1:
        return False
    try:
        await _in_turn(chat, reception, partial(posting.edit, chat, message, parts[0]))
    except MessageGone:
        return False
    return True


async def _posted(parts: Sequence[Part], chat: Chat, reception: Reception, posting: Posting) -> str:
    """The id of the first of the messages that the parts became."""
    ids = []
    for part in parts:
        answer = await _in_turn(chat, reception, partial(posting.post, chat, part))
        ids.append(message_id(answer))
    return ids[0]


async def _in_turn(chat: Chat, reception: Reception, ask: Callable[[], Awaitable[T]]) -> T:
    await reception.turn(chat)
    try:
        return await ask()
    except RetryLater as error:
        if error.counts or error.seconds > LONGEST_REPLY_PAUSE_SECONDS:
            raise
        await asyncio.sleep(error.seconds)
    await reception.turn(chat)
    return await ask()
