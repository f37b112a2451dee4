"""Where on Discord something is said: whose chat that is, who may change it, and what we lack."""

from typing import Any

import discord

from bot.language import N_, _
from bot.model import Chat
from bot.ports import Author, always

Interaction = discord.Interaction[Any]
"""Something that somebody said with Discord's own means: a command, a button, half an option."""

_MANAGERS = N_("members with the permission Manage Server")
_VIEW, _SEND, _SEND_IN_THREADS, _EMBED = (
    N_("View Channel"),
    N_("Send Messages"),
    N_("Send Messages in Threads"),
    N_("Embed Links"),
)


def is_guest(interaction: Interaction) -> bool:
    """Whether only the person who asks has installed us: we may answer, and post nothing there."""
    if interaction.guild_id is None:
        return bool(interaction.context.private_channel)
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def in_company(interaction: Interaction) -> bool:
    """Whether the chat is one of a server's channels, and not one person's."""
    return interaction.guild_id is not None and not is_guest(interaction)


def hides(interaction: Interaction) -> bool:
    """Whether others could read an answer there that is not kept from them."""
    return interaction.guild_id is not None or is_guest(interaction)


async def chat_of(interaction: Interaction) -> Chat | None:
    """The chat that is spoken of; None where Discord names none.

    Where we are a guest it is that person's direct messages, which the library opens once and
    remembers. Raises an HTTPException when the person takes none.
    """
    if is_guest(interaction):
        return Chat("discord", str((await interaction.user.create_dm()).id))
    if interaction.channel_id is None:
        return None
    return Chat("discord", str(interaction.channel_id))


def author_of(interaction: Interaction) -> Author:
    """Who speaks; in a server, Discord says along with it what they may do there."""
    may = interaction.permissions

    async def manages() -> bool:
        return may.manage_guild or may.administrator

    if in_company(interaction):
        locale, rights = interaction.guild_locale or interaction.locale, manages
    else:
        locale, rights = interaction.locale, always
    return Author(str(interaction.user.id), rights, _(_MANAGERS), str(locale.value))


def lacking(interaction: Interaction) -> list[str]:
    """The permissions without which no alert will show in the channel, as Discord calls them."""
    may = interaction.app_permissions
    if not in_company(interaction) or may.administrator:
        return []
    if isinstance(interaction.channel, discord.Thread):
        send = (_SEND_IN_THREADS, may.send_messages_in_threads)
    else:
        send = (_SEND, may.send_messages)
    needed = ((_VIEW, may.view_channel), send, (_EMBED, may.embed_links))
    return [_(name) for name, granted in needed if not granted]
