"""The demo: the whole program against the simulated market, in about a minute."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot import app, settings
from bot.adapters.console import AT_THE_KEYBOARD, CONSOLE_CHAT
from bot.demo import gateway, market
from bot.demo.clock import SteppedClock
from bot.model import Chart, Chat, Message
from bot.parts import find_sources
from bot.ports import NO_PICTURES, SILENCE, Adapter, Author, Part, Reception

STEP = timedelta(minutes=30)
LONGEST_STEP_SECONDS = 2.0
MARK = "[SIMULATED]"
GREETING = Message(
    "This is a simulation",
    (
        "Six invented market days pass in a moment; every number is made up.",
        "You are subscribed to the essentials. Type /status, /subscribe or /help at any time.",
    ),
)
GOODBYE = Message(
    "The simulation is over",
    ("make run starts the real thing.",),
)


class Marked:
    """An adapter whose every message is plainly marked as simulated."""

    def __init__(self, adapter: Adapter) -> None:
        """Take the adapter that carries the marked messages."""
        self.name = adapter.name
        self.limits = adapter.limits
        self._adapter = adapter

    async def listen(self, reception: Reception) -> None:
        """Subscribe the person at the console, then answer as ever, with marks."""
        await reception.answer(CONSOLE_CHAT, "/subscribe", AT_THE_KEYBOARD)
        await self._adapter.listen(MarkedReception(reception))

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """The messages, each with its mark."""
        return self._adapter.render([_mark(message) for message in messages], pictures)

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Deliver one part, which bears its marks."""
        return await self._adapter.post(chat, part, key)

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part, which bears its marks, in the place of a message."""
        await self._adapter.edit(chat, message, part)

    async def check(self) -> None:
        """Ask the adapter beneath."""
        await self._adapter.check()

    async def close(self) -> None:
        """Close the adapter beneath."""
        await self._adapter.close()


class MarkedReception:
    """A reception whose every reply is plainly marked as simulated."""

    def __init__(self, reception: Reception) -> None:
        """Take the reception that knows the replies."""
        self.turn = reception.turn
        self.suggest = reception.suggest
        self.drawn = reception.drawn
        self.pinned = reception.pinned
        self.invited = reception.invited
        self.left = reception.left
        self.moved = reception.moved
        self._reception = reception

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply with its mark."""
        reply = await self._reception.answer(chat, text, author)
        return reply if reply in (None, SILENCE) else _mark(reply)


async def run(seconds: float) -> None:
    """Run the demo to its end in about so many seconds."""
    clock = SteppedClock(market.START, STEP)
    step_seconds = seconds * STEP / (market.END - market.START)
    over = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="altseason-demo-") as folder:
        async with gateway.serve(clock) as served, asyncio.TaskGroup() as tasks:
            life = tasks.create_task(_live(clock, step_seconds, served.rounds, over))
            chosen = settings.load(
                redis_url=None,
                data_dir=Path(folder),
                telegram_bot_token=None,
                discord_bot_token=None,
                source_gateway_url=served.url,
                poll_seconds=step_seconds / 2,
                sources_on=None,
                sources_off=_unsimulated(),
            )
            await app.run(
                chosen,
                app.Roles(platforms=frozenset({app.CONSOLE}), serves=False),
                clock=clock,
                until=over,
                wrap=Marked,
                greeting=GREETING,
                farewell=GOODBYE,
            )
            life.cancel()


def _unsimulated() -> str:
    """Every feed that the simulated market does not speak for."""
    feeds = (feed.name for source in find_sources() for feed in source.feeds)
    return ",".join(name for name in feeds if name not in gateway.FEEDS)


async def _live(
    clock: SteppedClock, step_seconds: float, rounds: gateway.Rounds, over: asyncio.Event
) -> None:
    """Move the market on once every provider has been asked about the present step."""
    loop = asyncio.get_running_loop()
    while clock() < market.END:
        next_step = loop.time() + step_seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_STEP_SECONDS):
                await rounds.whole()
        await asyncio.sleep(next_step - loop.time())
        clock.advance()
    over.set()


def _mark(message: Message) -> Message:
    return replace(message, title=f"{MARK} {message.title}", chart=None)
