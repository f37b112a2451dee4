import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from redis.asyncio import Redis

from bot.model import FeedHealth, Kind, Observation
from bot.ports import History, StaleLeader, StateChange, StoreUnavailable
from bot.stores.connect import Client, Reply, Word
from bot.stores.journal import MOST_ENQUEUED
from tests.stores.examples import FIRING, LEADER, NORMAL, NOW, Desk, alert, dumped, fires, take_all
from tests.stores.readings import reads

JOB = "{nf}:telegram:job:dominance_55:2026-11-21:fired"


def observation(day: date, value: float = 57.0, vendor: str = "coingecko") -> Observation:
    return Observation("btc_dominance", vendor, day, value, NOW, NOW, final=True)


async def remember(desk: Desk, observations: Sequence[Observation]) -> None:
    assert await desk.lease.acquire(LEADER)
    await desk.journal.remember(observations, leader=LEADER)


async def test_days_come_back_oldest_first_and_are_held_once(desk: Desk) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(1200)]
    await remember(desk, [observation(day) for day in reversed(days)])
    corrected = observation(days[3], 58.5)
    await remember(desk, [corrected])
    stored = await desk.journal.observations("btc_dominance", "coingecko")
    assert [o.day for o in stored] == days
    assert stored[3] == corrected


async def test_recent_days_can_be_read_alone_and_the_newest_always(desk: Desk) -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5)]
    await remember(desk, [observation(day) for day in days])
    for since, expected in [
        (date(2025, 1, 1), days),
        (date(2026, 1, 2), days[1:]),
        (date(2026, 1, 3), days[2:]),
        (date(2027, 1, 1), days[2:]),
    ]:
        stored = await desk.journal.observations("btc_dominance", "coingecko", since)
        assert [o.day for o in stored] == expected
    assert await desk.journal.observations("btc_dominance", "nobody", days[0]) == []


async def test_vendors_of_a_series_are_kept_apart(desk: Desk) -> None:
    mine, theirs = observation(NOW.date()), observation(NOW.date(), 60.0, "tradingview")
    await remember(desk, [mine, theirs])
    assert await desk.journal.observations("btc_dominance", "coingecko") == [mine]
    assert await desk.journal.observations("btc_dominance", "tradingview") == [theirs]
    assert await desk.journal.observations("btc_dominance", "nobody") == []


async def test_history_and_health_are_remembered(desk: Desk) -> None:
    history = History(date(1987, 9, 10), date(2026, 11, 20), 9_800, NOW)
    assert await desk.journal.history("russell_2000", "yahoo") is None
    assert await desk.lease.acquire(LEADER)
    await desk.journal.mark_history("russell_2000", "yahoo", history, leader=LEADER)
    assert await desk.journal.history("russell_2000", "yahoo") == history
    assert await desk.journal.history("russell_2000", "stooq") is None

    health = FeedHealth("yahoo.russell", ok_at=NOW, error="HTTP 503")
    await desk.journal.remember_health([health], leader=LEADER)
    await desk.journal.remember_health([], leader=LEADER)
    assert await desk.journal.health() == {"yahoo.russell": health}


async def test_only_the_leader_remembers(desk: Desk) -> None:
    assert await desk.lease.acquire("another")
    history = History(NOW.date(), NOW.date(), 1, NOW)
    journal = desk.journal
    for forgotten in (
        journal.remember([observation(NOW.date())], leader=LEADER),
        journal.mark_history("russell_2000", "yahoo", history, leader=LEADER),
        journal.remember_readings([reads(54)], leader=LEADER),
        journal.remember_health([FeedHealth("yahoo.russell", ok_at=NOW)], leader=LEADER),
    ):
        with pytest.raises(StaleLeader, match="no longer holds"):
            await forgotten
    assert await journal.observations("btc_dominance", "coingecko") == []
    assert await journal.history("russell_2000", "yahoo") is None
    assert (await journal.readings(), await journal.health()) == ({}, {})


async def test_a_commit_writes_state_job_and_alert_together(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert(), changes=[fires()])
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert await desk.journal.recent_alerts() == [alert()]
    assert await redis.exists(JOB) == 1
    assert 0 < int(await redis.pttl(JOB)) <= 30 * 24 * 3600 * 1000


async def test_platforms_where_nobody_listens_get_no_job(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert(), alert("other", topic="season"))
    assert [key async for key in redis.scan_iter("*:job:*")] == [JOB]


async def test_a_repeated_commit_changes_nothing(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert(), changes=[fires()])
    before = await dumped(redis)
    await desk.commit(alert(), changes=[fires()])
    assert await dumped(redis) == before


async def test_an_alert_is_never_enqueued_twice_even_after_its_delivery(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert())
    assert len(await desk.drained()) == 1
    await desk.join(2)
    await desk.commit(alert())
    assert await desk.drained() == []


async def test_an_alert_too_old_for_the_list_is_still_known_by_its_job(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert())
    assert len(await desk.drained()) == 1
    await redis.delete("{nf}:alerts", "{nf}:alert")
    await desk.join(2)
    await desk.commit(alert())
    assert await desk.drained() == []


async def test_only_the_leader_commits(desk: Desk) -> None:
    await desk.join(1)
    with pytest.raises(StaleLeader, match="no longer holds"):
        await desk.journal.commit([fires()], [alert()], leader=LEADER, now=NOW)
    assert await desk.lease.acquire("poller-2")
    with pytest.raises(StaleLeader):
        await desk.journal.commit([fires()], [alert()], leader=LEADER, now=NOW)
    assert await desk.journal.states() == {}
    assert await take_all(desk.outbox) == []


