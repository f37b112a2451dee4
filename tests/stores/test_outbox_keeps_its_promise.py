"""Whatever chats do and however sends end: each alert arrives once, in order, where it was due.

What was held back for a while comes later than its turn; all else keeps its order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.model import Chat, Message
from bot.ports import Hold, Outcome, Parcel, Settlement
from bot.stores import codec
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.forgetting import RedisForgetting
from bot.stores.holding import RedisHolding
from bot.stores.outbox import RedisOutbox
from bot.stores.own_rules import Rewrite, write
from tests.stores.examples import Desk, alert

TOPICS = ("breakout", "dominance", "season")
CHATS = ("1", "2", "3", "4", "5", "6:1", "6:2")
"""The last ones are threads of one chat."""


@dataclass
class World:
    """The real outbox beside what everybody ought to have heard."""

    desk: Desk
    hears: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    owed: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    heard: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    loose: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What a chat left while it was on its way there."""
    out: dict[str, Parcel] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    """Who has another id for now."""
    fired: int = 0
    wishes: int = 0
    topic_of: dict[str, str] = field(default_factory=dict)
    held: set[tuple[str, str]] = field(default_factory=set)
    """Whom an alert, held back, may reach out of its turn."""

    def chat(self, who: str) -> Chat:
        """Where somebody is reached now."""
        return Chat.from_member("telegram", f"new{who}" if who in self.moved else who)

    async def subscribe(self, who: str, topic: str) -> None:
        await self.desk.subscriptions.resume(self.chat(who))
        await self.desk.subscriptions.subscribe(self.chat(who), [topic])
        self.hears[who].add(topic)

    async def unsubscribe(self, who: str, topic: str) -> None:
        await self.desk.subscriptions.resume(self.chat(who))
        await self.desk.subscriptions.unsubscribe(self.chat(who), [topic])
        self.hears[who].discard(topic)
        # What waits for the chat is heard no more; what is out already may still arrive.
        left = {each for each in self.owed[who] if self.topic_of[each] == topic}
        out = {each.job for each in self.out[who].letters} if who in self.out else set[str]()
        self.loose[who] |= left & out
        self._owe_no_more(who, left - out - set(self.heard[who]))

    def _owe_no_more(self, who: str, alerts: set[str]) -> None:
        self.owed[who] = [each for each in self.owed[who] if each not in alerts]

    async def fire(self, *topics: str) -> None:
        alerts = []
        for topic in topics:
            self.fired += 1
            name = f"alert{self.fired:03}"
            alerts.append(replace(alert(name, topic), message=Message(name)))
            self.topic_of[name] = topic
            for who in CHATS:
                if topic in self.hears[who]:
                    self.owed[who].append(name)
        await self.desk.commit(*alerts)

    async def whisper(self, who: str) -> None:
        """One of the chat's own alerts fires; of many that a chat misses, some are forgotten."""
        if self.fired >= MOST_FIRED:
            return
        self.fired += 1
        name = f"own{self.fired:03}"
        body = codec.MESSAGE.dump(Message(name))
        member = self.chat(who).member
        said = Rewrite("telegram", member, 1, "", None, None, job=name, body=body)
        assert await write(self.desk.client, [said]) == ["done"]
        self.topic_of[name] = "own"
        self.owed[who].append(name)

    async def take(self, limit: int) -> None:
        self.wishes += 1
        for parcel in await self.desk.outbox.take("telegram", limit, f"sender:{self.wishes}"):
            who = parcel.chat.member.removeprefix("new")
            assert who not in self.out, "Two hold the same chat."
            assert parcel.chat.id not in {each.chat.id for each in self.out.values()}
            self.out[who] = parcel

    async def settle(self, outcome: Outcome) -> None:
        for who, parcel in list(self.out.items()):
            del self.out[who]
            jobs = [letter.job for letter in parcel.letters]
            if outcome is Outcome.SENT:
                self.heard[who] += jobs
            else:
                self._owe_no_more(who, self.loose[who])
            self.loose[who].clear()
            await self.desk.outbox.settle("telegram", [Settlement(parcel, outcome)])

    async def hold(self, share: int) -> None:
        """Some of the letters that are out are not to be told now; the others are due."""
        for who, parcel in list(self.out.items()):
            del self.out[who]
            jobs = [letter.job for letter in parcel.letters][::share]
            self.held |= {(who, job) for job in jobs}
            self._owe_no_more(who, self.loose.pop(who, set()))
            holds = tuple(Hold(job, FAR, "muted") for job in jobs)
            told = Settlement(parcel, Outcome.HELD, holds=holds)
            await self.desk.outbox.settle("telegram", [told])

    async def release(self, who: str) -> None:
        """Nothing is to be held back from the chat any more."""
        await RedisHolding(self.desk.client).release(self.chat(who))

    async def move(self, who: str) -> None:
        """The chat gets another id, or its old one back; what is out is settled as it was taken."""
        old = self.chat(who)
        self.moved ^= {who}
        await self.desk.outbox.move(old, self.chat(who))

    async def stop(self, who: str) -> None:
        """The chat wants to be forgotten, perhaps while something is on its way to it."""
        await RedisForgetting(self.desk.client).forget(self.chat(who))
        self.hears[who].clear()
        self.loose[who].clear()
        self.owed[who] = [*self.heard[who]]
        if who in self.out:
            late = Settlement(self.out.pop(who), Outcome.LATER)
            await self.desk.outbox.settle("telegram", [late])

    def in_turn(self, who: str, alerts: Mapping[str, list[str]]) -> list[str]:
        """Those of a chat's alerts that were never held back from it."""
        return [each for each in alerts[who] if (who, each) not in self.held]

    async def finish(self) -> None:
        """Everybody comes back, and everything is sent."""
        for who in CHATS:
            await self.desk.subscriptions.resume(self.chat(who))
            await self.release(who)
        for _ in range(200):
            await self.settle(Outcome.SENT)
            await self.take(3)
            if not self.out:
                return
        pytest.fail("The outbox never gets empty.")


