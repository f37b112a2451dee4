"""Values the store tests speak of, and short ways to say what happens to them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

from redis.asyncio import Redis

from bot.model import Alert, Chat, Kind, Message, RuleState, Status, Unit
from bot.ports import Outbox, Outcome, Parcel, Settlement, StateChange
from bot.stores import codec, own_rules
from bot.stores.connect import Client
from bot.stores.dead_letters import RedisDeadLetters
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from bot.stores.subscriptions import RedisSubscriptions

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLATFORMS = ("telegram", "discord")
LEADER = "poller-1"
NORMAL = RuleState()
FIRING = RuleState(Status.FIRING, episode=date(2026, 11, 21), tentative=False)


def alert(
    name: str = "dominance_55:2026-11-21:fired", topic: str = "dominance", *, late: bool = False
) -> Alert:
    return Alert(
        id=name,
        rule="dominance_55",
        topic=topic,
        kind=Kind.LATE if late else Kind.FIRED,
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
        self.dead_letters = RedisDeadLetters(client)
        self.outbox: Outbox = outbox or RedisOutbox(client)

    async def commit(self, *alerts: Alert, changes: Sequence[StateChange] = ()) -> None:
        assert await self.lease.acquire(LEADER)
        await self.journal.commit(changes, alerts, leader=LEADER, now=NOW)

    async def join(self, *numbers: int | str, topic: str = "dominance") -> None:
        for number in numbers:
            await self.subscriptions.subscribe(chat(number), [topic])

    async def tell(self, name: str, *to: Chat) -> None:
        """Enqueue an own alert for each chat, as a rule of it would when it fires."""
        body = codec.MESSAGE.dump(Message(f"own {name}"))
        changes = [
            own_rules.Rewrite(each.platform, each.member, 1, "", None, None, job=job, body=body)
            for each in to
            for job in [f"own:{each.platform}:{each.member}:{name}"]
        ]
        assert set(await own_rules.write(self.client, changes)) == {"done"}

    async def settle(
        self, outcome: Outcome, *parcels: Parcel, reason: str = "", seconds: float = 0.0
    ) -> None:
        """The same outcome for parcels of one platform, which keep their counts of tries."""
        told = [
            Settlement(each, outcome, seconds, reason, each.attempts, each.unsure)
            for each in parcels
        ]
        await self.outbox.settle(parcels[0].chat.platform, told)

    async def sent(self, *parcels: Parcel) -> None:
        await self.settle(Outcome.SENT, *parcels)

    async def drained(self, limit: int = 100) -> list[tuple[str, list[str]]]:
        """Send all that can be had, a few parcels at a time: who heard what together, in order."""
        heard = []
        while parcels := await take_all(self.outbox, limit=limit):
            heard += [heard_by(each) for each in parcels]
            await self.sent(*parcels)
        return heard


def fires(key: str = "dominance_55") -> StateChange:
    return StateChange(key, None, FIRING)


def ids(parcels: Sequence[Parcel]) -> list[str]:
    return [parcel.chat.id for parcel in parcels]


def heard_by(parcel: Parcel) -> tuple[str, list[str]]:
    """A parcel's chat, and what comes to it together."""
    return parcel.chat.member, [letter.job for letter in parcel.letters]


WISHES = count(1)


async def take_all(
    outbox: Outbox, platform: str = "telegram", limit: int = 100
) -> Sequence[Parcel]:
    """What can be had now, by a wish that nobody had before."""
    return await outbox.take(platform, limit, f"sender:{next(WISHES)}")


async def ripen(redis: Redis, *members: str, platform: str = "telegram") -> None:
    """Let the time come for which these chats wait: for the end of a lease, a pause or a rest."""
    chats = [Chat.from_member(platform, member).id for member in members]
    for name, waiting in (("due", members), ("rest", chats)):
        past = dict.fromkeys(waiting, 1)
        await redis.zadd(f"{{nf}}:{platform}:{name}", past, xx=True)


async def dumped(redis: Redis) -> dict[str, bytes | None]:
    """All there is, save who leads: every key's value."""
    names = [name async for name in redis.scan_iter("*") if ":lead" not in name]
    return {name: await redis.dump(name) for name in names}
