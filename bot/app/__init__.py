"""The composition root: settings in, running parts out. Only here are concrete parts named."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.adapters.console import CONSOLE_CHAT
from bot.app.chat_side import CONSOLE, allowed_chats, chat_side, chosen_adapters, stored_outlook
from bot.app.operator_side import heartbeats, leave, operator_chat
from bot.app.poll_side import make_poller, new_holder, provider_http
from bot.app.watch_side import meters, stored_vitals
from bot.app.web_side import web_server
from bot.metrics import watch_the_loop
from bot.model import Message
from bot.parts import find_parts
from bot.ports import Adapter, Clock, DeliveryError
from bot.settings import Settings, WrongSetting
from bot.stores import open_stores

__all__ = [
    "CONSOLE", "GREETING", "Roles", "leave", "make_poller", "new_holder", "provider_http", "run",
    "stored_outlook", "wall_clock",
]  # fmt: skip

log = logging.getLogger(__name__)

FINISH_SECONDS = 6.0
"""How long a stop waits for sends in flight; supervisors commonly kill after ten."""
CONSOLE_SECONDS = 1.0

GREETING = Message(
    "altseason-bot is running",
    (
        "No chat token is set, so this terminal is the chat.",
        "/subscribe gets you alerts, /status shows where things stand, /help lists the rest.",
    ),
)

Wrap = Callable[[Adapter], Adapter]


@dataclass(frozen=True, slots=True)
class Roles:
    """What this process does."""

    polls: bool = True
    platforms: frozenset[str] | None = None
    """The platforms to serve; None means each that has a token, else the console."""
    serves: bool = True
    """Whether it opens the status page at PORT."""


def wall_clock() -> datetime:
    """The time as the machine has it."""
    return datetime.now(UTC)


async def run(
    settings: Settings,
    roles: Roles,
    *,
    clock: Clock = wall_clock,
    until: asyncio.Event | None = None,
    wrap: Wrap = lambda adapter: adapter,
    greeting: Message | None = None,
    farewell: Message | None = None,
) -> None:
    """Run this process's roles until SIGINT or SIGTERM, or until `until` is set.

    Raises WrongSetting when no platform will have us, and what opening the stores raises.
    """
    started = asyncio.get_running_loop().time()
    stopping = until or asyncio.Event()
    _stop_on_signals(stopping)
    parts = find_parts().switched(settings)
    # A wrong setting is told before anything is opened.
    allowed_chats(settings, parts)
    operator_chat(settings, parts)
    holder = new_holder()
    adapters = [wrap(each) for each in chosen_adapters(settings, roles.platforms, parts)]
    async with AsyncExitStack() as stack:
        for adapter in adapters:
            stack.push_async_callback(adapter.close)
        stores = await stack.enter_async_context(open_stores(settings, parts.platform_names, clock))
        vitals = stored_vitals(settings, parts, stores, adapters)
        metrics = meters(parts, stores, vitals, clock, polls=roles.polls, adapters=adapters)
        counted = metrics.counted
        http = await stack.enter_async_context(provider_http(settings, counted))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        background = [tasks.create_task(watch_the_loop(counted.lagged))]
        if stores.embedded is not None:
            background.append(tasks.create_task(stores.embedded.keep_running()))
        if roles.polls:
            poller = make_poller(settings, parts, stores, http, clock, counted, holder=holder)
            background.append(tasks.create_task(poller.run()))
            beats = heartbeats(settings, poller, vitals, clock)
            background += [tasks.create_task(each.run()) for each in beats]
        platforms, pictures = chat_side(
            settings, parts, stores, adapters, clock, stopping, counted, holder=holder
        )
        if pictures is not None:
            background.append(tasks.create_task(pictures.run()))
        background += [tasks.create_task(platforms.listen(adapter)) for adapter in adapters]
        senders = [tasks.create_task(platforms.deliver(adapter)) for adapter in adapters]
        if roles.serves:
            server = web_server(settings, parts, stores, adapters, clock, vitals, metrics)
            background.append(tasks.create_task(server.run()))
        await _tell_console(adapters, greeting)
        took = asyncio.get_running_loop().time() - started
        # The libraries stay: a full collection that goes through them stops the loop for 0.1 s.
        gc.freeze()
        names = ", ".join(adapter.name for adapter in adapters) or "no chat platform"
        log.info("ready in %.2f s: %s", took, names)
        await stopping.wait()
        log.info("stopping")
        await leave(stores, holder)
        await _drain(senders)
        await _tell_console(adapters, farewell)
        for task in [*background, *senders]:
            task.cancel()
    if platforms.refusal is not None:
        raise WrongSetting(platforms.refusal)


async def _tell_console(adapters: Sequence[Adapter], message: Message | None) -> None:
    """Say something of our own to the person at the terminal, where there is one."""
    for adapter in adapters:
        if message is not None and adapter.name == CONSOLE:
            with suppress(DeliveryError, TimeoutError):
                async with asyncio.timeout(CONSOLE_SECONDS):
                    for part in adapter.render([message]):
                        await adapter.post(CONSOLE_CHAT, part, "console")


async def _drain(senders: Sequence[asyncio.Task[None]]) -> None:
    if senders:
        await asyncio.wait(senders, timeout=FINISH_SECONDS)


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
