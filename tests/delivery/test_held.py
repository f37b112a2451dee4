"""A sender and what chats want: quiet hours and mutes hold alerts back, and lose none."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Message, Mute, Preferences, QuietHours
from bot.ports import RetryLater
from bot.stores.connect import Client
from bot.stores.holding import RedisHolding
from bot.stores.preferences import RedisPreferences
from tests.delivery.recorder import Recorder
from tests.delivery.sending import Noting, ended, sending, settled, titled
from tests.stores.examples import Desk, alert, chat
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")

HELD = "{nf}:telegram:held"
FAR = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def preferences(store_client: Client) -> RedisPreferences:
    return RedisPreferences(store_client)


@pytest.fixture
def holding(store_client: Client) -> RedisHolding:
    return RedisHolding(store_client)


def always(wanted: Preferences) -> Callable[[Preferences], Preferences]:
    return lambda _before: wanted


def quiet_now() -> QuietHours:
    """Quiet hours around this very moment, in UTC."""
    now = datetime.now(UTC)
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    return QuietHours(time(begin.hour, begin.minute), time(end.hour, end.minute))


async def all_held(redis: Redis, member: str, count: int) -> None:
    """Wait until so much is held back from a chat."""

    async def is_held() -> bool:
        return len(json.loads(await redis.hget(HELD, member) or "[]")) == count

    await until(is_held)


def fact(name: str, topic: str = "dominance") -> Message:
    return Message(f"{name} fired", (f"{name}: 54.9 % against 55 %.", "Source: coingecko."), topic)


async def test_quiet_hours_hold_back_what_is_not_urgent_and_tell_it_together_afterwards(
    desk: Desk,
    adapter: Recorder,
    redis: Redis,
    preferences: RedisPreferences,
    holding: RedisHolding,
) -> None:
    hours = quiet_now()
    quiet = Preferences(zone="UTC", quiet=hours, urgent=("breakout",))
    await preferences.change(chat(1), always(quiet))
    await desk.join(1, 2)
    await desk.join(1, topic="breakout")
    async with sending(desk, adapter):
        for name in ("one", "two"):
            await desk.commit(replace(alert(name), message=fact(name)))
        await desk.commit(titled("urgent", "breakout"))
        await adapter.until(lambda: adapter.heard("1") == ["urgent"])
        await adapter.until(lambda: len(adapter.heard("2")) == 2)
        await all_held(redis, "1", 2)
        await preferences.change(chat(1), always(replace(quiet, quiet=None)))
        assert await holding.release(chat(1)) == 2
        await adapter.until(lambda: len(adapter.posted("1")) == 2)
        await until(lambda: settled(redis))
    late = adapter.posts[-1]
    assert late.titles == (
        f"While it was quiet, {hours.begin:%H:%M} to {hours.end:%H:%M}: 2 alerts",
    )
    rows = late.text.splitlines()[1:5]
    when = "2026-11-22 12:00 UTC"
    assert rows == [
        row
        for name in ("one", "two")
        for row in (
            f"{when}: {name} fired",
            f"{name}: 54.9 % against 55 %. Source: coingecko.",
        )
    ]


async def test_an_alert_that_was_held_alone_is_told_in_full(
    desk: Desk, adapter: Recorder, preferences: RedisPreferences
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.6)
    muted = Preferences(zone="Asia/Kolkata", mutes=(Mute(topic="dominance", until=soon),))
    await preferences.change(chat(1), always(muted))
    await desk.join(1)
    await desk.commit(replace(alert("one"), message=fact("one")))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.heard("1") == ["one fired"])
    assert "held back as it was muted" in adapter.posts[0].text
    assert "2026-11-22 17:30 IST" in adapter.posts[0].text
    assert datetime.now(UTC) > soon


async def test_what_is_muted_for_good_is_counted_and_never_told(
    desk: Desk, adapter: Recorder, redis: Redis, preferences: RedisPreferences
) -> None:
    await preferences.change(chat(1), always(Preferences(mutes=(Mute(topic="dominance"),))))
    await desk.join(1)
    await desk.join(1, topic="season")
    await desk.commit(titled("no"), titled("yes", "season"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.heard("1") == ["yes"])
        await until(lambda: settled(redis))
    assert await ended(redis, "no", "skipped") == 1
    assert not await redis.exists(HELD)


async def test_what_says_that_all_is_well_ends_the_mute_and_comes_with_what_that_held(
    desk: Desk, adapter: Recorder, redis: Redis, preferences: RedisPreferences
) -> None:
    mute = Mute(rule="dominance_55", condition="recovers")
    await preferences.change(chat(1), always(Preferences(mutes=(mute,))))
    await desk.join(1)
    async with sending(desk, adapter):
        for day in (20, 21):
            name = f"dominance_55:2026-11-{day}:fired"
            await desk.commit(replace(alert(name), message=Message(f"below {day}")))
            await all_held(redis, "1", day - 19)
        name = "dominance_55:2026-11-21:resolved"
        await desk.commit(replace(alert(name), message=Message("back above")))
        await adapter.until(lambda: len(adapter.posts) > 0)
        await until(lambda: settled(redis))
    assert adapter.posted("1") == [("While this was muted: 2 alerts", "back above")]
    assert (await preferences.of(chat(1))).mutes == ()


async def test_a_mute_that_is_over_is_removed(
    desk: Desk, adapter: Recorder, preferences: RedisPreferences
) -> None:
    over, stays = Mute(until=datetime(2026, 1, 1, tzinfo=UTC)), Mute(topic="season", until=FAR)
    await preferences.change(chat(1), always(Preferences(mutes=(over, stays))))
    await desk.join(1)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.heard("1") == ["one"])
    assert (await preferences.of(chat(1))).mutes == (stays,)


@pytest.mark.parametrize("moves", [False, True], ids=["stays", "moves"])
async def test_who_is_killed_between_holding_and_letting_go_loses_nothing(
    desk: Desk, redis: Redis, preferences: RedisPreferences, *, moves: bool
) -> None:
    """Another sender tells it at its time, wherever the chat is by then."""
    first, second = Recorder(), Recorder()
    soon = datetime.now(UTC) + timedelta(seconds=0.8)
    muted = Preferences(mutes=(Mute(until=soon),))
    await preferences.change(chat(1), always(muted))
    await desk.join(1)
    await desk.commit(titled("one"), titled("two"))
    async with sending(desk, first):
        await all_held(redis, "1", 2)
    if moves:
        await desk.outbox.move(chat(1), chat(-1))
    async with sending(desk, second):
        await second.until(lambda: len(second.posts) == 1)
        await until(lambda: settled(redis))
    assert (first.posts, second.posts[0].chat) == ([], "-1" if moves else "1")
    assert second.posts[0].titles == ("While this was muted: 2 alerts",)


async def test_whoever_is_cut_off_while_it_ends_a_mute_ends_it_the_next_time(
    store_client: Client, redis: Redis, preferences: RedisPreferences
) -> None:
    """The letters are on their way already, and the mute is not lifted yet."""
    outbox = Noting(store_client, lease=timedelta(seconds=0.2))
    desk, adapter = Desk(store_client, outbox), Recorder()
    mute = Mute(topic="dominance", condition="recovers")
    await preferences.change(chat(1), always(Preferences(mutes=(mute,))))
    await desk.join(1)
    await desk.commit(titled("x:1:fired"))
    async with sending(desk, adapter):
        await all_held(redis, "1", 1)
    await desk.commit(titled("x:1:resolved"))
    (parcel,) = await outbox.take("telegram", 1, "killed:1")
    released = RedisHolding(store_client)
    assert await released._judge(chat(1), Preferences()) == 1
    assert parcel.preferences.mutes == (mute,)
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.posts) == 1)
        await until(lambda: settled(redis))
    assert adapter.heard("1") == ["x:1:fired", "x:1:resolved"]
    assert (await preferences.of(chat(1))).mutes == ()


async def test_what_may_have_arrived_is_brought_to_its_end_in_quiet_hours(
    desk: Desk, adapter: Recorder, preferences: RedisPreferences
) -> None:
    """Held back, it would come as a copy under a name that no platform knows."""
    adapter.messages_a_part = 1
    await desk.join(1)
    await desk.commit(titled("one"), titled("two"))
    adapter.meets("1", None, RetryLater(0.4, "wait", counts=False))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.tried) == 2)
        quiet = Preferences(quiet=quiet_now())
        await preferences.change(chat(1), always(quiet))
        assert adapter.heard("1") == ["one"]
        await adapter.until(lambda: adapter.heard("1") == ["one", "two"])


async def test_a_chat_hears_alerts_in_its_language(
    desk: Desk, adapter: Recorder, preferences: RedisPreferences
) -> None:
    await preferences.change(chat(1), always(Preferences(language="de")))
    await desk.join(1, 2)
    both = Message("fell", translations=(("de", Message("gefallen")),))
    await desk.commit(replace(alert("one"), message=both))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.posts) == 2)
    assert (adapter.heard("1"), adapter.heard("2")) == (["gefallen"], ["fell"])
