"""What is said on Discord, answered: by whom it may be read, and where it is written."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord import buttons, phrases, writing
from bot.adapters.discord.buttons import Press, Seal
from bot.adapters.discord.pages import pages
from bot.adapters.discord.place import (
    Interaction,
    author_of,
    chat_of,
    in_company,
    is_guest,
    lacking,
)
from bot.adapters.discord.trouble import TROUBLE, reason
from bot.adapters.discord.writing import Manner
from bot.language import speaking
from bot.model import Chart, Chat, Message
from bot.ports import (
    NO_PICTURES,
    SILENCE,
    Author,
    CommandCard,
    Reception,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

MOST_SUGGESTED, LONGEST_SUGGESTED = 25, 100
"""Discord's limits for what completes an option."""

_ANSWER_S, _FORGET_S, _DRAWN_S = 60.0, 60.0, 15.0
_SUGGEST_S = 2.5
"""Discord waits three seconds for what completes an option, and nobody types slower than that."""

_NOTHING_FOUND: tuple[type[Exception], ...] = (StoreUnavailable, *TROUBLE)


class Answers:
    """Answers what people say while we are at the gateway, and hears who lets us in."""

    def __init__(self, reception: Reception, cards: Sequence[CommandCard], seal: Seal) -> None:
        """Take who knows the answers, what is known of each command, and what binds buttons."""
        self._reception = reception
        self._cards = {card.name: card for card in cards}
        self._seal = seal

    async def command(self, interaction: Interaction, text: str) -> None:
        """Answer a slash command; one that changes nothing, for whoever gave it alone."""
        await self._answer(interaction, text, self._manner(interaction, text))

    async def press(self, interaction: Interaction) -> None:
        """Answer a button as the command that it says, with the rights of whoever pressed it."""
        said = buttons.press(_custom_id(interaction))
        if said is None or said.replaces:
            manner = Manner.IN_PLACE
        else:
            manner = self._manner(interaction, said.command)
        await self._answer(interaction, "" if said is None else said.command, manner, said)

    async def suggest(self, interaction: Interaction) -> None:
        """Complete what is typed; whatever goes wrong, the person can type on without us."""
        command, option, typed = _typed(interaction)
        found: Sequence[str] = ()
        try:
            async with asyncio.timeout(_SUGGEST_S):
                if (chat := await chat_of(interaction)) is not None:
                    author = author_of(interaction)
                    ask = self._reception.suggest
                    found = await ask(chat, command, option, typed, author)
                fitting = [each for each in found if 0 < len(each) <= LONGEST_SUGGESTED]
                choices = [
                    app_commands.Choice(name=each, value=each) for each in dict.fromkeys(fitting)
                ]
                await interaction.response.autocomplete(choices[:MOST_SUGGESTED])
        except _NOTHING_FOUND as error:
            log.debug("nothing completes /%s %s: %s", command, option, reason(error))

    async def invited(self, chats: Sequence[Chat]) -> None:
        """Somebody let us into these channels, perhaps again."""
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._reception.invited(chats)
        except (StoreUnavailable, TimeoutError) as error:
            # Each of them resumes with its next command, too.
            log.warning("An invitation on Discord was not noted: %s.", reason(error))

    async def left(self, chats: Sequence[Chat]) -> None:
        """Somebody put us out of these channels, or they are no more."""
        try:
            async with asyncio.timeout(_FORGET_S):
                await self._reception.left(chats)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("Leaving channels on Discord was not noted: %s.", reason(error))

    async def apologise(self, interaction: Interaction, text: str, error: BaseException) -> None:
        """Log what nobody expected, and say so to the person who waits for an answer.

        Who was promised none is shown by Discord that none came.
        """
        if isinstance(error, TROUBLE):
            log.warning("%s got no answer on Discord: %s.", text, reason(error))
            if not interaction.response.is_done():
                return
        else:
            log.error("%s failed.", text, exc_info=error)
        with speaking(author_of(interaction).language):
            await self.tell(interaction, phrases.sorry())

    async def tell(self, interaction: Interaction, message: Message) -> None:
        """Tell the person who waits for an answer, and nobody else."""
        try:
            if not interaction.response.is_done():
                await writing.acknowledge(interaction, Manner.ALONE)
            await writing.write(interaction, pages([replace(message, aside=True)]), aside=True)
        except TROUBLE as trouble:
            log.warning("A command got no answer on Discord: %s.", reason(trouble))

    def _manner(self, interaction: Interaction, text: str) -> Manner:
        aloud = in_company(interaction) and self._changes(text)
        return Manner.ALOUD if aloud else Manner.ALONE

    def _changes(self, text: str) -> bool:
        name, *words = text.lower().split()
        card = self._cards.get(name.removeprefix("/"))
        return card is not None and card.changes(words)

    async def _answer(
        self, interaction: Interaction, text: str, manner: Manner, press: Press | None = None
    ) -> None:
        await writing.acknowledge(interaction, manner)
        author = author_of(interaction)
        with speaking(author.language):
            try:
                chat = await chat_of(interaction)
            except discord.HTTPException as error:
                log.info("Somebody on Discord takes no direct messages: %s.", reason(error))
                await self.tell(interaction, phrases.unreachable())
                return
            if chat is None:
                await self.tell(interaction, phrases.nowhere())
            elif not text or (press is not None and not self._seal.fits(press, chat)):
                await self.tell(interaction, phrases.strange())
            else:
                reply = await self._reply(chat, text, author)
                if self._changes(text) and not reply.aside and reply != SILENCE:
                    reply = phrases.with_lacking(reply, lacking(interaction))
                await self._write(interaction, chat, reply)

    async def _reply(self, chat: Chat, text: str, author: Author) -> Message:
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await self._reception.answer(chat, text, author) or phrases.unknown()
        except TimeoutError:
            log.warning("%s took longer than %.0f s.", text, _ANSWER_S)
            return phrases.sorry()

    async def _write(self, interaction: Interaction, chat: Chat, reply: Message) -> None:
        if reply == SILENCE:
            await writing.withdraw(interaction)
            return
        found, tag = pages([reply], await self._pictures(reply)), self._seal.tag(chat)
        if reply.pinned:
            message = await writing.post(interaction, chat, found, tag)
            if message is None:
                found = pages([phrases.not_kept(reply)])
            else:
                await self._note_pinned(chat, message)
                if not is_guest(interaction):
                    await writing.withdraw(interaction)
                    return
        await writing.write(interaction, found, tag, aside=reply.aside)

    async def _pictures(self, reply: Message) -> Mapping[Chart, bytes]:
        if reply.chart is None:
            return NO_PICTURES
        try:
            async with asyncio.timeout(_DRAWN_S):
                png = await self._reception.drawn(reply.chart)
        except TimeoutError:
            log.warning("A chart took longer than %.0f s to draw.", _DRAWN_S)
            return NO_PICTURES
        return NO_PICTURES if png is None else {reply.chart: png}

    async def _note_pinned(self, chat: Chat, message: str) -> None:
        try:
            await self._reception.pinned(chat, message)
        except StoreUnavailable as error:
            # It says what it says, and the next one that is asked for is kept up to date.
            log.warning("A pinned answer was not noted: %s", error)


def _custom_id(interaction: Interaction) -> str:
    """Which component somebody used."""
    data: Mapping[str, Any] = interaction.data or {}
    return str(data.get("custom_id", ""))


def _typed(interaction: Interaction) -> tuple[str, str, str]:
    """The command and the option that somebody is typing, and what is there so far."""
    data: Mapping[str, Any] = interaction.data or {}
    focused: Mapping[str, Any] = next(
        (each for each in data.get("options", ()) if each.get("focused")), {}
    )
    return data.get("name", ""), focused.get("name", ""), str(focused.get("value", ""))
