"""All stores together, on whichever Redis the settings ask for."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.ports import Clock, StoreUnavailable
from bot.settings import Settings, WrongSetting
from bot.stores import keys, schema
from bot.stores.boards import RedisBoards
from bot.stores.connect import Client, connect
from bot.stores.dead_letters import RedisDeadLetters
from bot.stores.deliveries import RedisDeliveries
from bot.stores.digests import RedisDigests
from bot.stores.embedded import EmbeddedRedis, has_file
from bot.stores.forgetting import RedisForgetting
from bot.stores.holding import RedisHolding
from bot.stores.inbox import RedisInbox
from bot.stores.inspection import Inspection, inspect
from bot.stores.journal import RedisJournal
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.links import RedisLinks
from bot.stores.operator import RedisOperatorDesk
from bot.stores.outbox import RedisOutbox
from bot.stores.own_index import RedisOwnIndex
from bot.stores.own_rules import RedisOwnRules
from bot.stores.preferences import RedisPreferences
from bot.stores.relays import RedisRelays
from bot.stores.signs import RedisSigns
from bot.stores.subscriptions import RedisSubscriptions

log = logging.getLogger(__name__)

LISTENING_SECONDS = 10.0
"""A platform is deaf for so long when the process that listened to it was killed."""
FORGOTTEN = (
    "the server at REDIS_URL is empty, and %s holds what an embedded one kept: to go on from "
    "there, stop the bot, empty that server again and run `python -m bot migrate`"
)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything the bot remembers."""

    journal: RedisJournal
    lease: RedisLease
    subscriptions: RedisSubscriptions
    own: RedisOwnRules
    own_index: RedisOwnIndex
    outbox: RedisOutbox
    dead_letters: RedisDeadLetters
    deliveries: RedisDeliveries
    forgetting: RedisForgetting
    preferences: RedisPreferences
    holding: RedisHolding
    boards: RedisBoards
    digests: RedisDigests
    links: RedisLinks
    relays: RedisRelays
    operator: RedisOperatorDesk
    signs: RedisSigns
    listening: Callable[[str], RedisLease]
    """The lease of whoever listens to a platform, by the platform's name."""
    inbox: Callable[[str], RedisInbox]
    """What a platform brought and is not answered yet, by the platform's name."""
    inspect: Callable[[], Awaitable[Inspection]]
    """Look at the server itself; raises StoreUnavailable."""
    embedded: EmbeddedRedis | None
    """The server whose `keep_running` the bot must run; None where REDIS_URL names another."""


@asynccontextmanager
async def open_stores(
    settings: Settings, platforms: Sequence[str], clock: Clock, *, looks_only: bool = False
) -> AsyncIterator[Stores]:
    """The stores at REDIS_URL, or on an embedded server that lives as long as the context.

    `clock` says when a chat makes a rule. Who `looks_only` finds what is stored as it was left, and
    a store that nobody used stays one. Raises WrongSetting, StoreUnavailable, StoreInUse,
    UnsupportedServer, UnknownLayout or EmbeddedServerError, each with a text for the person who
    starts the bot.
    """
    async with AsyncExitStack() as stack:
        embedded = None
        url = settings.redis_url
        if url is None:
            embedded = await stack.enter_async_context(EmbeddedRedis(settings.data_dir))
            url = embedded.url
        client = await stack.enter_async_context(_connection(url, settings))
        if looks_only:
            await schema.check(client)
        else:
            await _begin(client, embedded, settings, platforms)
        news = timedelta(hours=settings.alert_news_hours)
        yield Stores(
            RedisJournal(client, platforms, news=news),
            RedisLease(client),
            RedisSubscriptions(client),
            RedisOwnRules(client, clock),
            RedisOwnIndex(client, platforms, news=news),
            RedisOutbox(client),
            RedisDeadLetters(client),
            RedisDeliveries(client),
            RedisForgetting(client),
            RedisPreferences(client, clock),
            RedisHolding(client),
            RedisBoards(client),
            RedisDigests(client),
            RedisLinks(client),
            RedisRelays(client),
            RedisOperatorDesk(client),
            RedisSigns(client),
            lambda platform: _listening(client, platform),
            lambda platform: RedisInbox(client, platform),
            lambda: inspect(client),
            embedded,
        )


async def _begin(
    client: Client, embedded: EmbeddedRedis | None, settings: Settings, platforms: Sequence[str]
) -> None:
    """Make the store fit for work."""
    # A server that we just started outlived nobody: leases in its file are a dead bot's.
    is_ours = embedded is not None and embedded.pid is not None
    if is_ours:
        leases = [RedisLease(client), RedisLease(client, keys.LEAD_SCHEMA)]
        for each in (*leases, *(_listening(client, name) for name in platforms)):
            await each.vacate()
    is_new = await schema.prepare(client, platforms)
    if is_ours:
        await RedisOutbox(client).reclaim(platforms)
    if is_new and embedded is None and has_file(settings.data_dir):
        log.warning(FORGOTTEN, settings.data_dir)


def _listening(client: Client, platform: str) -> RedisLease:
    return RedisLease(client, Lane(platform).lead, seconds=LISTENING_SECONDS)


@asynccontextmanager
async def _connection(url: str, settings: Settings) -> AsyncIterator[Client]:
    """A client, or WrongSetting where REDIS_URL names a server that is not there."""
    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(connect(url))
        except StoreUnavailable as error:
            if settings.redis_url is None:
                raise
            raise WrongSetting(f"REDIS_URL names a server that cannot be used: {error}") from None
        yield client
