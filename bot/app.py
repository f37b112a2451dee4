"""The composition root: settings in, running parts out. Only here are concrete parts named."""

import asyncio
import logging
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.adapters.console import CONSOLE_CHAT
from bot.commands import Services
from bot.delivery.boards import BoardKeeper
from bot.delivery.conditions import Conditions
from bot.delivery.digests import DigestPost
from bot.delivery.keeping import Keeper, by_name
from bot.delivery.outage import answers
from bot.delivery.platforms import Platforms
from bot.delivery.relay import Relay
from bot.fetcher import Fetcher
from bot.gathering import DigestDesk
from bot.http import ProviderHttp
from bot.model import Message
from bot.outlook import StoredOutlook
from bot.parts import Parts, find_parts, find_sources
from bot.past import StoredPast
from bot.pictures import DrawnPictures
from bot.poller import Poller
from bot.ports import Adapter, Clock, DeliveryError
from bot.router import Router
from bot.settings import Settings, WrongSetting
from bot.stores import Stores, open_stores
from bot.topics import TOPICS

log = logging.getLogger(__name__)

CONSOLE = "console"
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
    _allowed(settings, parts)  # A wrong setting is told before anything is opened.
    adapters = [wrap(each) for each in _adapters(settings, roles, parts)]
    async with AsyncExitStack() as stack:
        for adapter in adapters:
            stack.push_async_callback(adapter.close)
        stores = await stack.enter_async_context(open_stores(settings, parts.platform_names, clock))
        http = await stack.enter_async_context(provider_http(settings))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        background = []
        if stores.embedded is not None:
            background.append(tasks.create_task(stores.embedded.keep_running()))
        if roles.polls:
            poller = make_poller(settings, parts, stores, http, clock)
            background.append(tasks.create_task(poller.run()))
        platforms, pictures = _chat_side(settings, parts, stores, adapters, clock, stopping)
        if pictures is not None:
            background.append(tasks.create_task(pictures.run()))
        background += [tasks.create_task(platforms.listen(adapter)) for adapter in adapters]
        senders = [tasks.create_task(platforms.deliver(adapter)) for adapter in adapters]
        await _tell_console(adapters, greeting)
        took = asyncio.get_running_loop().time() - started
        names = ", ".join(adapter.name for adapter in adapters) or "no chat platform"
        log.info("ready in %.2f s: %s", took, names)
        await stopping.wait()
        log.info("stopping")
        await _drain(senders)
        await _tell_console(adapters, farewell)
        for task in [*background, *senders]:
            task.cancel()
    if platforms.refusal is not None:
        raise WrongSetting(platforms.refusal)


def _chat_side(  # noqa: PLR0917 - what one process has, each once.
    settings: Settings,
    parts: Parts,
    stores: Stores,
    adapters: Sequence[Adapter],
    clock: Clock,
    stopping: asyncio.Event,
) -> tuple[Platforms, DrawnPictures | None]:
    """Who answers and who delivers, and who draws where any chat can show a picture."""
    past = _past(parts, stores, clock)
    pictures = None
    if any(adapter.name != CONSOLE for adapter in adapters):
        pictures = DrawnPictures(past, stores.journal, parts.indicators)
    services = _services(settings, parts, stores, past, clock)
    router = Router(parts.commands, services, clock, allowed=_allowed(settings, parts))
    platforms = Platforms(
        adapters,
        answer=router.answer,
        suggest=router.suggest,
        pictures=pictures,
        subscriptions=stores.subscriptions,
        outbox=stores.outbox,
        boards=stores.boards,
        leases=stores.listening,
        holder=_holder(),
        stopping=stopping,
        keepers=_keepers(stores, services, adapters, clock),
    )
    return platforms, pictures


def _adapters(settings: Settings, roles: Roles, parts: Parts) -> list[Adapter]:
    cards = [command.card for command in parts.commands]
    built = [platform.build(settings, cards) for platform in parts.platforms]
    ready = {adapter.name: adapter for adapter in built if adapter is not None}
    if roles.platforms is None:
        chats = [adapter for name, adapter in ready.items() if name != CONSOLE]
        return chats or [ready[CONSOLE]]
    for name in sorted(roles.platforms - ready.keys()):
        raise WrongSetting(f"{name.upper()}_BOT_TOKEN is not set, so nothing can be delivered.")
    return [ready[name] for name in sorted(roles.platforms)]


