"""Slash commands: one stay at Discord's gateway, and the answers given during it."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.embeds import embeds, shortened
from bot.adapters.discord.shards import Shard, Turns
from bot.adapters.discord.trouble import TROUBLE, reason
from bot.language import N_
from bot.model import Chat, Message
from bot.ports import SILENCE, Author, CommandCard, Reception, StoreUnavailable, always

log = logging.getLogger(__name__)

_SUMMARY, _CHOICES = 100, 25
"""Discord's limits for a command's description and for the choices of an option."""

_READY_S, _GRACE_S, _ANSWER_S, _GOODBYE_S = 60.0, 30.0, 60.0, 1.0
_DROPS, _DROPS_WITHIN_S = 5, 600.0

_MANAGERS = N_("members with the permission Manage Server")

_SORRY = Message("Something went wrong", ("Please try again in a minute.",))
_CHANGED = Message("This command has changed", ("Reload Discord to see the present ones.",))
_UNKNOWN = Message("I do not know that command", ("/help lists those I know.",))
_NOWHERE = Message("I cannot tell which channel this is", ("Please try in another one.",))


class Visit(discord.Client):
    """One shard's stay at the gateway, from login until trouble that resuming does not mend.

    It has nothing but what we need: no privileged intents, no mentions, no messages kept.
    discord.py resumes a dropped session by itself and at once. That is right for one drop; if it
    takes too long, or drops come too often, the visit ends, and its host makes a pause.
    """

    def __init__(
        self,
        cards: Sequence[CommandCard],
        reception: Reception,
        on_up: Callable[[Shard], None],
        shard: Shard,
        turns: Turns,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=30.0,
            max_messages=None,
            chunk_guilds_at_startup=False,
            # Nothing here reads the list of servers, so there is nothing to wait for.
            guild_ready_timeout=0.0,
            shard_id=shard.number,
            shard_count=shard.of if shard.of > 1 else None,
        )
        self._reception = reception
        self._on_up = on_up
        self._shard = shard
        self._turns = turns
        self._answering: set[asyncio.Task[Any]] = set()
        self._drops: list[float] = []
        self._patience = asyncio.timeout(None)
        self.tree = _Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            # Installed for one user only, the bot could answer but never post an alert.
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        for card in cards:
            self.tree.add_command(_command(card))

    async def attend(self, token: str) -> None:
        """Log in and answer commands; returns or raises when the connection is lost for good."""
        try:
            async with asyncio.timeout(_READY_S):
                await self.login(token)
            await self._turns.take(self._shard)
            async with asyncio.timeout(_READY_S) as self._patience:
                await self.connect(reconnect=False)
        finally:
            for task in self._answering:
                task.cancel()
            if self._answering:
                await asyncio.wait(self._answering, timeout=_GOODBYE_S)
            await self.leave()

    async def leave(self) -> None:
        """Close all connections, also those to a peer that no longer answers."""
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self.close()
        except TimeoutError:
            await self.http.close()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for another turn when Discord wants a new session in the midst of a visit."""
        await super().before_identify_hook(shard_id, initial=initial)
        if not initial:
            await self._turns.take(self._shard)

    async def setup_hook(self) -> None:
        """Tell Discord our commands, if they are not those it knows; one shard does for all."""
        if self._shard.number:
            return
        if self.application_id is None:
            raise discord.MissingApplicationID
        ours = [_shape(command.to_dict(self.tree)) for command in self.tree.get_commands()]
        try:
            # The tree's own fetch_commands misreads where a command may be used (2.7.1), so that
            # every start would find a difference.
            known = map(_shape, await self.http.get_global_commands(self.application_id))
            if sorted(known, key=repr) != sorted(ours, key=repr):
                await self.tree.sync()
                log.info("Discord has the new list of commands.")
        except discord.DiscordServerError:
            raise
        except (discord.HTTPException, discord.RateLimited, app_commands.AppCommandError) as error:
            # The commands it knows still work, and alerts do not need them.
            log.warning("Discord did not take the list of commands: %s.", reason(error))

    async def on_connect(self) -> None:
        """A session has begun."""
        self._be_patient(None)
        self._on_up(self._shard)

    async def on_resumed(self) -> None:
        """A session goes on after a drop."""
        self._be_patient(None)
        self._on_up(self._shard)

    async def on_disconnect(self) -> None:
        """The connection dropped, and discord.py is about to resume the session."""
        now = asyncio.get_running_loop().time()
        self._drops = [drop for drop in self._drops if drop > now - _DROPS_WITHIN_S] + [now]
        self._be_patient(now + (_GRACE_S if len(self._drops) < _DROPS else 0.0))

    def _be_patient(self, until: float | None) -> None:
        if not self.is_closed() and not self._patience.expired():
            self._patience.reschedule(until)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server let us in, perhaps again; not one that only came back after an outage."""
        places = (*guild.channels, *guild.threads)
        heard = [place.id for place in places if isinstance(place, discord.abc.Messageable)]
        chats = [Chat("discord", str(channel)) for channel in heard]
        task = asyncio.current_task()
        if task is None or self.is_closed() or not chats:
            return
        self._answering.add(task)
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._reception.invited(chats)
        except (StoreUnavailable, TimeoutError) as error:
            # Each of them resumes with its next command, too.
            log.warning("An invitation on Discord was not noted: %s.", reason(error))
        finally:
            self._answering.discard(task)

    async def respond(self, interaction: discord.Interaction["Visit"], text: str) -> None:
        """Answer one command, in a task of the library's that ends with this visit."""
        task = asyncio.current_task()
        if task is None or self.is_closed():
            return
        self._answering.add(task)
        try:
            # Discord waits three seconds for a first word, and a quarter of an hour for the rest.
            await interaction.response.defer()
            reply = await self._reply(interaction, text)
            if reply == SILENCE:
                await interaction.delete_original_response()
            else:
                await self.say(interaction, reply)
        finally:
            self._answering.discard(task)

    async def say(self, interaction: discord.Interaction["Visit"], message: Message) -> None:
        """Write a message where a deferred command shows that we are thinking."""
        if not interaction.response.is_done():
            await interaction.response.defer()
        first, *rest = embeds(message)
        await interaction.edit_original_response(embed=first)
        for embed in rest:
            await interaction.followup.send(embed=embed)

    async def _reply(self, interaction: discord.Interaction["Visit"], text: str) -> Message:
        if interaction.channel_id is None:
            return _NOWHERE
        chat = Chat("discord", str(interaction.channel_id))
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await self._reception.answer(chat, text, _author(interaction)) or _UNKNOWN
        except TimeoutError:
            log.warning("%s took longer than %.0f s.", text, _ANSWER_S)
            return _SORRY


