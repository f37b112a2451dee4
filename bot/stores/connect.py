"""The connection to Redis, and the only place where its failures become ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError, RedisClusterException, RedisError
from redis.exceptions import TimeoutError as NoReply

from bot.ports import StoreAway, StoreUnavailable
from bot.stores import keys as names
from bot.stores.dial import dialled
from bot.stores.reach import Reach
from bot.stores.scripts import Script, script, script_once

OLDEST_SERVER = (7, 0)
LONGEST_BLOCK_SECONDS = 1.0
"""A blocking read must end well before the socket's timeout, which would make it an outage."""
LONGEST_CALL_SECONDS = 10.0

Word = str | bytes
Reply = Any
"""What a script answers: text, a number, nothing, or lists of these. It stays inside the stores."""


class UnsupportedServer(Exception):
    """The server cannot run our scripts; the text is one sentence."""


@asynccontextmanager
async def reaching_redis() -> AsyncIterator[None]:
    """Turn every failure of Redis into StoreUnavailable, in time, and lose no cancellation.

    One that concerns everybody, as nothing can be reached, is StoreAway.

    The library nests its retries, so that a server which never answers would hold us for minutes.

    Before Python 3.12 `asyncio.wait_for`, through which the library writes, swallows a cancellation
    that arrives in the moment the write is done (python/cpython#86296).
    """
    try:
        async with _no_cancellation_lost(), asyncio.timeout(LONGEST_CALL_SECONDS):
            yield
    except TimeoutError:
        raise StoreAway("Redis does not answer.") from None
    except MasterNotFoundError as error:
        raise StoreAway("Redis cannot be reached: no sentinel names a primary.") from error
    except (NoConnection, NoReply, RedisClusterException) as error:
        raise StoreAway(f"Redis cannot be reached: {_text(error)}.") from error
    except RedisError as error:
        raise StoreUnavailable(f"Redis refused a command: {_text(error)}.") from error


@asynccontextmanager
async def _no_cancellation_lost() -> AsyncIterator[None]:
    """Raise a cancellation that was swallowed inside, whether what swallowed it failed or not."""
    task = asyncio.current_task()
    cancellations = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > cancellations:
            raise asyncio.CancelledError


def _text(error: RedisError | RedisClusterException) -> str:
    return str(error).rstrip(".") or type(error).__name__


MANY_FIELDS = 500
"""No more are read or written in one command: another client's would wait behind it."""


class Client:
    """The few things the stores ask of Redis; each raises StoreUnavailable when it fails.

    A command whose reply was lost is sent again, so each must be safe to repeat.
    """

    def __init__(self, redis: Redis | RedisCluster) -> None:
        self._redis: Any = redis
        self._reach = Reach()

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        """Run `lua/<name>.lua`, atomically."""
        async with self._reaching():
            return await self._evaluate(script(name), keys, arguments)

    async def run_once(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        """Run `lua/<name>.lua` so that a call whose reply was lost is answered and not run again.

        For a script whose reply says what it changed: a second run would find nothing to change.
        """
        kept = f"{names.TAG}:once:{token_hex(16)}"
        async with self._reaching():
            return await self._evaluate(script_once(name), [*keys, kept], arguments)

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[None]:
        """As `reaching_redis`; after a failure it is asked anew which server leads.

        One that was replaced under sentinels may go on refusing us for ten seconds.
        """
        try:
            async with reaching_redis():
                yield
            self._reach.had()
        except StoreUnavailable as error:
            if isinstance(error, StoreAway):
                self._reach.lost(error)
            if isinstance(self._redis, Redis):
                await self._redis.connection_pool.disconnect(inuse_connections=False)
            raise

    async def _evaluate(
        self, run: Script, keys: Sequence[Word], arguments: Sequence[Word | int]
    ) -> Reply:
        call = (len(keys), *keys, *arguments)
        try:
            return await self._redis.evalsha(run.sha, *call)
        except NoScriptError:
            # A server forgets its scripts when it is started anew, and a replica never had them.
            # The text finds the right node of a cluster by its keys, as SCRIPT LOAD would not.
            return await self._redis.eval(run.text, *call)

    async def text(self, key: str) -> str | None:
        """A string."""
        async with self._reaching():
            found: str | None = await self._redis.get(key)
            return found

    async def fields(self, key: str) -> Mapping[str, str]:
        """All of a hash."""
        async with self._reaching():
            found: Mapping[str, str] = await self._redis.hgetall(key)
            return found

    async def field_names(self, key: str) -> Sequence[str]:
        """The names of a hash's fields, in no order."""
        async with self._reaching():
            found: Sequence[str] = await self._redis.hkeys(key)
            return found

    async def each_field(self, key: str) -> AsyncIterator[str]:
        """The names of a hash's fields, however many, a bounded number at a time."""
        place = 0
        while True:
            async with self._reaching():
                place, found = await self._redis.hscan(key, place, count=MANY_FIELDS)
            for name in found:
                yield name
            if place == 0:
                return

    async def some_fields(self, key: str, names: Sequence[str]) -> Sequence[str | None]:
        """Some fields of a hash, in the order asked for."""
        if not names:
            return ()
        async with self._reaching():
            found: Sequence[str | None] = await self._redis.hmget(key, names)
            return found

    async def field(self, key: str, name: str) -> str | None:
        """One field of a hash."""
        (value,) = await self.some_fields(key, (name,))
        return value

    async def members(self, key: str) -> frozenset[str]:
        """All of a set."""
        async with self._reaching():
            return frozenset(await self._redis.smembers(key))

    async def newest(self, key: str, limit: int) -> Sequence[str]:
        """The members of a sorted set with the highest scores, highest first."""
        async with self._reaching():
            found: Sequence[str] = await self._redis.zrevrange(key, 0, limit - 1)
            return found

    async def await_token(self, key: str) -> None:
        """Return when a list has something to take off, or after about a second."""
        async with self._reaching():
            await self._redis.blpop([key], timeout=LONGEST_BLOCK_SECONDS)

    async def exists(self, key: str) -> bool:
        """Whether there is such a key."""
        async with self._reaching():
            return bool(await self._redis.exists(key))

    async def delete(self, key: str) -> None:
        """Remove a key, if it is there."""
        async with self._reaching():
            await self._redis.delete(key)

    async def version(self) -> tuple[int, ...]:
        """The version of Redis the server is, or says it is compatible with."""
        async with self._reaching():
            about = await self._redis.info("server")
        return tuple(int(part) for part in str(about["redis_version"]).split(".")[:2])


@asynccontextmanager
async def connect(url: str, *, decoded: bool = True) -> AsyncIterator[Client]:
    """A client of the servers at a URL of one of the kinds that `bot.redis_url` describes.

    Not `decoded`, it answers in bytes, for whoever must not care what they mean. Raises
    StoreUnavailable when they cannot be reached, UnsupportedServer when they are too old,
    WrongSetting when the URL cannot be used.
    """
    async with dialled(url, decoded=decoded) as redis:
        client = Client(redis)
        version = await client.version()
        if version < OLDEST_SERVER:
            raise UnsupportedServer(
                f"The server says it is Redis {'.'.join(map(str, version))}, "
                "but the bot needs Redis 7.0 or Valkey 7.2 at least."
            )
        yield client