@asynccontextmanager
async def provider_http(settings: Settings) -> AsyncIterator[ProviderHttp]:
    """The way out to providers.

    A host that two sources share is asked as seldom as the more careful of them says.
    """
    spacing: dict[str, float] = {}
    forbidden: dict[str, float] = {}
    for source in find_sources():
        spacing[source.host] = max(spacing.get(source.host, 0.0), source.min_interval_seconds)
        forbidden[source.host] = max(forbidden.get(source.host, 0.0), source.forbidden_wait_seconds)
    async with ProviderHttp(
        gateway=settings.source_gateway_url,
        spacing_seconds=spacing,
        forbidden_wait_seconds=forbidden,
        keys=settings.provider_keys,
    ) as http:
        yield http


def make_poller(
    settings: Settings, parts: Parts, stores: Stores, http: ProviderHttp, clock: Clock
) -> Poller:
    """A poller of these parts under a name of its own."""
    return Poller(
        fetcher=Fetcher(parts.feeds, http, clock, settings.poll_seconds),
        indicators=parts.indicators,
        journal=stores.journal,
        lease=stores.lease,
        own=stores.own_index,
        clock=clock,
        all_feeds=parts.all_feeds,
        holder=_holder(),
    )


def _holder() -> str:
    """A name for this process that no other bears, not even its successor."""
    return f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"


def stored_outlook(parts: Parts, stores: Stores) -> StoredOutlook:
    """What `/status` reads."""
    return StoredOutlook(stores.journal, parts.indicators, parts.feeds)


def _past(parts: Parts, stores: Stores, clock: Clock) -> StoredPast:
    return StoredPast(
        stores.journal, parts.indicators, parts.feeds, clock, all_feeds=parts.all_feeds
    )


def _services(
    settings: Settings, parts: Parts, stores: Stores, past: StoredPast, clock: Clock
) -> Services:
    return Services(
        subscriptions=stores.subscriptions,
        outlook=stored_outlook(parts, stores),
        past=past,
        own=stores.own,
        records=stores.journal,
        deliveries=stores.deliveries,
        forgetting=stores.forgetting,
        preferences=stores.preferences,
        holding=stores.holding,
        boards=stores.boards,
        links=stores.links,
        topics=TOPICS,
        indicators=parts.indicators,
        commands=parts.commands,
        sources=parts.sources,
        rules_per_chat=settings.rules_per_chat,
    )


def _keepers(
    stores: Stores, services: Services, adapters: Sequence[Adapter], clock: Clock
) -> tuple[Keeper, ...]:
    """What is done for a platform by whoever listens to it."""
    named = {each.name: each for each in adapters}

    async def is_there(platform: str) -> bool:
        return await answers(named[platform])

    conditions = Conditions(
        waiting=stores.holding,
        outbox=stores.outbox,
        own=services.own,
        outlook=services.outlook,
        past=services.past,
        indicators=services.indicators,
        clock=clock,
    )

    return (
        by_name(conditions.keep),
        BoardKeeper(stores.boards, services.outlook, stores.preferences, clock).keep,
        by_name(DigestPost(stores.digests, DigestDesk(services).digest, clock).keep),
        by_name(Relay(stores.relays, is_there, clock).keep),
    )


def _allowed(settings: Settings, parts: Parts) -> tuple[str, ...]:
    """The only chats to talk to, none for all; whoever sits at the terminal runs the bot."""
    names = settings.allowed_chats
    for name in names:
        platform = name.partition(":")[0]
        if platform not in parts.platform_names:
            known = " or ".join(each for each in parts.platform_names if each != CONSOLE)
            raise WrongSetting(f"ALLOWED_CHATS names {platform}, which is not {known}.")
    return (*names, f"{CONSOLE_CHAT.platform}:{CONSOLE_CHAT.id}") if names else ()


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
