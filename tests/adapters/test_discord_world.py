"""The real commands in a simulated Discord: slash commands and buttons, by admins and members."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import discord
import pytest
import simcord
from simcord.components import walk_components

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.buttons import Seal
from bot.adapters.discord.gateway import Visit
from bot.adapters.discord.shards import Shard, Turns
from bot.model import Button, Chat, Message
from bot.ports import Author, CommandCard, Option
from bot.stores.connect import Client
from tests.adapters.reception import Deaf
from tests.handlers.past import PARTS, Desk

HOSTILE = "<b>@everyone [x](http://y)"
PICK = CommandCard("pick", "A word that can be completed", (Option("word", "Any", suggests=True),))
CARDS = (*(command.card for command in PARTS.commands), PICK)
HEAR, HEAR_HERE = (
    Button("Hear it", "/subscribe season"),
    Button("Hear it here", "/subscribe season", replaces=True),
)


def as_it_is(reply: Message) -> Message:
    return reply


def set_aside(reply: Message) -> Message:
    return replace(reply, aside=True)


def to_be_pinned(reply: Message) -> Message:
    return replace(reply, pinned=True)


@dataclass
class Reception(Deaf):
    """The program's own answers, over a store that is empty, changed as a test wants them."""

    desk: Desk
    change: Callable[[Message], Message] = as_it_is

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        reply = await self.desk.router.answer(chat, text, author)
        return reply and self.change(reply)

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        return [f"{typed}{letter}" for letter in "abc"]


@dataclass
class World:
    env: simcord.Env
    guild: simcord.GuildHandle
    general: simcord.ChannelHandle
    admin: simcord.MemberActor
    member: simcord.MemberActor


@asynccontextmanager
async def world(reception: Reception) -> AsyncIterator[World]:
    answers = Answers(reception, CARDS, Seal("token"))
    visit = Visit(CARDS, answers, lambda _shard: None, Shard(), Turns(1))
    async with asyncio.timeout(None) as visit._patience, simcord.run(visit) as env:
        guild = env.create_guild()
        managers = guild.create_role("mods", permissions=discord.Permissions(manage_guild=True))
        yield World(
            env,
            guild,
            guild.create_text_channel("general"),
            guild.add_member(env.create_user("ada"), roles=[managers]),
            guild.add_member(env.create_user("bob")),
        )


def seen(message: simcord.ResponseMessage | discord.Message | None) -> str:
    """Everything a reader sees."""
    assert message is not None
    texts = [(embed.title, embed.description, embed.footer.text) for embed in message.embeds]
    return "\n".join(text for each in texts for text in each if text)


def labels(message: simcord.ResponseMessage | None) -> list[str]:
    assert message is not None
    return [each["label"] for each in walk_components(message.components) if "label" in each]


def let_members(there: World, name: str) -> None:
    """As a server may: show a command to all of its members."""
    command = there.env.backend.find_command(name, None)
    assert command is not None
    there.guild.set_command_permissions(int(command["id"]), {there.guild.default_role: True})


async def test_an_admin_subscribes_for_all_to_read(store_client: Client) -> None:
    desk = Desk(store_client)
    async with world(Reception(desk)) as there:
        told = await there.admin.slash(there.general, "subscribe", topic="dominance")
        asked = await there.member.slash(there.general, "subscriptions")
        chat = Chat("discord", str(there.general.id))
    assert seen(told.response).startswith("Subscribed: dominance")
    assert (told.ephemeral, asked.ephemeral) == (False, True)
    assert seen(asked.response).startswith("You hear")
    assert "dominance" in await desk.ask("/subscriptions", chat)


async def test_a_member_is_not_offered_changes_and_refused_where_they_are(
    store_client: Client,
) -> None:
    desk = Desk(store_client)
    async with world(Reception(desk)) as there:
        offered = there.member.available_commands(there.general)
        assert "status" in offered
        assert "subscribe" not in offered
        let_members(there, "subscribe")
        refused = await there.member.slash(there.general, "subscribe", topic="dominance")
        (told,) = refused.followups
        chat = Chat("discord", str(there.general.id))
    assert refused.response is None
    assert (seen(told).startswith("That is not for everyone here"), told.ephemeral) == (True, True)
    assert "You hear nothing yet" in await desk.ask("/subscriptions", chat)


