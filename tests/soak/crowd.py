"""Whose alerts are counted: chats that are there all the time, and how Redis learns of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.model import Chat
from bot.own.grammar import parse
from bot.parts import find_indicators
from bot.stores.connect import Client
from bot.stores.own_rules import RedisOwnRules
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import TOPICS
from tests.soak.clock import START, FastClock
from tests.soak.market import SWINGS

LISTENERS = 120
HABITS = 10
"""Chats of each habit but listening."""
RULES_PER_CHAT = 50


class Habit(StrEnum):
    """What a chat does beside hearing its alerts."""

    LISTENS = "listens"
    MUTES = "mutes"
    """Everything, and lifts that again."""
    SLEEPS = "sleeps"
    """Sets quiet hours, and lifts them again."""
    AWAY = "away"
    """Blocks the bot for a while."""
    MOVES = "moves"
    """A group that becomes a supergroup."""
    POSTS = "posts"
    """A channel on Discord."""


@dataclass(frozen=True, slots=True)
class Member:
    """A chat that hears every topic and has two alerts of its own."""

    chat: Chat
    habit: Habit
    price: float
    """Above which it wants to hear of Bitcoin's price."""
    interest: float
    """Below which it wants to hear of the open interest on OKX."""

    @property
    def rules(self) -> tuple[str, str]:
        """What it typed behind /alert."""
        price = f"btc_price above {self.price:.0f}"
        return price, f"okx_open_interest below {self.interest:.0f}"


def members() -> list[Member]:
    """All of them; their levels are spread, so that a swing reaches one after the other."""
    habits = [Habit.LISTENS] * LISTENERS
    habits += [habit for habit in Habit if habit is not Habit.LISTENS for _ in range(HABITS)]
    return [_member(number, habit, number / len(habits)) for number, habit in enumerate(habits)]


def _member(number: int, habit: Habit, share: float) -> Member:
    price, interest = SWINGS["btc_price"], SWINGS["okx_open_interest"]
    return Member(
        _chat(number, habit),
        habit,
        price=price.level + price.by * (0.05 + 0.35 * share),
        interest=interest.level - interest.by * (0.1 + 0.6 * share),
    )


def _chat(number: int, habit: Habit) -> Chat:
    match habit:
        case Habit.POSTS:
            return Chat("discord", str(2_000_000_000 + number))
        case Habit.MOVES:
            return Chat("telegram", str(-3_000_000 - number))
    return Chat("telegram", str(1_000_000_000 + number))


async def store(client: Client, crowd: Sequence[Member], clock: FastClock) -> None:
    """Write what their commands would have written, to an empty server."""
    subscriptions, own = RedisSubscriptions(client), RedisOwnRules(client, clock)
    indicators = find_indicators()
    for each in crowd:
        await subscriptions.subscribe(each.chat, tuple(TOPICS))
        for words in each.rules:
            rule = parse(words, indicators, _today()).rule
            await own.keep(each.chat, rule, holds=[False], limit=RULES_PER_CHAT)


def _today() -> date:
    return START.date()
