"""All stores together, on whichever Redis the settings ask for."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.settings import Settings
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from bot.stores.subscriptions import RedisSubscriptions


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything the bot remembers."""

    journal: RedisJournal
    lease: RedisLease
    subscriptions: RedisSubscriptions
    outbox: RedisOutbox
    embedded: EmbeddedRedis | None
    """The server whose `keep_running` the bot must run; None where REDIS_URL names another."""


@asynccontextmanager
async def open_stores(settings: Settings, platforms: Sequence[str]) -> AsyncIterator[Stores]:
    """The stores at REDIS_URL, or on an embedded server that lives as long as the context.

    Raises StoreUnavailable, UnsupportedServer, WrongSetting or EmbeddedServerError, each with a
    text for the person who starts the bot.
    """
    async with AsyncExitStack() as stack:
        embedded = None
        url = settings.redis_url
        if url is None:
            embedded = await stack.enter_async_context(EmbeddedRedis(settings.data_dir))
            url = embedded.url
        client = await stack.enter_async_context(connect(url))
        lease = RedisLease(client)
        if embedded is not None and embedded.pid is not None:
            # The server that we just started outlived nobody: a lease in its file is a dead bot's.
            await lease.vacate()
        yield Stores(
            RedisJournal(client, platforms),
            lease,
            RedisSubscriptions(client),
            RedisOutbox(client),
            embedded,
        )
