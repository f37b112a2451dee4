"""Who hears what, what becomes of each chat meanwhile, and how Redis learns of the first ones."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from redis.asyncio import Redis

from bot.model import Chat
from bot.stores import keys
from bot.stores.keys import Lane
from tests.chaos.schedule import TOPICS

GROUP_SHARE, THREAD_SHARE = 0.08, 0.02
MOST_TOPICS = 4
A_JOURNEY = 2_000


class Fate(StrEnum):
    """What becomes of a chat."""

    STAYS = "stays"
    AWAY = "away"
    """It takes no messages now, and will again."""
    BACK = "back"
    """It took no messages for a while."""
    GONE = "gone"
    """It takes no more messages."""
    LEFT = "left"
    """It wants to hear nothing any more."""
    MOVED = "moved"


@dataclass(slots=True)
class Subscriber:
    """A chat, and from when on it hears each of its topics."""

    chat: Chat
    topics: tuple[str, ...]
    joined: dict[str, int]
    """By topic, the number of its joining in Redis; empty before that."""
    fate: Fate = Fate.STAYS
    new: Chat | None = None
    """Where it moved to."""
    refusal: str = ""
    """How it refused, or refuses, messages."""

    @property
    def is_group(self) -> bool:
        """Whether it is a group of Telegram's without topics, which may move."""
        return self.chat.platform == "telegram" and self.chat.id < "0" and not self.chat.thread


def drawn(chance: random.Random, count: int, discord_share: float) -> list[Subscriber]:
    """So many chats of all kinds, none of which Redis knows."""
    return [Subscriber(_chat(chance, n, discord_share), _topics(chance), {}) for n in range(count)]


def _chat(chance: random.Random, number: int, discord_share: float) -> Chat:
    if chance.random() < discord_share:
        return Chat("discord", str(2_000_000_000 + number))
    kind = chance.random()
    if kind < THREAD_SHARE:
        return Chat("telegram", str(-1_009_000_000_000 - number), "7")
    if kind < THREAD_SHARE + GROUP_SHARE:
        return Chat("telegram", str(-3_000_000 - number))
    return Chat("telegram", str(1_000_000_000 + number))


def _topics(chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(TOPICS, chance.randint(1, MOST_TOPICS)))


async def store(redis: Redis, crowd: Sequence[Subscriber]) -> None:
    """Write what RedisSubscriptions would, many chats a journey, to an empty server."""
    joins = 0
    for start in range(0, len(crowd), A_JOURNEY):
        pipeline = redis.pipeline(transaction=False)
        for each in crowd[start : start + A_JOURNEY]:
            lane = Lane(each.chat.platform)
            for topic in each.topics:
                joins += 1
                each.joined[topic] = joins
                pipeline.zadd(lane.subscribers(topic), {each.chat.member: joins})
            pipeline.sadd(lane.chat(each.chat.member), *each.topics)
        pipeline.set(keys.SEQ, joins)
        await pipeline.execute()
