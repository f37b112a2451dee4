"""How an answer is written: where, for whose eyes, and with its picture where Discord takes it."""

import io
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, TypeVar

import discord

from bot.adapters.discord.buttons import view
from bot.adapters.discord.errors import NO_FILE
from bot.adapters.discord.pages import FILE, Page
from bot.adapters.discord.place import Interaction, hides
from bot.adapters.discord.trouble import LOST, reason
from bot.model import Chat

log = logging.getLogger(__name__)

Shown = TypeVar("Shown")

_PROMISED_ALREADY, _INVALID_FORM = 40060, 50035


class Manner(Enum):
    """How an answer was promised, which Discord then holds us to."""

    ALONE = auto()
    """To whoever asked alone."""
    ALOUD = auto()
    """To all who read the channel."""
    IN_PLACE = auto()
    """Instead of the message on which a button was pressed."""


async def acknowledge(interaction: Interaction, manner: Manner) -> None:
    """Promise an answer; Discord waits three seconds for this, and a quarter of an hour for it."""
    interaction.extras[Manner] = manner
    alone = manner is Manner.ALONE and hides(interaction)

    async def promise() -> None:
        await interaction.response.defer(ephemeral=alone, thinking=manner is not Manner.IN_PLACE)

    try:
        await promise()
    except LOST:
        try:
            await promise()
        except discord.HTTPException as error:
            # Then it was the answer to the first one that did not get through.
            if error.code != _PROMISED_ALREADY:
                raise


async def write(
    interaction: Interaction, pages: Sequence[Page], tag: str = "", *, aside: bool = False
) -> None:
    """Keep the promise; what is `aside` is kept from all but whoever asked, whatever it was."""
    manner = interaction.extras[Manner]
    if aside and manner is not Manner.ALONE:
        if manner is Manner.ALOUD:
            # As long as it says "thinking", Discord takes what follows for that very message, which
            # all may read, or which is gone (discord-api-docs issues 2739 and 2866).
            await interaction.edit_original_response(content="…")
        await withdraw(interaction)
        await _follow(interaction, pages, tag, alone=True)
        return
    first, *rest = pages

    async def edit(page: Page) -> None:
        await interaction.edit_original_response(
            embeds=page.embeds, view=view(page.buttons, tag), attachments=_files(page)
        )

    async def put(page: Page) -> None:
        try:
            await edit(page)
        except LOST:
            # The same text in the same place does no harm where the first one arrived.
            await edit(page)

    await _with_or_without_picture(first, put)
    on = interaction.message if manner is Manner.IN_PLACE else None
    alone = manner is Manner.ALONE if on is None else on.flags.ephemeral
    await _follow(interaction, rest, tag, alone=alone)


async def withdraw(interaction: Interaction) -> None:
    """Leave no trace of the promise."""
    if interaction.extras[Manner] is not Manner.IN_PLACE:
        await interaction.delete_original_response()


async def post(interaction: Interaction, chat: Chat, pages: Sequence[Page], tag: str) -> str | None:
    """Write an answer as messages of the chat's own and pin the first one, whose id this returns.

    None where that cannot be done now; not being allowed to pin is no trouble.
    """
    channel = interaction.client.get_partial_messageable(int(chat.id))

    async def send(page: Page) -> discord.Message:
        message: discord.Message = await channel.send(**_fields(page, tag))
        return message

    try:
        first, *_ = [await _with_or_without_picture(page, send) for page in pages]
    except discord.HTTPException as error:
        log.info("An answer could not be posted to a channel of Discord's: %s.", reason(error))
        return None
    with suppress(discord.HTTPException):
        await first.pin()
    return str(first.id)


async def _follow(
    interaction: Interaction, pages: Sequence[Page], tag: str, *, alone: bool
) -> None:
    async def send(page: Page) -> None:
        ephemeral = alone and hides(interaction)
        await interaction.followup.send(**_fields(page, tag), ephemeral=ephemeral)

    for page in pages:
        await _with_or_without_picture(page, send)


async def _with_or_without_picture(page: Page, show: Callable[[Page], Awaitable[Shown]]) -> Shown:
    """Show a page; one whose picture Discord refuses, without it."""
    try:
        return await show(page)
    except discord.HTTPException as error:
        if page.chart is None or not _about_file(error):
            raise
        log.info("Discord took no picture, so the text goes alone: %s.", reason(error))
    return await show(page.bare)


def _about_file(error: discord.HTTPException) -> bool:
    named = error.code == _INVALID_FORM and ("attachments" in error.text or "files" in error.text)
    return error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or error.code in NO_FILE or named


def _fields(page: Page, tag: str) -> dict[str, Any]:
    """A new message as discord.py takes it; what it lacks must not even be named."""
    fields: dict[str, Any] = {"embeds": page.embeds}
    if page.chart is not None:
        fields["files"] = _files(page)
    if page.buttons:
        fields["view"] = view(page.buttons, tag)
    return fields


def _files(page: Page) -> list[discord.File]:
    """The picture of a page, to be read once."""
    if page.chart is None:
        return []
    return [discord.File(io.BytesIO(page.png), FILE, description=page.alternative)]
