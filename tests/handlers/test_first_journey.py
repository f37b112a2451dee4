"""A person's first minutes at the console: from /start to an alert, by what its buttons say."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.console import CONSOLE_CHAT, ConsoleAdapter
from bot.delivery.pacing import Pace
from bot.delivery.reception import FrontDesk
from bot.delivery.sender import Sender
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from bot.stores.own_rules import RedisOwnRules
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import ESSENTIALS
from tests.handlers.past import Desk
from tests.handlers.told import NOW, alerts, desk_with


@dataclass
class Person:
    """Whoever sits at the terminal."""

    keyboard: int
    screen: int

    async def reads(self) -> str:
        """The next message, which ends with an empty line."""
        read = b""
        async with asyncio.timeout(8):
            while not read.endswith(b"\n\n"):
                read += await asyncio.to_thread(os.read, self.screen, 65536)
        return read.decode()

    async def types(self, words: str) -> str:
        os.write(self.keyboard, f"{words}\n".encode())
        return await self.reads()

    async def presses(self, label: str, message: str) -> str:
        """Type what a button says."""
        (words,) = re.findall(rf"\[{re.escape(label)}: ([^\]]+)\]", message)
        return await self.types(words)


@asynccontextmanager
async def at_the_console(client: Client, desk: Desk) -> AsyncIterator[Person]:
    with ExitStack() as stack:
        input_fd, keyboard = os.pipe()
        screen, output_fd = os.pipe()
        for fd in (input_fd, keyboard, screen, output_fd):
            stack.callback(os.close, fd)
        adapter = ConsoleAdapter(input_fd, output_fd, colour=False)
        outbox, stop = RedisOutbox(client), asyncio.Event()
        pace = Pace(adapter.name, adapter.limits, outbox)
        front = FrontDesk(desk.reply, RedisSubscriptions(client), outbox, pace)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(adapter.listen(front))
            sending = tasks.create_task(Sender(outbox, adapter, pace).run(stop))
            try:
                yield Person(keyboard, screen)
            finally:
                stop.set()
                await asyncio.wait([sending], timeout=5)
                listening.cancel()


async def test_buttons_lead_from_the_greeting_to_an_explained_alert(
    store_client: Client, tmp_path: Path
) -> None:
    desk = await desk_with(store_client, tmp_path)
    async with at_the_console(store_client, desk) as person:
        hello = await person.types("start")
        assert hello.startswith("Hello, I am altseason-bot\n")
        subscribed = await person.presses("Get the essentials", hello)
        assert subscribed.startswith(f"Subscribed: {', '.join(ESSENTIALS)}\n")
        less = await person.presses("✓ health", subscribed)
        assert less.startswith("Unsubscribed: health\n")

        packs = await person.types("pack")
        shown = await person.presses("altseason-confirmed", packs)
        assert await RedisOwnRules(store_client, lambda: NOW).kept(CONSOLE_CHAT) == []
        added = await person.presses("Add", shown)
        assert "You now also hear: etf.\n1. btc_dominance below 55 and" in added
        assert "1. btc_dominance below 55 and" in await person.presses("My alerts", added)

        told = next(each for each in alerts(tmp_path) if each.id.startswith("dominance_57:"))
        await desk.tell(replace(told, id=f"{told.id}:late"))
        alert = await person.reads()
        assert alert.startswith(told.message.title)
        why = await person.presses("Why", alert)
        assert why.startswith(f"Why: {told.message.title}\n")
        pinned = await person.types("board pin")
        assert pinned.startswith("Phase: ")
