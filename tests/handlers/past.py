"""A real store with a past, and the commands that ask about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot import replay
from bot.adapters.console import AT_THE_KEYBOARD
from bot.book import Book, vendors_in_order
from bot.commands import Services
from bot.measures import Measures
from bot.messages import plain
from bot.model import Alert, Chat, FeedHealth, Message, Observation
from bot.outlook import StoredOutlook
from bot.parts import find_parts
from bot.past import StoredPast
from bot.ports import Author, StateChange
from bot.router import Router
from bot.stores.boards import RedisBoards
from bot.stores.connect import Client
from bot.stores.deliveries import RedisDeliveries
from bot.stores.forgetting import RedisForgetting
from bot.stores.holding import RedisHolding
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.links import RedisLinks
from bot.stores.own_rules import RedisOwnRules
from bot.stores.preferences import RedisPreferences
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import TOPICS
from tests.stores.examples import LEADER

HISTORY = Path(__file__).parents[3] / "shared" / "history"
NOW = datetime(2025, 1, 1, 0, 30, tzinfo=UTC)
"""The recorded history ends on the last day of 2024."""
CHAT = Chat("console", "console")
PARTS = find_parts()
FIRST = {series: vendors[0] for series, vendors in vendors_in_order(PARTS.feeds).items()}
LONGEST_REPLY = 3_000


def recorded() -> Sequence[Observation]:
    """Forty years of history, as the first vendor of each series might have told it."""
    told = replay.read(HISTORY).observations
    return [replace(o, vendor=FIRST[o.series]) for o in told if o.series in FIRST]


def values(
    series: str, days: Iterable[tuple[date, float]], *, vendor: str = "", final: bool = True
) -> list[Observation]:
    """What one vendor, the first if none is named, told in time."""
    found = []
    for day, value in days:
        at = datetime(day.year, day.month, day.day, 21, 30, tzinfo=UTC)
        known = vendor or FIRST[series]
        found.append(Observation(series, known, day, value, at, at, final=final))
    return found


class Desk:
    """Asks commands, over what is stored."""

    def __init__(self, client: Client, now: datetime = NOW, *, rules_per_chat: int = 50) -> None:
        self.now = now
        self.journal = RedisJournal(client, PARTS.platform_names)
        self._lease = RedisLease(client)
        self.past = StoredPast(self.journal, PARTS.indicators, PARTS.feeds, lambda: self.now)
        self.services = Services(
            subscriptions=RedisSubscriptions(client),
            outlook=StoredOutlook(self.journal, PARTS.indicators, PARTS.feeds),
            past=self.past,
            own=RedisOwnRules(client, lambda: self.now),
            records=self.journal,
            deliveries=RedisDeliveries(client),
            forgetting=RedisForgetting(client),
            preferences=RedisPreferences(client, lambda: self.now),
            holding=RedisHolding(client),
            boards=RedisBoards(client),
            links=RedisLinks(client),
            topics=TOPICS,
            indicators=PARTS.indicators,
            commands=PARTS.commands,
            sources=PARTS.sources,
            rules_per_chat=rules_per_chat,
        )
        self.router = Router(PARTS.commands, self.services, lambda: self.now)

    async def store(self, observations: Sequence[Observation]) -> None:
        """Remember values, and what the indicators read by them now."""
        assert await self._lease.acquire(LEADER)
        await self.journal.remember(observations, leader=LEADER)
        by_pair: Mapping[str, tuple[str, ...]] = {
            series: (vendor,) for series, vendor in {(o.series, o.vendor) for o in observations}
        }
        book = Book(by_pair)
        book.load(observations)
        readings = Measures(book).readings(PARTS.indicators, self.now)
        await self.journal.remember_readings(list(readings.values()), leader=LEADER)

    async def tell(self, *alerts: Alert, changes: Sequence[StateChange] = ()) -> None:
        """Commit alerts, and put those who hear them on the senders' way."""
        assert await self._lease.acquire(LEADER)
        await self.journal.commit(changes, alerts, leader=LEADER, now=self.now)

    async def note(self, *health: FeedHealth) -> None:
        """Note how the asking of feeds went."""
        assert await self._lease.acquire(LEADER)
        await self.journal.remember_health(health, leader=LEADER)

    async def answer(self, text: str, chat: Chat = CHAT) -> Message:
        reply = await self.router.answer(chat, text, AT_THE_KEYBOARD)
        assert reply is not None
        return reply

    async def reply(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply as a platform's front desk asks for it."""
        return await self.router.answer(chat, text, author)

    async def suggest(self, command: str, option: str, typed: str) -> Sequence[str]:
        """What may stand in a command's option."""
        return await self.router.suggest(CHAT, command, option, typed, AT_THE_KEYBOARD)

    async def ask(self, text: str, chat: Chat = CHAT) -> str:
        """The reply as plain text, which fits a chat's message."""
        said = plain(await self.answer(text, chat))
        assert len(said) <= LONGEST_REPLY, f"{text} answers with {len(said)} characters"
        return said