async def test_a_state_that_moved_refuses_the_whole_commit(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(changes=[fires("a"), fires("b")])
    moved = StateChange("b", NORMAL, replace(FIRING, streak=3))
    with pytest.raises(StaleLeader, match="moved a state"):
        await desk.commit(alert(), changes=[StateChange("a", FIRING, NORMAL), moved])
    assert await desk.journal.states() == {"a": FIRING, "b": FIRING}
    assert await take_all(desk.outbox) == []


async def test_racing_pollers_enqueue_one_job(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    assert await desk.lease.acquire(LEADER)

    async def commit() -> bool:
        try:
            await desk.journal.commit([fires()], [alert()], leader=LEADER, now=NOW)
        except StaleLeader:
            return False
        return True

    assert any(await asyncio.gather(*(commit() for _ in range(8))))
    assert [key async for key in redis.scan_iter("*:job:*")] == [JOB]
    assert len(await take_all(desk.outbox)) == 1


async def test_a_state_written_in_another_style_can_still_change(desk: Desk, redis: Redis) -> None:
    await redis.hset("{nf}:state", "phase", '{ "streak": 0, "status": "normal", "retired": 1 }')
    await desk.commit(changes=[StateChange("phase", NORMAL, FIRING)])
    assert await desk.journal.states() == {"phase": FIRING}


async def test_a_damaged_state_is_told_in_a_sentence(desk: Desk, redis: Redis) -> None:
    await redis.hset("{nf}:state", "phase", "?")
    with pytest.raises(StoreUnavailable, match="stored state of rule phase cannot be read"):
        await desk.journal.states()


async def test_only_the_newest_alerts_are_kept(desk: Desk, redis: Redis) -> None:
    for batch in range(3):
        await desk.commit(*(alert(f"alert-{batch * 100 + n}") for n in range(100)))
    recent = await desk.journal.recent_alerts()
    assert [a.id for a in recent] == [f"alert-{n}" for n in range(299, 99, -1)]
    assert await redis.hlen("{nf}:alert") == 200


async def test_a_quiet_alert_is_remembered_and_told_to_nobody(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    quiet = replace(alert("dominance_57:2026-11-18:fired"), quiet=True)
    late = replace(alert("dominance_57:2026-11-18:fired:late"), kind=Kind.LATE)
    await desk.commit(quiet, late)
    assert len([key async for key in redis.scan_iter("*:job:*")]) == 1
    assert await desk.drained() == [("1", [late.id])]
    assert [each.id for each in await desk.journal.recent_alerts()] == [late.id, quiet.id]


# --- More alerts than one call takes --------------------------------------------------------------

MANY = [f"alert{number:03}" for number in range(2 * MOST_ENQUEUED + 50)]


async def heard(desk: Desk) -> list[str]:
    return [job for _, jobs in await desk.drained() for job in jobs]


@pytest.mark.parametrize("count", [0, 1, MOST_ENQUEUED, MOST_ENQUEUED + 1, 2 * MOST_ENQUEUED])
async def test_any_number_of_alerts_is_committed_with_its_states(desk: Desk, count: int) -> None:
    await desk.join(1)
    await desk.commit(*map(alert, MANY[:count]), changes=[fires()])
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert await heard(desk) == MANY[:count]


class BreaksDown(Client):
    """Loses the store at its nth commit, before that or after."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.left = 1
        self.before = True

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        self.left -= name == "commit"
        if name == "commit" and self.left == 0 and self.before:
            raise StoreUnavailable("It broke down.")
        reply = await super().run(name, keys, arguments)
        if name == "commit" and self.left == 0:
            raise StoreUnavailable("It broke down.")
        return reply


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("broken", [1, 2, 3])
async def test_a_commit_that_broke_down_half_way_is_made_whole_by_the_next(
    redis: Redis,
    broken: int,
    before: bool,  # noqa: FBT001 - pytest names it
) -> None:
    client = BreaksDown(redis)
    desk = Desk(client)
    await desk.join(1)
    client.left, client.before = broken, before
    with pytest.raises(StoreUnavailable):
        await desk.commit(*map(alert, MANY), changes=[fires()])
    done = broken - before
    assert await desk.journal.states() == ({"dominance_55": FIRING} if done == 3 else {})
    assert await heard(desk) == MANY[: done * MOST_ENQUEUED]
    await desk.commit(*map(alert, MANY), changes=[fires()])
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert await heard(desk) == MANY[done * MOST_ENQUEUED :]


class Overtaken(Client):
    """Another poller moves the state before the nth commit is written."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.left = 0

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        if name == "commit":
            self.left -= 1
            if self.left == 0:
                await self._redis.hset("{nf}:state", "dominance_55", '{"status":"pending"}')
        return await super().run(name, keys, arguments)


@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_stale_poller_is_refused_at_any_of_its_calls(redis: Redis, nth: int) -> None:
    client = Overtaken(redis)
    desk = Desk(client)
    await desk.join(1)
    client.left = nth
    with pytest.raises(StaleLeader, match="moved a state"):
        await desk.commit(*map(alert, MANY), changes=[fires()])
    assert (await desk.journal.states())["dominance_55"] != FIRING
    assert await heard(desk) == MANY[: (nth - 1) * MOST_ENQUEUED]
