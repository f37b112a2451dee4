"""What the poller remembers: series, the states of rules, the health of feeds."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from bot.model import Alert, FeedHealth, Kind, Observation, Reading, RuleState
from bot.ports import History, StaleLeader, StateChange
from bot.stores import codec, jobs, keys, milliseconds
from bot.stores.connect import MANY_FIELDS, Client
from bot.stores.jobs import NEWS, Lifetimes

ALERTS_KEPT = 200
TOLD_KEPT = 200
"""Of each topic and platform: what a chat hears when it comes back."""
MOST_DAYS = 1_000
"""Of a series in one call, whose answer takes the loop some five milliseconds to take in."""
MOST_ENQUEUED = 100
"""Alerts in one call, which takes Redis about five milliseconds."""


class RedisJournal:
    """The poller's memory in Redis, with jobs for the platforms whose chats hear an alert."""

    def __init__(self, client: Client, platforms: Sequence[str], *, news: timedelta = NEWS) -> None:
        """Take who hears alerts; `news` is how long an alert is told as such."""
        self._client = client
        self._platforms = tuple(platforms)
        self._lifetimes = Lifetimes(news)

    async def observations(
        self, series: str, vendor: str, since: date | None = None
    ) -> Sequence[Observation]:
        """The stored days of one vendor's series, oldest first.

        With `since`, only days from then on, but at least the newest one there is.
        """
        key = keys.series(series, vendor)
        days = sorted(await self._client.field_names(key))
        if since is not None and days:
            days = [day for day in days if day >= since.isoformat()] or days[-1:]
        texts: list[str | None] = []
        for start in range(0, len(days), MOST_DAYS):
            texts += await self._client.some_fields(key, days[start : start + MOST_DAYS])
        # Forty years of closes take longer to read than anybody else should have to wait.
        return await asyncio.to_thread(_load_days, series, vendor, days, texts)

    async def remember(self, observations: Sequence[Observation], *, leader: str) -> None:
        """Store or correct days; a day of a (series, vendor) is held once. Raises StaleLeader."""
        series: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for observation in observations:
            key = keys.series(observation.series, observation.vendor)
            series[key][observation.day.isoformat()] = codec.dump_day(observation)
        await self._write(series, leader)

    async def history(self, series: str, feed: str) -> History | None:
        """What was loaded of the past, or None when that has not happened yet."""
        field = keys.feed_series(series, feed)
        text = await self._client.field(keys.HISTORY, field)
        return None if text is None else codec.HISTORY.load(text, f"history of {field}")

    async def mark_history(self, series: str, feed: str, history: History, *, leader: str) -> None:
        """Say that the past has been loaded. Raises StaleLeader."""
        mark = {keys.feed_series(series, feed): codec.HISTORY.dump(history)}
        await self._write({keys.HISTORY: mark}, leader)

    async def states(self) -> Mapping[str, RuleState]:
        """Every rule instance's state."""
        stored = await self._client.fields(keys.STATE)
        return {key: _load_state(key, text) for key, text in stored.items()}

    async def commit(
        self,
        changes: Sequence[StateChange],
        alerts: Sequence[Alert],
        *,
        leader: str,
        now: datetime,
    ) -> None:
        """Write states and outbox jobs in one atomic step, or nothing.

        Of many alerts all but the last are enqueued before: whoever commits them again, since that
        was all, changes nothing about them. Raises StaleLeader when `leader` does not hold the
        poller lease or a `before` has moved. Repeating a commit whose reply was lost changes
        nothing.
        """
        expected = await self._expected(changes)
        if expected is None:
            alerts = ()
        states: list[str] = []
        for index, change in enumerate(changes):
            after = codec.RULE_STATE.dump(change.after)
            states += [change.key, after if expected is None else expected[index], after]
        last = max(0, len(alerts) - 1) // MOST_ENQUEUED * MOST_ENQUEUED
        for start in range(0, last + 1, MOST_ENQUEUED):
            some = alerts[start : start + MOST_ENQUEUED]
            final = start == last
            outcome = await self._commit_some(states, some, last=final, leader=leader, now=now)
            if outcome == "not leader":
                raise _deposed(leader)
            if outcome == "moved":
                raise _moved(changes)

    async def _commit_some(
        self,
        states: Sequence[str],
        alerts: Sequence[Alert],
        *,
        last: bool,
        leader: str,
        now: datetime,
    ) -> str:
        """Enqueue alerts if the states are as expected; with the last ones these change."""
        told: list[str] = []
        for alert in alerts:
            body = "" if alert.quiet else codec.MESSAGE.dump(alert.message)
            lane = jobs.DIGESTS if alert.kind is Kind.LATE else jobs.ALERTS
            told += [alert.id, alert.topic, str(lane), body, codec.ALERT.dump(alert)]
        about: list[str | int] = [leader, milliseconds.of_instant(now)]
        about += [*self._lifetimes.milliseconds, ALERTS_KEPT, TOLD_KEPT, int(last), keys.TAG]
        about += [len(self._platforms), len(states) // 3, len(alerts)]
        outcome: str = await self._client.run(
            "commit",
            [keys.LEAD_POLLER, keys.STATE, keys.SEQ, keys.ALERT_ORDER, keys.ALERT],
            [*about, *self._platforms, *states, *told],
        )
        return outcome

    async def _expected(self, changes: Sequence[StateChange]) -> Sequence[str] | None:
        """The stored text of each state that is about to change; None when all have changed.

        What is stored is compared by meaning, not by its text: a version that writes states
        differently must still be able to change those of the version before it.
        """
        names = [change.key for change in changes]
        texts = await self._client.some_fields(keys.STATE, names)
        stored = [
            None if text is None else _load_state(name, text)
            for name, text in zip(names, texts, strict=True)
        ]
        if stored == [change.before for change in changes]:
            return [text or "" for text in texts]
        if stored == [change.after for change in changes]:
            return None
        raise _moved(changes)

    async def recent_alerts(self, limit: int = ALERTS_KEPT) -> Sequence[Alert]:
        """The alerts of the last commits, newest first."""
        ids = await self._client.newest(keys.ALERT_ORDER, limit)
        texts = await self._client.some_fields(keys.ALERT, ids)
        # With its words in every language an alert is long.
        return await asyncio.to_thread(_load_alerts, ids, texts)

    async def readings(self) -> Mapping[str, Reading]:
        """Every indicator's last reading."""
        stored = await self._client.fields(keys.READING)
        return {key: codec.READING.load(text, f"reading of {key}") for key, text in stored.items()}

    async def remember_readings(self, readings: Sequence[Reading], *, leader: str) -> None:
        """Store what indicators read now. Raises StaleLeader."""
        texts = {each.indicator: codec.READING.dump(each) for each in readings}
        await self._write({keys.READING: texts}, leader)

    async def health(self) -> Mapping[str, FeedHealth]:
        """How each feed's last requests went."""
        stored = await self._client.fields(keys.HEALTH)
        return {
            feed: codec.FEED_HEALTH.load(text, f"health of {feed}") for feed, text in stored.items()
        }

    async def remember_health(self, health: Sequence[FeedHealth], *, leader: str) -> None:
        """Store how feeds' last requests went. Raises StaleLeader."""
        texts = {feed.feed: codec.FEED_HEALTH.dump(feed) for feed in health}
        await self._write({keys.HEALTH: texts}, leader)

    async def _write(self, hashes: Mapping[str, Mapping[str, str]], leader: str) -> None:
        """Set fields of hashes, a bounded number at a time, for as long as `leader` leads."""
        lines = [(key, *item) for key, fields in hashes.items() for item in fields.items()]
        for start in range(0, len(lines), MANY_FIELDS):
            found, arguments = [keys.LEAD_POLLER], [leader]
            for key, some in groupby(lines[start : start + MANY_FIELDS], itemgetter(0)):
                words = [word for _, *item in some for word in item]
                found.append(key)
                arguments += [str(len(words)), *words]
            if await self._client.run("remember", found, arguments) == "not leader":
                raise _deposed(leader)


def _load_state(key: str, text: str) -> RuleState:
    return codec.RULE_STATE.load(text, f"state of rule {key}")


def _deposed(leader: str) -> StaleLeader:
    return StaleLeader(f"{leader} no longer holds the poller's lease.")


def _moved(changes: Sequence[StateChange]) -> StaleLeader:
    names = ", ".join(change.key for change in changes)
    return StaleLeader(f"Another poller has moved a state in the meantime: one of {names}.")


def _load_alerts(ids: Sequence[str], texts: Sequence[str | None]) -> list[Alert]:
    return [
        codec.ALERT.load(text, f"alert {id_}")
        for id_, text in zip(ids, texts, strict=True)
        if text is not None
    ]


def _load_days(
    series: str, vendor: str, days: Sequence[str], texts: Sequence[str | None]
) -> list[Observation]:
    return [
        codec.load_day(series, vendor, day, text)
        for day, text in zip(days, texts, strict=True)
        if text is not None
    ]
