from redis.asyncio import Redis

from bot.stores.connect import Client
from bot.stores.lease import RedisLease
from tests.stores.processes import until


async def test_one_holder_at_a_time(store_client: Client) -> None:
    lease = RedisLease(store_client)
    assert await lease.acquire("a")
    assert await lease.acquire("a"), "The holder renews."
    assert not await lease.acquire("b")


async def test_a_holder_that_stops_renewing_is_followed(store_client: Client) -> None:
    lease = RedisLease(store_client, seconds=0.05)
    assert await lease.acquire("a")
    await until(lambda: lease.acquire("b"))
    assert not await RedisLease(store_client).acquire("a")


async def test_renewing_extends_the_lease(store_client: Client, redis: Redis) -> None:
    assert await RedisLease(store_client, seconds=1).acquire("a")
    assert await RedisLease(store_client, seconds=60).acquire("a")
    assert int(await redis.pttl("{nf}:lead:poller")) > 50_000


async def test_only_the_holder_releases(store_client: Client) -> None:
    lease = RedisLease(store_client)
    assert await lease.acquire("a")
    await lease.release("b")
    assert not await lease.acquire("b")
    await lease.release("a")
    await lease.release("a")
    assert await lease.acquire("b")


async def test_a_lease_can_be_vacated_by_who_knows_that_its_holder_died(
    store_client: Client,
) -> None:
    lease = RedisLease(store_client)
    assert await lease.acquire("dead")
    await lease.vacate()
    assert await lease.acquire("alive")
