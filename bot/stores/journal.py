"""What the poller remembers: series, the states of rules, the health of feeds."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.model import Alert, FeedHealth, Observation, Reading, RuleState
from bot.ports import History, StaleLeader, StateChange
from bot.stores import codec, keys
from bot.stores.connect import Client
from bot.stores.keys import Lane

JOB_TTL = timedelta(hours=24)
"""An older alert is no longer news, and is not sent."""
TOMBSTONE = timedelta(days=2)
"""How long a finished job is kept, so that the same alert is never enqueued again."""
ALERTS_KEPT = 200


class RedisJournal:
    """The poller's memory in Redis, with jobs for the platforms whose chats hear an alert."""

    def __init__(
        self, client: Client, platforms: Sequence[str], *, job_ttl: timedelta = JOB_TTL
    ) -> None:
        self._client = client
        self._lanes = tuple(Lane(platform) for platform in platforms)
        self._job_ttl = job_ttl

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
        texts = await self._client.some_fields(key, days)
        # Forty years of closes take longer to read than anybody else should have to wait.
        return await asyncio.to_thread(_load_days, series, vendor, days, texts)

    async def remember(self, observations: Sequence[Observation]) -> None:
        """Store or correct days; a day of a (series, vendor) is held once."""
        series: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for observation in observations:
            key = keys.series(observation.series, observation.vendor)
            series[key][observation.day.isoformat()] = codec.dump_day(observation)
        await self._client.write_hashes(series)

    async def history(self, series: str, feed: str) -> History | None:
        """What was loaded of the past, or None when that has not happened yet."""
        field = keys.feed_series(series, feed)
        text = await self._client.field(keys.HISTORY, field)
        return None if text is None else codec.HISTORY.load(text, f"history of {field}")

    async def mark_history(self, series: str, feed: str, history: History) -> None:
        """Say that the past has been loaded."""
        mark = {keys.feed_series(series, feed): codec.HISTORY.dump(history)}
        await self._client.write_fields(keys.HISTORY, mark)

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

        Raises StaleLeader when `leader` does not hold the poller lease or a `before` has moved.
        Repeating a commit whose reply was lost changes nothing.
        """
        expected = await self._expected(changes)
        if expected is None:
            alerts = ()
        states: list[str] = []
        for index, change in enumerate(changes):
            after = codec.RULE_STATE.dump(change.after)
            states += [change.key, after if expected is None else expected[index], after]
        told: list[str] = []
        for alert in alerts:
            body = "" if alert.quiet else codec.MESSAGE.dump(alert.message)
            told += [alert.id, alert.topic, body, codec.ALERT.dump(alert)]
        sizes = (len(changes), len(alerts))
        outcome = await self._client.run(
            "commit",
            self._commit_keys(alerts),
            [leader, _milliseconds(now), *self._lifetimes, ALERTS_KEPT, *sizes, *states, *told],
        )
        if outcome == "not leader":
            raise StaleLeader(f"{leader} no longer holds the poller's lease.")
        if outcome == "moved":
            raise _moved(changes)

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

    def _commit_keys(self, alerts: Sequence[Alert]) -> list[str]:
        found = [keys.LEAD_POLLER, keys.STATE, keys.SEQ, keys.ALERT_ORDER, keys.ALERT]
        for lane in self._lanes:
            found += [lane.ready, lane.wake]
            for alert in alerts:
                found += [lane.subscribers(alert.topic), lane.job(alert.id)]
        return found

    @property
    def _lifetimes(self) -> tuple[int, int]:
        return (
            round(self._job_ttl.total_seconds() * 1000),
            round(max(TOMBSTONE, self._job_ttl).total_seconds() * 1000),
        )

    async def recent_alerts(self, limit: int = ALERTS_KEPT) -> Sequence[Alert]:
        """The alerts of the last commits, newest first."""
        ids = await self._client.newest(keys.ALERT_ORDER, limit)
        texts = await self._client.some_fields(keys.ALERT, ids)
        return [
            codec.ALERT.load(text, f"alert {id_}")
            for id_, text in zip(ids, texts, strict=True)
            if text is not None
        ]

    async def readings(self) -> Mapping[str, Reading]:
        """Every indicator's last reading."""
        stored = await self._client.fields(keys.READING)
        return {key: codec.READING.load(text, f"reading of {key}") for key, text in stored.items()}

    async def remember_readings(self, readings: Sequence[Reading]) -> None:
        """Store what indicators read now."""
        texts = {each.indicator: codec.READING.dump(each) for each in readings}
        await self._client.write_fields(keys.READING, texts)

    async def health(self) -> Mapping[str, FeedHealth]:
        """How each feed's last requests went."""
        stored = await self._client.fields(keys.HEALTH)
        return {
            feed: codec.FEED_HEALTH.load(text, f"health of {feed}") for feed, text in stored.items()
        }

    async def remember_health(self, health: Sequence[FeedHealth]) -> None:
        """Store how feeds' last requests went."""
        await self._client.write_fields(
            keys.HEALTH, {feed.feed: codec.FEED_HEALTH.dump(feed) for feed in health}
        )


def _load_state(key: str, text: str) -> RuleState:
    return codec.RULE_STATE.load(text, f"state of rule {key}")


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _moved(changes: Sequence[StateChange]) -> StaleLeader:
    names = ", ".join(change.key for change in changes)
    return StaleLeader(f"Another poller has moved a state in the meantime: one of {names}.")


def _load_days(
    series: str, vendor: str, days: Sequence[str], texts: Sequence[str | None]
) -> list[Observation]:
    return [
        codec.load_day(series, vendor, day, text)
        for day, text in zip(days, texts, strict=True)
        if text is not None
    ]
