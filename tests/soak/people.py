"""People who use the bot all the while: they ask, set, pin, mute, leave and come back."""

import asyncio
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.model import Chat
from tests.platforms import Remote
from tests.soak.crowd import Habit, Member

TALKERS = 24
FIRST_TALKER = 1_500_000_000
TALK_SECONDS = 0.4
"""Between two things that somebody says: far less than Telegram lets us answer."""
HABIT_SECONDS = 12.0
"""How long a chat is mute, quiet or away."""
BROWSE_SECONDS = 2.0
SAYINGS = (
    "/start", "/help", "/help alert", "/status", "/status etf", "/board", "/board pin",
    "/board unpin", "/sources", "/sources btc_dominance", "/subscriptions", "/subscribe",
    "/subscribe all", "/unsubscribe etf", "/unsubscribe all", "/history", "/why", "/theses",
    "/digest", "/digest week", "/deliveries", "/chart btc_price 30d", "/chart russell_2000 1y",
    "/preview dominance_55", "/preview btc_price above 76000", "/track dominance", "/alerts",
    "/alert btc_price above 76000", "/alert btc_price below 73000 remind 2h",
    "/alert fear_greed below 30 once", "/alert btc_dominance below 56 and fear_greed above 40",
    "/unalert 1", "/unalert all", "/mute", "/mute 1h", "/mute dominance 1d", "/mute own always",
    "/mute until btc_price above 76000", "/unmute all", "/settings", "/settings digest 08:00",
    "/settings digest off", "/settings zone Europe/Berlin", "/settings language de",
    "/settings language en", "/pack", "/pack add rotation", "/pack share", "/export", "/privacy",
    "/stop", "/stop yes", "/nonsense", "what is this",
)  # fmt: skip
PAGES = (
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/status",
    "/feed.xml",
    "/api/openapi.json",
)
"""What may be asked at PORT."""


@dataclass(slots=True)
class Street:
    """Where people are met."""

    chance: random.Random
    telegram: Remote
    web: str
    """The root of the status page."""
    crowd: Sequence[Member]
    said: int = 0
    pages: dict[str, int] = field(default_factory=dict)
    """By path, the status of the last answer."""
    moved: dict[str, str] = field(default_factory=dict)
    """By the old id of a group, the new one."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def of(self, habit: Habit) -> list[Member]:
        """The members who have a habit."""
        return [each for each in self.crowd if each.habit is habit]


async def talk(street: Street) -> None:
    """Say something now and then, somebody each time, until cancelled."""
    while True:
        await asyncio.sleep(street.chance.uniform(0, 2 * TALK_SECONDS))
        person = str(FIRST_TALKER + street.chance.randrange(TALKERS))
        await say(street, [person], street.chance.choice(SAYINGS))


async def follow_habits(street: Street) -> None:
    """Let those whose alerts are counted mute, sleep, go away and move, until cancelled."""
    groups = itertools.cycle([street.of(Habit.MOVES)])
    while True:
        await say(street, ids(street.of(Habit.MUTES)), "/mute 1d")
        await say(street, ids(street.of(Habit.SLEEPS)), "/settings quiet 00:00-23:59")
        away = ids(street.of(Habit.AWAY))
        await street.telegram.control(refuse={"blocked": away})
        still = [each for each in next(groups) if each.chat.id not in street.moved]
        if still:
            await _move(street, still[0].chat)
        await asyncio.sleep(HABIT_SECONDS)
        await come_to_rest(street)
        await asyncio.sleep(HABIT_SECONDS)


async def come_to_rest(street: Street) -> None:
    """Let everybody hear everything again; safe to repeat."""
    away = ids(street.of(Habit.AWAY))
    await street.telegram.control(heal=away)
    await say(street, away, "/subscriptions")
    await say(street, ids(street.of(Habit.MUTES)), "/unmute all")
    await say(street, ids(street.of(Habit.SLEEPS)), "/settings quiet off")


async def browse(street: Street) -> None:
    """Ask for every page there may be, again and again, until cancelled."""
    limit = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=limit) as session:
        for path in itertools.cycle(PAGES):
            await asyncio.sleep(BROWSE_SECONDS / len(PAGES))
            try:
                async with session.get(f"{street.web}{path}") as response:
                    await response.read()
                    street.pages[path] = response.status
            except (aiohttp.ClientError, TimeoutError):
                street.pages[path] = 0


async def say(street: Street, people: Sequence[str], text: str) -> None:
    """Let each of them say it in their private chat."""
    street.said += len(people)
    updates = [{"message": _message(each, next(street.numbers), text)} for each in people]
    await street.telegram.control(updates=updates)


def ids(members: Sequence[Member]) -> list[str]:
    """The ids of their chats."""
    return [each.chat.id for each in members]


async def _move(street: Street, group: Chat) -> None:
    new = f"-100{7_000_000_000 + next(street.numbers)}"
    street.moved[group.id] = new
    await street.telegram.control(migrate={group.id: new})


def _message(person: str, number: int, text: str) -> Mapping[str, Any]:
    who = {"id": int(person), "is_bot": False, "first_name": "Ada"}
    chat = {"id": int(person), "type": "private", "first_name": "Ada"}
    message: dict[str, Any] = {
        "message_id": number, "date": 1_780_000_000, "chat": chat, "from": who, "text": text,
    }  # fmt: skip
    if text.startswith("/"):
        length = len(text.split(maxsplit=1)[0])
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return message
