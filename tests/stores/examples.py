"""Values the store tests speak of, and short ways to say what happens to them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.model import Alert, Chat, Kind, Message, RuleState, Status, Unit
from bot.ports import Outbox, Parcel, StateChange
from bot.stores.connect import Client
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from bot.stores.subscriptions import RedisSubscriptions

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLATFORMS = ("telegram", "discord")
LEADER = "poller-1"
NORMAL = RuleState()
FIRING = RuleState(Status.FIRING, episode=date(2026, 11, 21), tentative=False)


def alert(name: str = "dominance_55:2026-11-21:fired", topic: str = "dominance") -> Alert:
    return Alert(
        id=name,
        rule="dominance_55",
        topic=topic,
        kind=Kind.FIRED,
        indicator="btc_dominance",
        value=54.9,
        level=55.0,
        unit=Unit.PCT,
        vendor="coingecko",
        as_of=NOW,
        day=NOW.date(),
        decided_at=NOW,
        message=Message("Dominance fell below 55 %.", ("54.9 %",), f"id {name}"),
    )


def chat(number: int | str, platform: str = "telegram") -> Chat:
    return Chat(platform, str(number))


class Desk:
    """All stores on one client, led by one poller."""

    def __init__(self, client: Client, outbox: RedisOutbox | None = None) -> None:
        self.client = client
        self.journal = RedisJournal(client, PLATFORMS)
        self.lease = RedisLease(client)
        self.subscriptions = RedisSubscriptions(client)
        self.outbox: Outbox = outbox or RedisOutbox(client)

    async def commit(self, *alerts: Alert, changes: Sequence[StateChange] = ()) -> None:
        assert await self.lease.acquire(LEADER)
        await self.journal.commit(changes, alerts, leader=LEADER, now=NOW)

    async def join(self, *numbers: int | str, topic: str = "dominance") -> None:
        for number in numbers:
            await self.subscriptions.subscribe(chat(number), [topic])


def fires(key: str = "dominance_55") -> StateChange:
    return StateChange(key, None, FIRING)


def ids(parcels: Sequence[Parcel]) -> list[str]:
    return [parcel.chat.id for parcel in parcels]


async def take_all(outbox: Outbox, platform: str = "telegram") -> Sequence[Parcel]:
    return await outbox.take(platform, 100)
