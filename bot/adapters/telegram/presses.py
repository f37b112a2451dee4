"""What becomes of a press: whoever pressed is always told that it was heard.

See https://core.telegram.org/bots/api#answercallbackquery.
"""

import asyncio

from bot.adapters.telegram.markup import shortened, units
from bot.adapters.telegram.posting import Posting
from bot.adapters.telegram.saying import say
from bot.adapters.telegram.updates import Pressed
from bot.language import _, speaking
from bot.messages import plain
from bot.messages.sound import sound
from bot.model import Message
from bot.ports import SILENCE, Author, CannotTell, Reception

WORDS_UNITS = 200
"""The longest words that are shown to whoever pressed, and to nobody else."""
SPINNER_SECONDS = 5.0
"""So long a button may look busy; Telegram forgets the press some seconds later."""


async def answer_press(press: Pressed, reception: Reception, posting: Posting) -> None:
    """Answer a press as if its command had been typed by whoever pressed.

    In a channel everybody who reads may press, and would make everybody read the answer; so there
    only its admins are answered aloud.
    """
    if not press.text:
        await posting.end_press(press.query, _not_here(press.author.language))
        return
    reply, late = await _heard_out(press, reception, posting)
    if reply is None or reply == SILENCE:
        words, aloud = "", False
    elif press.in_channel and not await _runs_it(press.author):
        words, aloud = shortened(_read(reply), WORDS_UNITS), False
    else:
        words = "" if late else _in_passing(reply)
        aloud = not words
    if not late:
        await posting.end_press(press.query, words)
    if reply is not None and aloud:
        # What went wrong takes nobody's picker or board away.
        place = "" if reply.aside else press.message
        await say(reply, press.chat, reception, posting, instead_of=place)


async def excuse(press: Pressed, posting: Posting) -> None:
    """Say that a press could not be answered, be it for a bug of ours."""
    with speaking(press.author.language):
        words = _("Something went wrong on my side. Please try something else.")
    await posting.end_press(press.query, words)


async def _heard_out(
    press: Pressed, reception: Reception, posting: Posting
) -> tuple[Message | None, bool]:
    """The answer, and whether it took so long that the press is over."""
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(reception.answer(press.chat, press.text, press.author))
        await asyncio.wait((answering,), timeout=SPINNER_SECONDS)
        late = not answering.done()
        if late:
            await posting.end_press(press.query)
    return answering.result(), late


def _in_passing(reply: Message) -> str:
    """The answer in words for whoever pressed alone; empty where it is more than that."""
    if not reply.aside or reply.buttons or reply.chart is not None:
        return ""
    words = _read(reply)
    return words if units(words) <= WORDS_UNITS else ""


def _read(reply: Message) -> str:
    return sound(plain(reply)).strip()


async def _runs_it(author: Author) -> bool:
    try:
        return await author.may_change()
    except CannotTell:
        return False


def _not_here(language: str) -> str:
    with speaking(language):
        return _("This button is too old, or of another chat. Please type the command instead.")
