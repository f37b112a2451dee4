"""All that takes part in a run, and how its chats come and go."""

import asyncio
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ports import StoreUnavailable
from bot.stores.keys import Lane
from bot.stores.subscriptions import RedisSubscriptions
from tests.chaos.crowd import Fate, Subscriber
from tests.chaos.plan import Deed
from tests.chaos.processes import RedisServer, Supervised
from tests.chaos.proxy import Proxy
from tests.chaos.tariff import Tariff
from tests.platforms import Remote

AGAIN_SECONDS = 0.2
UPDATES_AT_ONCE = 20
"""So many chats speak within a second: a reply is not paid for, and those are few."""

T = TypeVar("T")


@dataclass(slots=True)
class World:
    """One run's."""

    chance: random.Random
    folder: Path
    redis_url: str
    """Behind the proxy."""
    server: RedisServer
    proxy: Proxy
    redis: Redis
    """Straight to the server, past the proxy."""
    subscriptions: RedisSubscriptions
    """Likewise."""
    platforms: Mapping[str, Remote]
    tariff: Tariff
    senders: Mapping[str, Sequence[Supervised]]
    crowd: list[Subscriber]
    newcomers: list[Subscriber]
    spells: float
    """How long they are against those of a run of the usual length."""
    pollers: list[Supervised] = field(default_factory=list)
    done: Counter[tuple[Deed, str]] = field(default_factory=Counter)
    copies_allowed: Counter[str] = field(default_factory=Counter)
    """On Telegram, by their cause: how many copies the deeds so far may have caused."""
    server_is_ours: asyncio.Lock = field(default_factory=asyncio.Lock)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def supervised(self) -> list[Supervised]:
        """Every process that is started again."""
        return [*self.pollers, *itertools.chain.from_iterable(self.senders.values())]

    def allow(self, cause: str, copies: int) -> None:
        """Note how many copies something may have caused."""
        self.copies_allowed[cause] += copies

    def spell_seconds(self, shortest: float, longest: float) -> float:
        """How long something is out of order, in a short run not for most of it."""
        return self.chance.uniform(shortest, longest) * self.spells

    def some(self, platform: str, count: int, *, groups: bool = False) -> list[Subscriber]:
        """Chats that nothing has befallen yet."""
        usual = [
            each
            for each in self.crowd
            if each.chat.platform == platform
            and each.fate is Fate.STAYS
            and (each.is_group or not groups)
        ]
        return self.chance.sample(usual, min(count, len(usual)))


async def insisting(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask Redis until it answers."""
    while True:
        try:
            return await ask()
        except (StoreUnavailable, RedisError, OSError):
            await asyncio.sleep(AGAIN_SECONDS)


async def ask(world: World, *command: str | int) -> Any:
    """One command to the server itself, until it answers."""
    return await insisting(lambda: world.redis.execute_command(*command))  # type: ignore[no-untyped-call]


async def join(world: World, each: Subscriber) -> None:
    """Subscribe a newcomer, and note from when on it hears."""
    await insisting(lambda: world.subscriptions.subscribe(each.chat, each.topics))
    for topic in each.topics:
        key = Lane(each.chat.platform).subscribers(topic)
        each.joined[topic] = int(await ask(world, "ZSCORE", key, each.chat.member))
    world.crowd.append(each)


async def leave(world: World, each: Subscriber) -> None:
    """Unsubscribe a chat from everything."""
    each.fate = Fate.LEFT
    await insisting(lambda: world.subscriptions.unsubscribe(each.chat, each.topics))


async def come_back(world: World, platform: str, chats: Sequence[Subscriber]) -> None:
    """Let chats take messages again, and say so: on Telegram to the bot, else past it."""
    remote = world.platforms[platform]
    await remote.control(heal=[each.chat.id for each in chats])
    for each in chats:
        each.fate = Fate.BACK
    if platform != "telegram":
        for each in chats:
            await insisting(partial(world.subscriptions.resume, each.chat))
        return
    for some in _in_parts(chats, UPDATES_AT_ONCE):
        await remote.control(updates=[_spoken(each, next(world.numbers)) for each in some])
        await asyncio.sleep(1.0)


async def move(world: World, chats: Iterable[Subscriber]) -> None:
    """Give groups a new id; the bot is told of every other one before it sends."""
    remote = world.platforms["telegram"]
    for each in chats:
        number = next(world.numbers)
        each.new = type(each.chat)("telegram", str(-1_007_000_000_000 - number))
        each.fate = Fate.MOVED
        await remote.control(migrate={each.chat.id: each.new.id})
        if number % 2:
            message = _message(int(each.chat.id), "group", number)
            moved = message | {"migrate_to_chat_id": int(each.new.id)}
            await remote.control(updates=[{"message": moved}])


def _spoken(each: Subscriber, number: int) -> dict[str, Any]:
    """What Telegram tells when somebody lets the bot write again: by a command, or by itself."""
    number_of_chat = int(each.chat.id)
    if number_of_chat > 0 and number % 2:
        bot = {"user": {"id": 123456, "is_bot": True, "first_name": "Bot"}}
        return {
            "my_chat_member": {
                "chat": {"id": number_of_chat, "type": "private", "first_name": "Ada"},
                "from": {"id": 1001, "is_bot": False, "first_name": "Ada"},
                "date": 1_780_000_000,
                "old_chat_member": bot | {"status": "kicked", "until_date": 0},
                "new_chat_member": bot | {"status": "member"},
            }
        }
    kind = "private" if number_of_chat > 0 else "supergroup"
    message = _message(number_of_chat, kind, number) | {"text": "/start"}
    if each.chat.thread:
        message |= {"message_thread_id": int(each.chat.thread), "is_topic_message": True}
    return {"message": message}


def _message(chat: int, kind: str, number: int) -> dict[str, Any]:
    return {
        "message_id": number,
        "date": 1_780_000_000,
        "chat": {"id": chat, "type": kind, "title": "Traders"},
        "from": {"id": 1001, "is_bot": False, "first_name": "Ada"},
    }


def _in_parts(chats: Sequence[Subscriber], size: int) -> Iterable[Sequence[Subscriber]]:
    return (chats[start : start + size] for start in range(0, len(chats), size))


def by_platform(chats: Iterable[Subscriber]) -> Mapping[str, list[Subscriber]]:
    """The chats of each platform that has any."""
    found: defaultdict[str, list[Subscriber]] = defaultdict(list)
    for each in chats:
        found[each.chat.platform].append(each)
    return found
