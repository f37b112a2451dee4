"""The connection to Redis, and the only place where its failures become ours."""

import asyncio
import functools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as NoReply

from bot.ports import StoreUnavailable
from bot.settings import WrongSetting

OLDEST_SERVER = (7, 0)
SOCKET_TIMEOUT_SECONDS = 5.0
LONGEST_BLOCK_SECONDS = 1.0
"""A blocking read must end well before the socket's timeout, which would make it an outage."""
LONGEST_CALL_SECONDS = 10.0
RETRIES = 3

Reply = Any
"""What a script answers: text, a number, nothing, or lists of these. It stays inside the stores."""


class UnsupportedServer(Exception):
    """The server cannot run our scripts; the text is one sentence."""


@asynccontextmanager
async def reaching_redis() -> AsyncIterator[None]:
    """Turn every failure of Redis into StoreUnavailable, in time, and lose no cancellation.

    The library nests its retries, so that a server which never answers would hold us for minutes.

    Before Python 3.12 `asyncio.wait_for`, through which the library writes, swallows a cancellation
    that arrives in the moment the write is done (python/cpython#86296).
    """
    try:
        async with _no_cancellation_lost(), asyncio.timeout(LONGEST_CALL_SECONDS):
            yield
    except TimeoutError:
        raise StoreUnavailable("Redis does not answer.") from None
    except (NoConnection, NoReply) as error:
        raise StoreUnavailable(f"Redis cannot be reached: {_text(error)}.") from error
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


def _text(error: RedisError) -> str:
    return str(error).rstrip(".") or type(error).__name__


@functools.cache
def _source(script: str) -> str:
    return (Path(__file__).parent / "lua" / f"{script}.lua").read_text(encoding="utf-8")


MANY_FIELDS = 500
"""No more are written in one command: another client's would wait behind it."""


class Client:
    """The few things the stores ask of Redis; each raises StoreUnavailable when it fails.

    A command whose reply was lost is sent again, so each must be safe to repeat.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._hashes: dict[str, str] = {}

    async def run(
        self, script: str, keys: Sequence[str], arguments: Sequence[str | int] = ()
    ) -> Reply:
        """Run `lua/<script>.lua`, atomically."""
        async with reaching_redis():
            if script not in self._hashes:
                self._hashes[script] = await self._redis.script_load(_source(script))
            call = (self._hashes[script], len(keys), *keys, *arguments)
            try:
                return await self._redis.evalsha(*call)
            except NoScriptError:
                # The server was started anew and has forgotten its scripts.
                await self._redis.script_load(_source(script))
                return await self._redis.evalsha(*call)

    async def fields(self, key: str) -> Mapping[str, str]:
        """All of a hash."""
        async with reaching_redis():
            found: Mapping[str, str] = await self._redis.hgetall(key)
            return found

    async def field_names(self, key: str) -> Sequence[str]:
        """The names of a hash's fields, in no order."""
        async with reaching_redis():
            found: Sequence[str] = await self._redis.hkeys(key)
            return found

    async def some_fields(self, key: str, names: Sequence[str]) -> Sequence[str | None]:
        """Some fields of a hash, in the order asked for."""
        if not names:
            return ()
        async with reaching_redis():
            found: Sequence[str | None] = await self._redis.hmget(key, names)
            return found

    async def field(self, key: str, name: str) -> str | None:
        """One field of a hash."""
        (value,) = await self.some_fields(key, (name,))
        return value

    async def write_fields(self, key: str, fields: Mapping[str, str]) -> None:
        """Set fields of a hash, a bounded number at a time."""
        items = list(fields.items())
        async with reaching_redis():
            for start in range(0, len(items), MANY_FIELDS):
                await self._redis.hset(key, mapping=dict(items[start : start + MANY_FIELDS]))

    async def write_hashes(self, hashes: Mapping[str, Mapping[str, str]]) -> None:
        """Set fields of several hashes in one journey; safe to repeat."""
        large = {key: fields for key, fields in hashes.items() if len(fields) > MANY_FIELDS}
        for key, fields in large.items():
            await self.write_fields(key, fields)
        small = {key: fields for key, fields in hashes.items() if fields and key not in large}
        if not small:
            return
        async with reaching_redis():
            pipeline = self._redis.pipeline(transaction=False)
            for key, fields in small.items():
                pipeline.hset(key, mapping=dict(fields))
            await pipeline.execute()

    async def members(self, key: str) -> frozenset[str]:
        """All of a set."""
        async with reaching_redis():
            return frozenset(await self._redis.smembers(key))

    async def newest(self, key: str, limit: int) -> Sequence[str]:
        """The members of a sorted set with the highest scores, highest first."""
        async with reaching_redis():
            found: Sequence[str] = await self._redis.zrevrange(key, 0, limit - 1)
            return found

    async def await_token(self, key: str) -> None:
        """Return when a list has something to take off, or after about a second."""
        async with reaching_redis():
            await self._redis.blpop([key], timeout=LONGEST_BLOCK_SECONDS)

    async def delete(self, key: str) -> None:
        """Remove a key, if it is there."""
        async with reaching_redis():
            await self._redis.delete(key)

    async def version(self) -> tuple[int, ...]:
        """The version of Redis the server is, or says it is compatible with."""
        async with reaching_redis():
            about = await self._redis.info("server")
        return tuple(int(part) for part in str(about["redis_version"]).split(".")[:2])


def _redis(url: str) -> Redis:
    try:
        return Redis.from_url(
            url,
            # The older protocol's replies have one shape whatever the server's version.
            protocol=2,
            decode_responses=True,
            socket_timeout=SOCKET_TIMEOUT_SECONDS,
            socket_connect_timeout=SOCKET_TIMEOUT_SECONDS,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), RETRIES),
            health_check_interval=30,
        )
    except ValueError:
        # The error may quote a piece of the password.
        raise WrongSetting(
            "REDIS_URL cannot be read; check its port, and write special characters of the "
            "password as %XX."
        ) from None


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[Client]:
    """A client of the server at a redis://, rediss:// or unix:// URL.

    Raises StoreUnavailable when it cannot be reached, UnsupportedServer when it is too old,
    WrongSetting when the URL cannot be used.
    """
    redis = _redis(url)
    try:
        client = Client(redis)
        version = await client.version()
        if version < OLDEST_SERVER:
            raise UnsupportedServer(
                f"The server says it is Redis {'.'.join(map(str, version))}, "
                "but the bot needs Redis 7.0 or Valkey 7.2 at least."
            )
        yield client
    finally:
        await redis.aclose()