class _Tree(app_commands.CommandTree[Visit]):
    async def on_error(
        self, interaction: discord.Interaction[Visit], error: app_commands.AppCommandError, /
    ) -> None:
        """Log what a command did not catch, and tell the person who waits for its answer."""
        message = _CHANGED
        if isinstance(error, app_commands.CommandInvokeError):
            name, cause = error.command.name, error.original
            if isinstance(cause, TROUBLE):
                log.warning("/%s got no answer on Discord: %s.", name, reason(cause))
                return
            log.error("/%s failed.", name, exc_info=cause)
            message = _SORRY
        try:
            await interaction.client.say(interaction, message)
        except TROUBLE as trouble:
            log.warning("A command got no answer on Discord: %s.", reason(trouble))


def _author(interaction: discord.Interaction[Visit]) -> Author:
    """Who gave a command; in a server Discord says along with it what they may do there."""
    may = interaction.permissions

    async def manages() -> bool:
        return may.manage_guild or may.administrator

    rights = always if interaction.guild_id is None else manages
    return Author(str(interaction.user.id), rights, _MANAGERS)


def _command(card: CommandCard) -> app_commands.Command[Any, ..., None]:
    async def plain(interaction: discord.Interaction[Visit]) -> None:
        await interaction.client.respond(interaction, f"/{card.name}")

    async def chosen(interaction: discord.Interaction[Visit], value: str | None = None) -> None:
        await interaction.client.respond(interaction, f"/{card.name} {value or ''}".rstrip())

    option = next(iter(card.options), None)
    if option is not None:
        app_commands.rename(value=option.name)(chosen)
        app_commands.describe(value=shortened(option.summary, _SUMMARY))(chosen)
        if 0 < len(option.choices) <= _CHOICES:
            listed = [app_commands.Choice(name=choice, value=choice) for choice in option.choices]
            app_commands.choices(value=listed)(chosen)
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=card.name,
        description=shortened(card.summary, _SUMMARY),
        callback=chosen if option else plain,
    )
    if card.changes(()):
        # Only a default, which hides it in menus and which a server may override.
        command.default_permissions = discord.Permissions(manage_guild=True)
    return command


def _shape(payload: Mapping[str, Any]) -> tuple[object, ...]:
    """What we set of a command, without the ids and defaults that Discord adds."""
    options = [
        (
            *(option[key] for key in ("name", "type", "description")),
            option.get("required", False),
            [(choice["name"], choice["value"]) for choice in option.get("choices") or ()],
        )
        for option in payload.get("options") or ()
    ]
    places = [sorted(payload.get(key) or ()) for key in ("contexts", "integration_types")]
    # We send a number, and Discord tells it back as text.
    shown_to = int(payload.get("default_member_permissions") or 0)
    return payload["name"], payload["type"], payload["description"], options, places, shown_to