async def test_a_person_has_a_chat_of_their_own(store_client: Client) -> None:
    async with world(Reception(Desk(store_client))) as there:
        reader = there.env.create_user("eve")
        told = await reader.slash("subscribe", topic="season")
        again = await reader.slash("subscriptions")
    assert (seen(told.response).startswith("Subscribed: season"), told.ephemeral) == (True, False)
    assert seen(again.response).startswith("You hear\nseason")


async def test_a_thread_is_a_chat_of_its_own(store_client: Client) -> None:
    async with world(Reception(Desk(store_client))) as there:
        there.env.backend.create_thread(there.general.id, "rotation", there.admin.id)
        (thread,) = there.general.threads
        await there.admin.slash(thread, "subscribe", topic="season")
        in_thread = await there.member.slash(thread, "subscriptions")
        in_channel = await there.member.slash(there.general, "subscriptions")
    assert seen(in_thread.response).startswith("You hear\nseason")
    assert seen(in_channel.response).startswith("You hear nothing yet")


async def test_a_button_has_the_rights_of_whoever_presses_it(store_client: Client) -> None:
    with_buttons = Reception(
        Desk(store_client), lambda reply: replace(reply, buttons=(HEAR, HEAR_HERE))
    )
    async with world(with_buttons) as there:
        # Whoever lets an alert's buttons be seen by all: an answer that changes something.
        shown = await there.admin.slash(there.general, "subscribe", topic="dominance")
        assert shown.response is not None
        assert labels(shown.response) == ["Hear it", "Hear it here"]
        refused = await there.member.click(shown.response.message, label="Hear it")
        kept = await there.member.click(shown.response.message, label="Hear it here")
        assert seen(there.general.last_message).startswith("Subscribed: dominance")
        heard = await there.admin.click(shown.response.message, label="Hear it here")
    for said in (refused, kept):
        assert seen(said.followups[-1]).startswith("That is not for everyone here")
        assert said.followups[-1].ephemeral
    assert seen(shown.response).startswith("Subscribed: season")
    assert heard.followups == []


async def test_the_library_remembers_no_button(store_client: Client) -> None:
    with_buttons = Reception(Desk(store_client), lambda reply: replace(reply, buttons=(HEAR,)))
    async with world(with_buttons) as there:
        for _ in range(3):
            await there.admin.slash(there.general, "subscribe")
        assert list(there.env.bot.persistent_views) == []
        assert there.env.bot._connection._view_store._views == {}


async def test_what_is_typed_is_completed(store_client: Client) -> None:
    async with world(Reception(Desk(store_client))) as there:
        found = await there.member.autocomplete(there.general, "pick", "word", "b")
    assert [choice["value"] for choice in found] == ["ba", "bb", "bc"]


async def test_a_pinned_answer_stands_in_the_channel(store_client: Client) -> None:
    async with world(Reception(Desk(store_client), to_be_pinned)) as there:
        asked = await there.member.slash(there.general, "board")
        (board,) = there.general.pinned_messages()
    assert asked.response is None
    assert board.embeds[0].title


@pytest.mark.parametrize("change", [as_it_is, set_aside, to_be_pinned])
async def test_a_coin_with_a_wicked_name_harms_nobody(
    store_client: Client, change: Callable[[Message], Message]
) -> None:
    wicked = Message(HOSTILE, (HOSTILE,), HOSTILE, buttons=(Button(HOSTILE, f"/why {HOSTILE}"),))
    async with world(Reception(Desk(store_client), lambda _reply: change(wicked))) as there:
        asked = await there.admin.slash(there.general, "subscribe")
        told = [each.message for each in (asked.response, *asked.followups) if each is not None]
        found = told or [*there.general.pinned_messages()]
    (message,) = found
    (embed,) = message.embeds
    assert not message.mention_everyone
    assert embed.title == embed.description == "\\<b>@everyone \\[x](http://y)"
    assert embed.footer.text == HOSTILE
