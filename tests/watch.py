"""Everything a poller needs, for real: providers on loopback, Redis, and a clock that is set.

The market is quiet on a Monday noon in New York: small caps stand a little under a record of a year
ago, dominance and the season index between their levels.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.calendar import is_session, session_close
from bot.fetcher import Fetched, Fetcher
from bot.http import Limits, ProviderHttp
from bot.model import Alert, Chat, Snapshot, Status
from bot.outlook import StoredOutlook
from bot.parts import find_parts
from bot.poller import Poller
from bot.ports import UNMETERED, Feed, Http, Meters, Outcome, Parcel, Settlement
from bot.stores.connect import Client
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from bot.stores.own_index import RedisOwnIndex
from bot.stores.subscriptions import RedisSubscriptions
from tests.providers.gateway import Gateway
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, RUSSELL, SP, YAHOO, Market
from tests.stores.processes import until

MONDAY = datetime(2026, 2, 2, 17, tzinfo=UTC)
RECORD = 2_400.0
RECORD_DAY = date(2025, 2, 3)
UNDER_RECORD = 2_300.0
PARTS = find_parts()
PAGES = {
    "yahoo/russell_2000": (YAHOO, "/v8/finance/chart/%5ERUT"),
    "yahoo/sp_500": (YAHOO, "/v8/finance/chart/%5EGSPC"),
    "coinmarketcap/global": (COINMARKETCAP, "/public-api/v1/global-metrics/quotes/latest"),
    "coinmarketcap/altcoin_season": (COINMARKETCAP, "/public-api/v1/altcoin-season-index/latest"),
    "coingecko/global": (COINGECKO, "/api/v3/global"),
    "coinpaprika/global": (COINPAPRIKA, "/v1/global"),
}
"""Feed -> the host and path that it asks."""
CORE = tuple(feed for feed in PARTS.feeds if feed.name in PAGES)
"""The feeds of the series that rules read, and their fallbacks."""
JUDGED = tuple(replace(each, rules=()) if each.derive else each for each in PARTS.indicators)
"""Rules on worked-out numbers have tests of their own."""
PATIENT = Limits(total_seconds=30.0, retries=0)
READER = Chat("telegram", "1")


class Clock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def quiet_market(clock: Clock) -> Market:
    """A year of sessions under the record, up to the Friday before."""
    days = (RECORD_DAY + timedelta(days=n) for n in range((MONDAY.date() - RECORD_DAY).days))
    sessions = [day for day in days if is_session(day)]
    small = [(day, UNDER_RECORD + n % 7) for n, day in enumerate(sessions)]
    return Market(
        closes={
            RUSSELL: [(RECORD_DAY, RECORD), *small[1:]],
            SP: [(day, 6_800.0 + n % 5) for n, day in enumerate(sessions)],
        },
        dominance={COINMARKETCAP: 58.0, COINGECKO: 57.3, COINPAPRIKA: 54.0},
        season_index=45.0,
        clock=clock,
    )


@dataclass
class Watch:
    """A market, those who watch it, and what they remember of it."""

    clock: Clock
    gateway: Gateway
    http: Http
    client: Client
    meters: Meters = UNMETERED
    journal: RedisJournal = field(init=False)
    outbox: RedisOutbox = field(init=False)

    def __post_init__(self) -> None:
        self.journal = RedisJournal(self.client, PARTS.platform_names)
        self.outbox = RedisOutbox(self.client)

    @property
    def market(self) -> Market:
        return self.gateway.market

    def poller(
        self,
        holder: str = "a",
        *,
        feeds: Sequence[Feed] = CORE,
        all_feeds: Sequence[Feed] = (),
        client: Client | None = None,
        lease_seconds: float = 15.0,
        renew_seconds: float = 0.1,
        poll_seconds: float = 0.005,
    ) -> Poller:
        """A poller of its own, as after a start of the process."""
        client = client or self.client
        return Poller(
            fetcher=Fetcher(feeds, self.http, self.clock, poll_seconds),
            indicators=JUDGED,
            journal=RedisJournal(client, PARTS.platform_names),
            lease=RedisLease(client, seconds=lease_seconds),
            own=RedisOwnIndex(client, PARTS.platform_names),
            clock=self.clock,
            holder=holder,
            all_feeds=all_feeds,
            renew_seconds=renew_seconds,
            meters=self.meters,
        )

    async def poll(self, feeds: Sequence[Feed] = CORE) -> Sequence[Fetched]:
        """Start, ask every source once, and stop."""
        answers = await self.poller(feeds=feeds).once()
        assert answers is not None, "Another poller leads."
        return answers

    @asynccontextmanager
    async def polling(self, poller: Poller | None = None) -> AsyncIterator[asyncio.Task[None]]:
        """A poller at work."""
        task = asyncio.create_task((poller or self.poller()).run())
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def polled(self, feeds: Sequence[Feed] = CORE, *, without: Sequence[str] = ()) -> None:
        """Wait until what these feeds say now has been judged, except hosts that say nothing.

        A feed is asked again only once its answer has been taken in. Of three more requests the
        first may have been on its way already, the second was made now, and the third shows that
        the second is done with.
        """
        before = self._asked()
        pages = [PAGES[feed.name] for feed in feeds]
        pages = [page for page in pages if page[0] not in without]

        async def thrice() -> bool:
            now = self._asked()
            return all(now[page] >= before[page] + 3 for page in pages)

        await until(thrice)

    def _asked(self) -> Counter[tuple[str, str]]:
        return Counter((each.host, each.target.partition("?")[0]) for each in self.gateway.asked)

    def trade(self, close: float, *, hours_after_close: float = 0.5) -> None:
        """The next session with such a close, and the time after its bell."""
        day = self.market.closes[RUSSELL][-1][0] + timedelta(days=1)
        while not is_session(day):
            day += timedelta(days=1)
        for symbol, value in ((RUSSELL, close), (SP, 6_900.0)):
            self.market.closes[symbol].append((day, value))
        self.clock.now = session_close(day) + timedelta(hours=hours_after_close)

    async def live_through(self, *dominance: float, feeds: Sequence[Feed] = CORE) -> None:
        """Sample Bitcoin dominance once a day; stops on the day of the last value.

        A day's value is judged on the day after it.
        """
        for number, value in enumerate(dominance):
            self.clock.move(days=1 if number else 0)
            self.market.dominance[COINMARKETCAP] = value
            await self.poll(feeds)

    async def alerts(self) -> list[Alert]:
        """All alerts so far, oldest first."""
        return list(reversed(await self.journal.recent_alerts()))

    async def said(self) -> list[str]:
        """What the alerts so far are about: rule and kind, oldest first."""
        return [f"{alert.rule} {alert.kind}" for alert in await self.alerts()]

    async def stale_and_recovered(self, indicator: str) -> list[str]:
        """The notices about an indicator's series, oldest first."""
        return [
            alert.kind
            for alert in await self.alerts()
            if (alert.rule, alert.indicator) == ("blind", indicator)
        ]

    async def jobs(self) -> list[str]:
        """The alerts that the reader, who hears everything, has not been handed yet."""
        return [letter.job for parcel in await self.handed() for letter in parcel.letters]

    async def handed(self) -> list[Parcel]:
        """All that waits for chats on Telegram, which then have it."""
        found: list[Parcel] = []
        while parcels := await self.outbox.take("telegram", 100, f"reader:{uuid.uuid4()}"):
            sent = [Settlement(parcel, Outcome.SENT) for parcel in parcels]
            await self.outbox.settle("telegram", sent)
            found += parcels
        return found

    async def status(self, rule: str) -> Status | None:
        state = (await self.journal.states()).get(rule)
        return None if state is None else state.status

    async def reaches(self, rule: str, status: Status) -> None:
        """Wait until a rule stands there."""

        async def stands() -> bool:
            return await self.status(rule) is status

        await until(stands)

    async def snapshot(self) -> Snapshot:
        outlook = StoredOutlook(self.journal, PARTS.indicators, CORE)
        return await outlook.snapshot(self.clock())


@asynccontextmanager
async def watch_on(
    client: Client,
    limits: Limits = PATIENT,
    *,
    clock: Clock | None = None,
    meters: Meters = UNMETERED,
) -> AsyncIterator[Watch]:
    """A watch over a quiet market, with one reader of every topic."""
    clock = clock or Clock()
    async with (
        Gateway(quiet_market(clock)) as gateway,
        ProviderHttp(
            gateway=gateway.url,
            limits=limits,
            backoff_cap_seconds=0.0,
            clock=clock,
            meters=meters,
        ) as http,
    ):
        topics = {rule.topic for indicator in PARTS.indicators for rule in indicator.rules}
        await RedisSubscriptions(client).subscribe(READER, [*sorted(topics), "health"])
        yield Watch(clock, gateway, http, client, meters)
