"""The library's client for each way in which servers can stand: alone, under sentinels, clustered.

The library nests its retries; those here are few, and `reaching_redis` bounds their sum.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from redis.asyncio import ConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisClusterException, RedisError

from bot.redis_url import RedisUrl, Standing, parse
from bot.settings import WrongSetting

SOCKET_TIMEOUT_SECONDS = 5.0
SENTINEL_TIMEOUT_SECONDS = 1.0
"""A sentinel knows its answer; the next one should be asked while there is time."""
RETRIES = 3
SENTINEL_RETRIES = 1
"""For a connection that was closed while nobody used it."""
YES = ("1", "yes", "true", "on")


class Cluster(RedisCluster):
    """A cluster that is looked for at its first addresses again, once all that it had are gone.

    The library replaces the nodes it was given by those it finds; where a cluster is started anew
    with new addresses, none of these would ever answer.
    """

    async def initialize(
        self,
        additional_startup_nodes_info: list[tuple[str, int]] | None = None,
        last_failed_node_name: str | None = None,
    ) -> RedisCluster:
        """Find the nodes; raises RedisClusterException when none answers."""
        try:
            return await super().initialize(additional_startup_nodes_info, last_failed_node_name)
        except RedisClusterException:
            for node in self.startup_nodes:
                self.nodes_manager.startup_nodes.setdefault(node.name, node)
            raise


@asynccontextmanager
async def dialled(url: str, *, decoded: bool = True) -> AsyncIterator[Redis | RedisCluster]:
    """A client, which has not connected yet; raises WrongSetting when the URL cannot be used.

    Not `decoded`, it gives bytes as they are stored.
    """
    async with AsyncExitStack() as stack:
        try:
            client = _client(parse(url), stack, decoded=decoded)
        except (ValueError, TypeError, RedisError, RedisClusterException):
            # The error may quote a piece of a password.
            raise WrongSetting(
                "REDIS_URL cannot be read; check its options and its port, and write special "
                "characters of the password as %XX."
            ) from None
        stack.push_async_callback(client.aclose)
        yield client


def _client(url: RedisUrl, stack: AsyncExitStack, *, decoded: bool) -> Redis | RedisCluster:
    options = {**_options(url.plain), "decode_responses": decoded}
    match url.standing:
        case Standing.CLUSTER:
            return _cluster(url, options)
        case Standing.SENTINEL:
            client = _under_sentinels(url, options, stack)
        case Standing.ALONE:
            client = Redis.from_pool(ConnectionPool(**options, retry=_retry()))
    # Made and thrown away, here and below: an option that cannot be used should be told at once.
    client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
    return client


def _cluster(url: RedisUrl, options: dict[str, Any]) -> RedisCluster:
    kind = options.pop("connection_class", None)
    nodes = [ClusterNode(host, port) for host, port in url.nodes]
    shared = _without_address(options)
    cluster = Cluster(startup_nodes=nodes, ssl=kind is SSLConnection, retry=_retry(), **shared)
    node = cluster.startup_nodes[0]
    node.connection_class(**node.connection_kwargs)
    return cluster


def _under_sentinels(url: RedisUrl, options: dict[str, Any], stack: AsyncExitStack) -> Redis:
    theirs = _options(url.sentinel)
    theirs["ssl"] = str(theirs.get("ssl", "")).lower() in YES
    theirs["socket_timeout"] = theirs["socket_connect_timeout"] = SENTINEL_TIMEOUT_SECONDS
    theirs["retry"] = Retry(NoBackoff(), SENTINEL_RETRIES)
    sentinel = Sentinel(url.nodes, sentinel_kwargs=theirs)  # type: ignore[no-untyped-call]
    stack.push_async_callback(sentinel.aclose)
    kind = options.pop("connection_class", None)
    primary: Redis = sentinel.master_for(
        url.service, ssl=kind is SSLConnection, retry=_retry(), **_without_address(options)
    )
    return primary


def _options(url: str) -> dict[str, Any]:
    """What a URL says, save what must not depend on it."""
    return {
        **parse_url(url),
        # The older protocol's replies have one shape whatever the server's version.
        "protocol": 2,
        "decode_responses": True,
        "socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_connect_timeout": SOCKET_TIMEOUT_SECONDS,
        "health_check_interval": 30,
    }


def _without_address(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in ("host", "port")}


def _retry() -> Retry:
    return Retry(ExponentialBackoff(cap=1.0, base=0.05), RETRIES)
