"""What is held back from chats: it waits beside their lines, and comes back whole and in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Mute, Preferences, QuietHours
from bot.ports import Hold, Outcome, Parcel, Settlement
from bot.stores import milliseconds
from bot.stores.connect import Client
from bot.stores.deliveries import RedisDeliveries
from bot.stores.forgetting import RedisForgetting
from bot.stores.holding import RedisHolding
from bot.stores.preferences import RedisPreferences
from tests.stores.examples import Desk, alert, chat, dumped, heard_by, take_all

HELD, HOLD, LINE = "{nf}:telegram:held", "{nf}:telegram:hold", "{nf}:telegram:line"
SUSPENDED, CONDITIONS = "{nf}:telegram:suspended", "{nf}:telegram:conditions"
FAR = datetime(2099, 1, 1, tzinfo=UTC)
MUTED = Preferences(mutes=(Mute(until=FAR),))


@pytest.fixture
def holding(store_client: Client) -> RedisHolding:
    return RedisHolding(store_client)


@pytest.fixture
def preferences(store_client: Client) -> RedisPreferences:
    return RedisPreferences(store_client)


def always(wanted: Preferences) -> Callable[[Preferences], Preferences]:
    return lambda _before: wanted


async def hold(desk: Desk, parcel: Parcel, *jobs: str, until: datetime | None = FAR) -> None:
    """Hold some letters of a parcel, or all."""
    names = jobs or [letter.job for letter in parcel.letters]
    holds = tuple(Hold(name, until, "muted") for name in names)
    await desk.outbox.settle("telegram", [Settlement(parcel, Outcome.HELD, holds=holds)])


async def held(desk: Desk, *jobs: str) -> None:
    """Let a chat 1 hear these alerts, and hold them all."""
    await desk.join(1)
    await desk.commit(*map(alert, jobs))
    for parcel in await take_all(desk.outbox):
        await hold(desk, parcel)


async def ripen_holds(redis: Redis, member: str = "1") -> None:
    """Let the time come up to which everything is held."""
    letters = [[job, 1, why] for job, _, why in json.loads(await redis.hget(HELD, member) or "[]")]
    await redis.hset(HELD, member, json.dumps(letters))
    await redis.zadd(HOLD, {member: 1}, xx=True)


# --- What is set ----------------------------------------------------------------------------------


async def test_a_parcel_brings_what_its_chat_has_set(
    desk: Desk, preferences: RedisPreferences, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.join(1, 2, 3)
    quiet = Preferences(zone="Asia/Kolkata", quiet=QuietHours(time(22), time(7)))
    await preferences.change(chat(1), always(quiet))
    await redis.hset("{nf}:telegram:preferences", "3", "{damaged")
    await desk.commit(alert())
    before = datetime.now(UTC)
    parcels = await take_all(desk.outbox)
    assert [parcel.preferences for parcel in parcels] == [quiet, Preferences(), Preferences()]
    assert caplog.text.count("preferences of telegram chat 3 cannot be read") == 1
    assert abs(parcels[0].at - before) < timedelta(seconds=2)


async def test_what_was_decided_by_other_settings_is_judged_anew(
    desk: Desk, preferences: RedisPreferences, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await preferences.change(chat(1), always(MUTED))
    await hold(desk, parcel)
    assert await redis.exists(HELD) == 0
    (again,) = await take_all(desk.outbox)
    assert (heard_by(again), again.preferences) == (("1", ["a"]), MUTED)


# --- Holding and letting go -----------------------------------------------------------------------


async def test_what_is_held_comes_when_its_time_has_before_what_is_new(
    desk: Desk, redis: Redis
) -> None:
    await held(desk, "a", "b")
    assert await take_all(desk.outbox) == []
    assert not await redis.exists(LINE)
    await ripen_holds(redis)
    await desk.commit(alert("c"))
    (parcel,) = await take_all(desk.outbox)
    assert [(each.job, each.held) for each in parcel.letters] == [
        ("a", "muted"), ("b", "muted"), ("c", ""),
    ]  # fmt: skip
    await desk.sent(parcel)
    assert not await redis.exists(LINE, HELD, HOLD)


async def test_the_rest_of_a_parcel_goes_at_once_and_what_is_left_out_never(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(*map(alert, "abcd"))
    (parcel,) = await take_all(desk.outbox)
    holds = (Hold("a", FAR, "muted"), Hold("c", None))
    await desk.outbox.settle("telegram", [Settlement(parcel, Outcome.HELD, holds=holds)])
    (rest,) = await take_all(desk.outbox)
    assert heard_by(rest) == ("1", ["b", "d"])
    await desk.sent(rest)
    await ripen_holds(redis)
    assert await desk.drained() == [("1", ["a"])]
    assert await redis.hget("{nf}:telegram:job:c", "skipped") == "1"


async def test_settling_twice_holds_once(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await hold(desk, parcel)
    before = await dumped(redis)
    await hold(desk, parcel)
    assert await dumped(redis) == before


async def test_a_try_has_the_same_letters_though_held_ones_come_back_meanwhile(
    desk: Desk, redis: Redis
) -> None:
    await held(desk, "a")
    await desk.commit(alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await ripen_holds(redis)
    assert await take_all(desk.outbox) == [], "The chat is being written to."
    await desk.settle(Outcome.LATER, parcel)
    assert await desk.drained() == [("1", ["b"]), ("1", ["a"])]


async def test_what_is_not_sent_now_is_joined_by_what_comes_meanwhile(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.AGAIN, parcel, seconds=30)
    await desk.commit(alert("b"))
    await desk.tell("o", chat(1))
    assert await take_all(desk.outbox) == []
    assert await redis.exists("{nf}:telegram:rest") == 0
    await redis.zadd("{nf}:telegram:due", {"1": 1})
    (together,) = await take_all(desk.outbox)
    assert heard_by(together) == ("1", ["a", "b", "own:telegram:1:o"])
    assert (together.attempts, together.unsure) == (0, 0)


async def test_many_that_were_held_go_together_and_the_oldest_of_too_many_are_let_go(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    names = [f"alert{number:03}" for number in range(540)]
    for start in range(0, len(names), 90):
        await desk.commit(*map(alert, names[start : start + 90]))
        while parcels := await take_all(desk.outbox):
            await hold(desk, parcels[0])
    await ripen_holds(redis)
    heard = await desk.drained()
    assert [len(jobs) for _, jobs in heard] == [100] * 5
    assert [job for _, jobs in heard for job in jobs] == names[40:]
    assert await redis.hget(f"{{nf}}:telegram:job:{names[0]}", "expired") == "1"


async def test_what_is_too_old_or_heard_no_more_is_not_told(desk: Desk, redis: Redis) -> None:
    await desk.join(1, topic="season")
    await desk.commit(alert("s", "season"))
    await held(desk, "a", "b")
    await redis.hset("{nf}:telegram:job:a", "end_at", 1)
    await desk.subscriptions.unsubscribe(chat(1), ["season"])
    await ripen_holds(redis)
    assert await desk.drained() == [("1", ["b"])]
    assert await redis.hget("{nf}:telegram:job:a", "expired") == "1"


async def test_thousands_whose_night_is_over_come_in_bounded_steps(
    desk: Desk, redis: Redis
) -> None:
    members = [str(number) for number in range(250)]
    await desk.join(*members)
    await desk.commit(alert("a"))
    for parcel in await take_all(desk.outbox, limit=250):
        await hold(desk, parcel)
    for member in members:
        await ripen_holds(redis, member)
    parcels = await take_all(desk.outbox, limit=10)
    assert (len(parcels), await redis.zcard(HOLD)) == (10, 150)
    await desk.sent(*parcels)
    assert len(await desk.drained(limit=10)) == 240


async def test_the_store_lets_go_on_its_own_clock(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    until = parcel.at + timedelta(seconds=20)
    await hold(desk, parcel, until=until)
    assert await redis.zscore(HOLD, "1") == milliseconds.of_instant(until)
    assert await take_all(desk.outbox) == []


# --- Somebody lets go -----------------------------------------------------------------------------


async def test_release_lets_go_what_nothing_holds_any_more(
    desk: Desk, holding: RedisHolding, preferences: RedisPreferences
) -> None:
    await desk.join(1, topic="season")
    await desk.commit(alert("s", "season"))
    await held(desk, "a", "b")
    assert await holding.held(chat(1)) == 3
    season = Preferences(mutes=(Mute(topic="season", until=FAR),))
    await preferences.change(chat(1), always(season))
    assert await holding.release(chat(1)) == 2
    assert (await holding.held(chat(1)), await holding.held(chat(2))) == (1, 0)
    assert await desk.drained() == [("1", ["a", "b"])]
    assert await holding.release(chat(1)) == 0


async def test_release_leaves_out_what_is_muted_for_good_and_moves_what_ends_earlier(
    desk: Desk, holding: RedisHolding, preferences: RedisPreferences, redis: Redis
) -> None:
    await desk.join(1, topic="season")
    await desk.commit(alert("s", "season"))
    await held(desk, "a")
    soon = datetime.now(UTC) + timedelta(hours=2)
    mutes = (Mute(topic="season"), Mute(topic="dominance", until=soon))
    await preferences.change(chat(1), always(Preferences(mutes=mutes)))
    assert await holding.release(chat(1)) == 0
    assert await holding.held(chat(1)) == 1
    assert await redis.zscore(HOLD, "1") == milliseconds.of_instant(soon)
    assert await redis.hget("{nf}:telegram:job:s", "skipped") == "1"


async def test_lifting_a_mute_ends_it_and_what_it_held_is_on_its_way(
    desk: Desk, preferences: RedisPreferences
) -> None:
    mute, other = Mute(rule="a", condition="recovers"), Mute(topic="season", until=FAR)
    await preferences.change(chat(1), always(Preferences(mutes=(mute, other))))
    await held(desk, "a")
    assert await desk.outbox.lift(chat(1), [mute]) == 1
    assert (await preferences.of(chat(1))).mutes == (other,)
    assert await desk.outbox.lift(chat(1), [mute]) == 0
    assert await desk.drained() == [("1", ["a"])]


# --- What befalls the chat ------------------------------------------------------------------------


async def test_what_is_held_outlives_a_suspension(desk: Desk, redis: Redis) -> None:
    await held(desk, "a")
    await desk.commit(alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, parcel)
    await ripen_holds(redis)
    await desk.commit(alert("c"))
    assert await take_all(desk.outbox) == []
    resumed = await desk.subscriptions.resume(chat(1))
    assert resumed is not None
    assert resumed.missed == 3
    assert await desk.drained() == [("1", ["a", "b", "c"])]


async def test_what_is_held_comes_at_its_time_after_a_suspension(desk: Desk, redis: Redis) -> None:
    await held(desk, "a")
    await desk.commit(alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, parcel)
    await desk.subscriptions.resume(chat(1))
    assert await desk.drained() == [("1", ["b"])]
    await ripen_holds(redis)
    assert await desk.drained() == [("1", ["a"])]


async def test_what_is_held_follows_a_chat_that_moves(
    desk: Desk, holding: RedisHolding, redis: Redis
) -> None:
    await desk.join(2)
    await held(desk, "a", "b")
    await redis.sadd(CONDITIONS, "1")
    await desk.outbox.move(chat(1), chat(2))
    assert await redis.hkeys(HELD) == ["2"]
    assert await redis.zrange(HOLD, 0, -1) == ["2"]
    assert await redis.smembers(CONDITIONS) == {"2"}
    assert await holding.held(chat(2)) == 2, "Both held the same two."
    await ripen_holds(redis, "2")
    assert await desk.drained() == [("2", ["a", "b"])]


async def test_what_came_back_keeps_its_mark_when_the_chat_moves(desk: Desk, redis: Redis) -> None:
    await held(desk, "a")
    await ripen_holds(redis)
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), chat(2))
    await desk.settle(Outcome.LATER, parcel)
    (again,) = await take_all(desk.outbox)
    assert [(each.job, each.held) for each in again.letters] == [("a", "muted")]


async def test_a_chat_that_leaves_takes_what_is_held_along(
    desk: Desk, preferences: RedisPreferences, redis: Redis, store_client: Client
) -> None:
    waits = Mute(topic="season", condition="btc_dominance below 55")
    await preferences.change(chat(1), always(Preferences(mutes=(waits,))))
    await held(desk, "a", "b")
    forgetting = RedisForgetting(store_client)
    assert (await forgetting.belongings(chat(1))).waiting == 2
    assert (await forgetting.forget(chat(1))).waiting == 2
    assert not await redis.exists(HELD, HOLD, CONDITIONS, LINE)


async def test_deliveries_tell_what_is_held(desk: Desk, store_client: Client) -> None:
    await held(desk, "a", "b")
    delivery = await RedisDeliveries(store_client).of(chat(1))
    assert (delivery.waiting, delivery.held) == (0, 2)


@pytest.mark.parametrize(
    ("mute", "is_looked_at"),
    [
        (Mute(rule="3", condition="recovers"), True),
        (Mute(rule="dominance_55", condition="recovers"), False),
        (Mute(condition="btc_dominance below 55"), True),
        (Mute(topic="season", until=FAR), False),
    ],
)
async def test_only_who_waits_for_a_number_or_an_own_alert_is_looked_at(
    holding: RedisHolding, preferences: RedisPreferences, *, mute: Mute, is_looked_at: bool
) -> None:
    waits = replace(MUTED, mutes=(*MUTED.mutes, mute))
    await preferences.change(chat(1), always(waits))
    found = [(chat(1), waits)] if is_looked_at else []
    assert await holding.waiting("telegram") == found
    await preferences.change(chat(1), always(MUTED))
    assert await holding.waiting("telegram") == []
