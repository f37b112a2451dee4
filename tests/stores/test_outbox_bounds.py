"""What any number of subscribers costs the server: always little at a time."""

from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from bot.ports import Outcome, Parcel
from bot.stores.connect import Client, Reply, Word
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk, alert, chat, take_all

MANY = 20_000
AT_ONCE = 200
LONGEST_MS = 50.0
TOPICS = ("dominance", "season", "phase")


class Metered(Client):
    """Notes how long each script keeps the server busy.

    In the processor's time, since a machine that others use makes any step take long.
    """

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.longest_ms: dict[str, float] = {}

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        before = await self._busy_ms()
        reply = await super().run(name, keys, arguments)
        spent = await self._busy_ms() - before
        self.longest_ms[name] = max(spent, self.longest_ms.get(name, 0.0))
        return reply

    async def run_once(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        before = await self._busy_ms()
        reply = await super().run_once(name, keys, arguments)
        self.longest_ms[name] = await self._busy_ms() - before
        return reply

    async def _busy_ms(self) -> float:
        about = await self._redis.info("cpu")
        spent = about["used_cpu_user_main_thread"] + about["used_cpu_sys_main_thread"]
        return float(spent) * 1000

    def too_long(self) -> dict[str, float]:
        return {name: spent for name, spent in self.longest_ms.items() if spent > LONGEST_MS}


@pytest.fixture
def metered(redis: Redis) -> Metered:
    return Metered(redis)


async def many_join(redis: Redis, count: int, *topics: str) -> None:
    """Subscribers, each topic's in an order of its own."""
    pipeline = redis.pipeline(transaction=False)
    for place, topic in enumerate(topics):
        order = range(count) if place % 2 == 0 else range(count - 1, -1, -1)
        joins = {str(number): place * count + at for at, number in enumerate(order, 1)}
        pipeline.zadd(f"{{nf}}:telegram:sub:{topic}", joins)
    pipeline.set("{nf}:seq", len(topics) * count)
    await pipeline.execute()


async def fire_all(desk: Desk) -> None:
    """Thirty alerts, each topic's in turn."""
    for number in range(30):
        await desk.commit(alert(f"alert{number:02}", TOPICS[number % 3]))


async def test_no_step_of_a_broadcast_keeps_others_waiting(metered: Metered, redis: Redis) -> None:
    desk = Desk(metered)
    await many_join(redis, MANY, *TOPICS)
    await fire_all(desk)
    letters, chats = 0, set()
    while parcels := await take_all(desk.outbox, limit=AT_ONCE):
        letters += sum(len(each.letters) for each in parcels)
        chats |= {each.chat for each in parcels}
        await desk.sent(*parcels)
    assert (letters, len(chats)) == (30 * MANY, MANY)
    assert set(metered.longest_ms) >= {"commit", "take", "settle"}
    assert metered.too_long() == {}


async def test_no_step_keeps_others_waiting_when_half_the_chats_rest_and_the_others_fail(
    metered: Metered, redis: Redis
) -> None:
    desk = Desk(metered)
    await many_join(redis, MANY, *TOPICS)
    await redis.zadd("{nf}:telegram:rest", {str(n): 1e15 for n in range(0, MANY, 2)})
    await fire_all(desk)
    outcomes = (Outcome.LATER, Outcome.SUSPENDED, Outcome.DEAD, Outcome.ALONE)
    for wish in range(40):
        parcels = await take_all(desk.outbox, limit=AT_ONCE)
        if parcels:
            await desk.settle(outcomes[wish % 4], *parcels, seconds=wish % 3 * 3600)
    await RedisOutbox(metered).reclaim(("telegram",))
    await desk.dead_letters.redrive("telegram")
    first, second, *_ = map(str, await redis.hkeys("{nf}:telegram:suspended"))
    await desk.subscriptions.resume(chat(first))
    await desk.outbox.move(chat(second), chat("-100"))
    await desk.subscriptions.unsubscribe(chat(MANY - 1), TOPICS)
    assert set(metered.longest_ms) >= {
        "take", "settle", "reclaim", "redrive", "resume", "move", "unsubscribe",
    }  # fmt: skip
    assert metered.too_long() == {}


@pytest.mark.parametrize("state", ["resting", "suspended"])
async def test_a_walk_past_chats_that_get_nothing_now_keeps_nobody_waiting(
    metered: Metered, redis: Redis, state: str
) -> None:
    desk, passed = Desk(metered), 5000
    await many_join(redis, passed, *TOPICS)
    members = [str(number) for number in range(passed)]
    if state == "suspended":
        await redis.hset("{nf}:telegram:suspended", mapping=dict.fromkeys(members, ""))
    else:
        await redis.zadd("{nf}:telegram:rest", dict.fromkeys(members, 1e15))
    await fire_all(desk)
    async for name in redis.scan_iter("{nf}:telegram:job:*"):
        # Somebody has it ahead of the walk, so that each chat must be asked whether it has.
        await redis.hset(name, mapping={"aheads": 1, "ahead:-1": 1})
    assert await take_all(desk.outbox, limit=AT_ONCE) == []
    assert await redis.exists("{nf}:telegram:ready") == 0, "All walks came to their end."
    waiting = passed if state == "resting" else 0
    assert await redis.hlen("{nf}:telegram:line") == waiting
    assert metered.too_long() == {}


@pytest.mark.parametrize("alerts", [100, 300, 1000])
async def test_no_step_keeps_others_waiting_with_many_alerts_on_their_way(
    metered: Metered, redis: Redis, alerts: int
) -> None:
    desk = Desk(metered)
    await many_join(redis, 1000, *TOPICS)
    for start in range(0, alerts, 100):
        await desk.commit(
            *(alert(f"alert{n:04}", TOPICS[n % 3]) for n in range(start, start + 100))
        )
    gone: list[Parcel] = []
    while len(gone) < 150:
        gone += await take_all(desk.outbox, limit=AT_ONCE)
    await desk.settle(Outcome.SUSPENDED, *gone)
    assert {each.chat.member for each in gone} == set(await redis.hkeys("{nf}:telegram:suspended"))
    await desk.tell("crossed", *(chat(n) for n in range(900, 990)))
    for _ in range(5):
        due = await take_all(desk.outbox, limit=AT_ONCE)
        await desk.settle(Outcome.LATER, *due, seconds=3600)
    await desk.subscriptions.resume(gone[0].chat)
    await desk.outbox.move(gone[1].chat, chat("-100"))
    await desk.subscriptions.unsubscribe(chat(999), TOPICS)
    assert metered.too_long() == {}


async def test_no_take_keeps_others_waiting_though_a_walk_went_on_between_all_alerts(
    metered: Metered, redis: Redis
) -> None:
    """Each alert has carriers of its own then, which are as many more to look at."""
    desk = Desk(metered)
    await many_join(redis, 2000, *TOPICS)
    for number in range(600):
        await desk.commit(alert(f"alert{number:03}", TOPICS[number % 3]))
        await desk.sent(*await take_all(desk.outbox, limit=1))
    for _ in range(5):
        await desk.settle(Outcome.LATER, *await take_all(desk.outbox, limit=AT_ONCE), seconds=9)
    await desk.outbox.move(chat(1500), chat("-100"))
    await desk.subscriptions.unsubscribe(chat(1501), TOPICS)
    assert metered.too_long() == {}


async def test_a_commit_of_many_alerts_keeps_nobody_waiting(metered: Metered, redis: Redis) -> None:
    desk = Desk(metered)
    await many_join(redis, 1000, *TOPICS)
    await desk.commit(*(alert(f"alert{n:04}", TOPICS[n % 3]) for n in range(400)))
    assert await redis.zcard("{nf}:telegram:ready") == 400
    assert metered.too_long() == {}


async def test_enqueueing_costs_the_same_for_any_number_of_subscribers(
    desk: Desk, redis: Redis
) -> None:
    async def calls(count: int) -> dict[str, int]:
        await redis.flushall()
        await many_join(redis, count, *TOPICS)
        await fire_all(desk)
        await redis.config_resetstat()
        await desk.commit(alert("one"), alert("two", "season"))
        stats = await redis.info("commandstats")
        return {name: int(stat["calls"]) for name, stat in stats.items()}

    assert await calls(100) == await calls(MANY)


async def test_enqueueing_stores_the_same_for_any_number_of_subscribers(
    desk: Desk, redis: Redis
) -> None:
    async def grown(count: int) -> list[tuple[str, int]]:
        await redis.flushall()
        await many_join(redis, count, *TOPICS)
        known = {name async for name in redis.scan_iter("*")}
        await fire_all(desk)
        new = sorted({name async for name in redis.scan_iter("*")} - known)
        return [(name, await redis.memory_usage(name) or 0) for name in new if ":job:" in name]

    few, many = await grown(100), await grown(MANY)
    assert len(few) == 30
    assert [name for name, _ in few] == [name for name, _ in many]
    assert sum(size for _, size in many) <= 1.1 * sum(size for _, size in few)
