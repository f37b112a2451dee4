"""Of which version the store's layout is: written at the first start, and moved forward.

`{nf}:schema` says how the store is to be read:

    3          as version 3
    3 from 1   it is being brought from 1 to 3; whoever starts next goes on with that
    copying    not at all yet: it is being filled by `bot/stores/copying.py`

A store without it is of the first version, or empty.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from types import ModuleType

from bot.ports import StoreInUse
from bot.stores import keys, migrations
from bot.stores.connect import Client
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.migrations import FIRST_VERSION, Migration, known

COPYING = "copying"
VERSION = re.compile(r"(?P<version>[1-9][0-9]*)(?: from (?P<oldest>[1-9][0-9]*))?")
LEASE_SECONDS = 15.0
WAIT_SECONDS = 30.0
"""Twice a lease: what a process that was killed held has ended by then."""
LOOK_EVERY_SECONDS = 0.2
TOLD_EVERY_SECONDS = 10.0
CROSSED = "Another process has begun to change the store: start again when it is done."

log = logging.getLogger(__name__)


class UnknownLayout(Exception):
    """The store cannot be read by this bot; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a store is to be read."""

    version: int
    oldest: int
    """Some of it may still be of this version."""

    def __str__(self) -> str:
        return str(self.version) + (f" from {self.oldest}" if self.oldest < self.version else "")


async def prepare(
    client: Client, platforms: Sequence[str], package: ModuleType = migrations
) -> bool:
    """Bring the store to the newest version; returns whether it was empty.

    It costs one call where there is nothing to do. Raises UnknownLayout where a newer bot wrote the
    store, StoreInUse where other processes still work with it as it is.
    """
    ways = known(package)
    stored, is_new = await client.run(
        "schema_open", [keys.SCHEMA, *keys.FIRST_KEYS], [FIRST_VERSION, FIRST_VERSION + len(ways)]
    )
    layout = read(stored, newest=FIRST_VERSION + len(ways))
    if layout.oldest < FIRST_VERSION + len(ways):
        await _bring_forward(client, platforms, ways)
    return bool(is_new)


async def check(client: Client, package: ModuleType = migrations) -> None:
    """See whether `prepare` could read the store, and change nothing; raises UnknownLayout."""
    text = await client.text(keys.SCHEMA) or str(FIRST_VERSION)
    read(text, newest=FIRST_VERSION + len(known(package)))


def read(text: str, newest: int) -> Layout:
    """What `{nf}:schema` says; raises UnknownLayout unless it can be brought to `newest`."""
    if text == COPYING:
        raise UnknownLayout(
            "The store is only half filled: run `python -m bot migrate` again to its end."
        )
    found = VERSION.fullmatch(text)
    if found is None:
        raise UnknownLayout(f"{keys.SCHEMA} says {text!r}, which is no version.")
    version = int(found["version"])
    if version > newest:
        raise UnknownLayout(
            f"The store's layout is of version {version}, and this bot knows versions up to "
            f"{newest}: upgrade the bot."
        )
    return Layout(version, int(found["oldest"] or version))


async def _bring_forward(
    client: Client, platforms: Sequence[str], ways: Sequence[Migration]
) -> None:
    newest = ways[-1].to
    async with keeping(client) as turn:
        text = await client.text(keys.SCHEMA) or ""
        layout = read(text, newest)
        if layout.oldest == newest:
            return  # Another process did it while we waited for our turn.
        await _wait_until_idle(client, platforms, layout)
        for way in ways[layout.oldest - FIRST_VERSION :]:
            # From the first step on a bot of an older version must keep its hands off.
            going = str(Layout(newest, way.to - 1))
            await turn.write(text, going)
            await _take(way, client, turn)
            text = going
        await turn.write(text, str(newest))
        log.info("the store's layout is of version %d now", newest)


async def _take(way: Migration, client: Client, turn: "Turn") -> None:
    log.info("bringing the store's layout to version %d: %s", way.to, way.what)
    told = time.monotonic()
    steps = 0
    async for _ in way.steps(client):
        await turn.renew()
        steps += 1
        if time.monotonic() - told > TOLD_EVERY_SECONDS:
            told = time.monotonic()
            log.info("still at it, after %d steps", steps)


async def _wait_until_idle(client: Client, platforms: Sequence[str], layout: Layout) -> None:
    """Wait for processes of the older version to end: each that runs has a lease, or a peer has."""
    leases = (keys.LEAD_POLLER, *(Lane(platform).lead for platform in platforms))

    async def is_idle() -> bool:
        return not [lease for lease in leases if await client.exists(lease)]

    if not await _comes(is_idle):
        raise StoreInUse(
            f"The store's layout is of version {layout.oldest}, and a bot of that version still "
            "works with it: stop every process of it, then start this one."
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to change the layout, as long as it is renewed."""

    client: Client
    holder: str

    async def renew(self) -> None:
        """Keep it; raises StoreInUse where it was lost."""
        if not await _lease(self.client).acquire(self.holder):
            raise StoreInUse(CROSSED)

    async def write(self, before: str, after: str) -> None:
        """Let `{nf}:schema` say `after`; raises StoreInUse where it did not say `before`."""
        await self.renew()
        words = [self.holder, before, after]
        if not await self.client.run("schema_write", [keys.LEAD_SCHEMA, keys.SCHEMA], words):
            raise StoreInUse(CROSSED)


@asynccontextmanager
async def keeping(client: Client) -> AsyncIterator[Turn]:
    """Wait for one's turn to change the layout; raises StoreInUse where it does not come."""
    turn = Turn(client, token_hex(8))
    if not await _lease(client).acquire(turn.holder):
        log.info("another process changes the store, or died of it a moment ago: waiting")
    if not await _comes(lambda: _lease(client).acquire(turn.holder)):
        raise StoreInUse("Another process is changing the store: start again when it is done.")
    try:
        yield turn
    finally:
        await _lease(client).release(turn.holder)


def _lease(client: Client) -> RedisLease:
    return RedisLease(client, keys.LEAD_SCHEMA, seconds=LEASE_SECONDS)


async def _comes(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Wait for a condition; False where it does not come in time."""
    ends = time.monotonic() + WAIT_SECONDS
    while not await holds():
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return True
