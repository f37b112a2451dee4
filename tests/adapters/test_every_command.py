"""Every command as text, as a slash command and as a button, wherever it can be said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.buttons import Seal
from bot.adapters.telegram import TelegramAdapter
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Button, Chat, Message
from bot.parts import find_parts
from bot.ports import Adapter, Author, Option
from bot.stores.connect import Client
from handlers.help import EXAMPLES
from tests.adapters import fake_discord, telegram_bot, test_discord
from tests.adapters.fake_discord import EVERYTHING, FakeDiscord
from tests.adapters.fake_telegram import ADA, FakeTelegram
from tests.adapters.reception import Deaf
from tests.handlers.past import Desk

COMMANDS = find_parts().commands
CARDS = tuple(command.card for command in COMMANDS)
SAID = [EXAMPLES.get(command.name, f"/{command.name}") for command in COMMANDS]
ON_BUTTONS = [text for text in SAID if len(text.encode()) <= LONGEST_COMMAND_BYTES]
"""What a message of lines holds is typed and never pressed."""
CHANGES = {f"/{command.name}": command.changes for command in COMMANDS}
BROKEN = ("Something went wrong on my side", "I cannot reach my memory right now")
REFUSED = "That is not for everyone here"
GROUP, CHANNEL, MEMBER = -1007, -1009, 2002
SEND_AND_SEE = 3072
"""What a member of a Discord server usually may: see channels and write there."""


@asynccontextmanager
async def running(adapter: Adapter, front: "Front") -> AsyncIterator[None]:
    """The adapter hears until the end of the block."""
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(adapter.listen(front))
        yield
        listening.cancel()
    await adapter.close()


@dataclass
class Front(Deaf):
    """The program's own answers, written down as they are given."""

    desk: Desk
    given: list[tuple[str, str, Message]] = field(default_factory=list)

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        reply = await self.desk.reply(chat, text, author)
        assert reply is not None, text
        self.given.append((chat.member, text, reply))
        return reply

    def judge(self, said: Sequence[str], member: str, *, may_change: bool = True) -> None:
        """What was said was heard in its chat, and answered as is right there."""
        assert [(chat, text) for chat, text, _ in self.given] == [(member, each) for each in said]
        for _, text, reply in self.given:
            assert reply.title not in BROKEN, text
            name, *words = text.lower().split()
            refused = not may_change and CHANGES[name](words)
            assert (reply.title == REFUSED) is refused, text


@dataclass(frozen=True)
class Place:
    """Where on Telegram somebody speaks, and whether they may change anything there."""

    chat: Chat
    kind: str
    by: int = ADA
    standing: str = ""
    may_change: bool = True

    @property
    def thread(self) -> int | None:
        return int(self.chat.thread) if self.chat.thread else None


PLACES = {
    "private": Place(Chat("telegram", str(ADA)), "private"),
    "admin": Place(Chat("telegram", str(GROUP)), "supergroup", standing="administrator"),
    "member": Place(Chat("telegram", str(GROUP)), "supergroup", MEMBER, may_change=False),
    "topic": Place(Chat("telegram", str(GROUP), "42"), "supergroup", standing="creator"),
}


@pytest.mark.parametrize("name", PLACES)
async def test_on_telegram(name: str, store_client: Client) -> None:
    place, front = PLACES[name], Front(Desk(store_client))
    async with FakeTelegram() as telegram, telegram_bot.connected(telegram) as bare:
        telegram.standing[GROUP, place.by] = place.standing or "member"
        adapter = TelegramAdapter(telegram.token, telegram.url, CARDS)
        async with running(adapter, front):
            for text in SAID:
                await telegram.wait_until_heard(
                    await telegram.say(
                        int(place.chat.id), text, kind=place.kind, thread=place.thread, by=place.by
                    )
                )
            assert len({sent.chat_id for sent in telegram.sent}) == 1
            assert len(telegram.sent) >= len(SAID)
            front.judge(SAID, place.chat.member, may_change=place.may_change)
            front.given.clear()
            for text in ON_BUTTONS:
                asking = Message("Ask", buttons=(Button("Do", text),))
                await telegram_bot.shown(telegram, bare, asking, place.chat)
                sent = [each for each in telegram.sent if each.plain == asking.title][-1]
                await telegram.wait_until_told(
                    await telegram.press(sent, "Do", kind=place.kind, by=place.by)
                )
            await telegram.wait_until(lambda: len(front.given) == len(ON_BUTTONS))
    front.judge(ON_BUTTONS, place.chat.member, may_change=place.may_change)


async def test_in_a_telegram_channel(store_client: Client) -> None:
    front = Front(Desk(store_client))
    async with FakeTelegram() as telegram:
        async with running(TelegramAdapter(telegram.token, telegram.url, CARDS), front):
            for text in SAID:
                await telegram.wait_until_heard(await telegram.say(CHANNEL, text, kind="channel"))
        assert len(telegram.sent) >= len(SAID)
    front.judge(SAID, str(CHANNEL))


@pytest.mark.parametrize("place", ["manager", "member", "direct"])
async def test_on_discord(place: str, store_client: Client) -> None:
    front, guild = Front(Desk(store_client)), place != "direct"
    permissions = EVERYTHING if place == "manager" else SEND_AND_SEE
    chat = test_discord.CHANNEL
    async with FakeDiscord() as discord:
        adapter: DiscordAdapter = test_discord.adapter_for(discord, cards=CARDS)
        async with running(adapter, front):
            for command, text in zip(COMMANDS, SAID, strict=True):
                asked = await discord.slash(
                    command.name,
                    _options(command.card.options, text),
                    guild=guild,
                    permissions=permissions,
                )
                await discord.answer_to(asked)
            front.judge(SAID, chat.member, may_change=place != "member")
            front.given.clear()
            seal = Seal(fake_discord.TOKEN).tag(chat)
            for text in ON_BUTTONS:
                pressed = await discord.press(
                    f"{seal}+{text}", guild=guild, permissions=permissions
                )
                await discord.answer_to(pressed)
    front.judge(ON_BUTTONS, chat.member, may_change=place != "member")


def _options(options: Sequence[Option], text: str) -> dict[str, str]:
    """The words of a command as a person fills in its options: the last one takes the rest."""
    names = [option.name for option in options]
    words = text.split()[1:]
    given = dict(zip(names[:-1], words, strict=False))
    rest = words[len(names) - 1 :] if names else []
    return given | ({names[-1]: " ".join(rest)} if rest else {})
