"""One stay at Discord's gateway, during which people are heard."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.adapters.discord import menu, phrases
from bot.adapters.discord.answers import Answers
from bot.adapters.discord.place import Interaction
from bot.adapters.discord.shards import Shard, Turns
from bot.adapters.discord.trouble import reason
from bot.model import Chat
from bot.ports import CommandCard

log = logging.getLogger(__name__)

_READY_S, _GRACE_S, _GOODBYE_S = 60.0, 30.0, 1.0
_DROPS, _DROPS_WITHIN_S = 5, 600.0


Within = Callable[[Coroutine[Any, Any, None]], Awaitable[None]]
"""Does something that is to end with the visit."""


class Visit(discord.Client):
    """One shard's stay at the gateway, from login until trouble that resuming does not mend.

    It has nothing but what we need: no privileged intents, no mentions, no messages kept.
    discord.py resumes a dropped session by itself and at once. That is right for one drop; if it
    takes too long, or drops come too often, the visit ends, and its host makes a pause.
    """

    def __init__(
        self,
        cards: Sequence[CommandCard],
        answers: Answers,
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
        self._answers = answers
        self._on_up = on_up
        self._shard = shard
        self._turns = turns
        self._answering: set[asyncio.Task[Any]] = set()
        self._drops: list[float] = []
        self._patience = asyncio.timeout(None)
        self.tree = _Tree(
            self,
            answers,
            self._within,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        for card in cards:
            self.tree.add_command(menu.command(card, self._answer))

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
        translator = menu.Translator()
        await self.tree.set_translator(translator)
        ours = [
            menu.shape(await command.get_translated_payload(self.tree, translator))
            for command in self.tree.get_commands()
        ]
        try:
            known = map(menu.shape, await self._known_commands(self.application_id))
            if sorted(known, key=repr) != sorted(ours, key=repr):
                await self.tree.sync()
                log.info("Discord has the new list of commands.")
        except discord.DiscordServerError:
            raise
        except (discord.HTTPException, discord.RateLimited, app_commands.AppCommandError) as error:
            # The commands it knows still work, and alerts do not need them.
            log.warning("Discord did not take the list of commands: %s.", reason(error))

    async def _known_commands(self, application: int) -> Sequence[dict[str, Any]]:
        """Our commands as Discord has them.

        The tree's own fetch_commands misreads where a command may be used (2.7.1), so that every
        start would find a difference, and asks for no translations.
        """
        route = Route("GET", "/applications/{application}/commands", application=application)
        known: list[dict[str, Any]] = await self.http.request(
            route, params={"with_localizations": "true"}
        )
        return known

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
        if chats := _chats(guild):
            await self._within(self._answers.invited(chats))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server put us out, or is no more; not one that only has an outage."""
        if chats := _chats(guild):
            await self._within(self._answers.left(chats))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is no more; its threads are told one by one."""
        await self._within(self._answers.left([_chat(channel.id)]))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread is no more."""
        await self._within(self._answers.left([_chat(payload.thread_id)]))

    async def on_interaction(self, interaction: Interaction) -> None:
        """Somebody pressed a button; the library itself hears commands, and calls this after it."""
        if interaction.type is discord.InteractionType.component:
            await self._within(self._answers.press(interaction))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell whoever pressed a button that broke; all else is the library's to log."""
        error = sys.exception()
        if event_method == "on_interaction" and error is not None:
            await self._answers.apologise(args[0], "A button", error)
        else:
            await super().on_error(event_method, *args, **kwargs)

    async def _answer(self, interaction: Interaction, text: str) -> None:
        await self._within(self._answers.command(interaction, text))

    async def _within(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something in a task of the library's that ends with this visit."""
        task = asyncio.current_task()
        if task is None or self.is_closed():
            doing.close()
            return
        self._answering.add(task)
        try:
            await doing
        finally:
            self._answering.discard(task)


def _chat(channel_id: int) -> Chat:
    return Chat("discord", str(channel_id))


def _chats(guild: discord.Guild) -> list[Chat]:
    """Where in a server somebody can hear us."""
    places = (*guild.channels, *guild.threads)
    return [_chat(each.id) for each in places if isinstance(each, discord.abc.Messageable)]


class _Tree(app_commands.CommandTree[Visit]):
    def __init__(self, client: Visit, answers: Answers, within: Within, **places: Any) -> None:
        super().__init__(client, **places)
        self._answers = answers
        self._within = within

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Complete what is typed, and let the library go on with commands.

        It would log what came too late to complete anything as an error, which that is not.
        """
        if interaction.type is not discord.InteractionType.autocomplete:
            return True
        await self._within(self._answers.suggest(interaction))
        return False

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Log what a command did not catch, and tell the person who waits for its answer."""
        if isinstance(error, app_commands.CommandInvokeError):
            await self._answers.apologise(interaction, f"/{error.command.name}", error.original)
        else:
            await self._answers.tell(interaction, phrases.changed())