Join = tuple[str, str]
MOST_FIRED = 40
FAR = datetime(2099, 1, 1, tzinfo=UTC)
LASTING = ("sub", "chat", "job", "epoch", "taken", "told", "moved")
"""What may be left once everything is told."""
Step = Callable[[World], Coroutine[Any, Any, None]]
who, topic = st.sampled_from(CHATS), st.sampled_from(TOPICS)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda w, t: lambda world: world.subscribe(w, t), who, topic),
    st.builds(lambda w, t: lambda world: world.subscribe(w, t), who, topic),
    st.builds(lambda w, t: lambda world: world.unsubscribe(w, t), who, topic),
    st.builds(lambda ts: lambda world: world.fire(*ts), st.lists(topic, min_size=1, max_size=3)),
    st.builds(lambda w: lambda world: world.whisper(w), who),
    st.builds(lambda n: lambda world: world.take(n), st.integers(1, 4)),
    st.builds(
        lambda o: lambda world: world.settle(o),
        st.sampled_from(
            [
                *(Outcome.SENT, Outcome.SENT, Outcome.LATER, Outcome.AGAIN, Outcome.ALONE),
                Outcome.SUSPENDED,
            ]
        ),
    ),
    st.builds(lambda n: lambda world: world.hold(n), st.integers(1, 3)),
    st.builds(lambda w: lambda world: world.release(w), who),
    st.builds(lambda w: lambda world: world.move(w), who),
    st.builds(lambda w: lambda world: world.stop(w), who),
)


async def _live(world: World, redis: Redis, joins: list[Join], steps: list[Step]) -> None:
    await redis.flushall()
    for chat_id, heard in joins:
        await world.subscribe(chat_id, heard)
    for step in steps:
        await step(world)
    await world.finish()
    left = [name.decode() async for name in redis.scan_iter("{nf}:telegram:*")]
    assert [name for name in left if name.split(":")[2] not in LASTING] == []


def test_each_alert_arrives_once_and_in_order(redis_server: EmbeddedRedis) -> None:
    with asyncio.Runner() as runner:
        redis = Redis.from_url(redis_server.url, protocol=2)
        connected = connect(redis_server.url)
        client = runner.run(connected.__aenter__())

        @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
        @given(
            joins=st.lists(st.tuples(who, topic), min_size=4, max_size=14),
            steps=st.lists(STEPS, min_size=5, max_size=40),
        )
        def whatever_happens(joins: list[Join], steps: list[Step]) -> None:
            world = World(Desk(client, RedisOutbox(client, lease=timedelta(hours=1))))
            runner.run(_live(world, redis, joins, steps))
            for one in CHATS:
                assert sorted(world.heard[one]) == sorted(world.owed[one])
                assert world.in_turn(one, world.heard) == world.in_turn(one, world.owed)

        try:
            whatever_happens()
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(redis.aclose())
