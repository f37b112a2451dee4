"""What there is to see now: each indicator's reading, each rule's view, the board."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import board, rules
from bot.book import Book, vendors_in_order
from bot.calendar import is_final
from bot.catalogue import SERIES
from bot.model import (
    FeedHealth,
    Indicator,
    LevelRule,
    Reading,
    Rule,
    RuleState,
    RuleView,
    Side,
    Snapshot,
    Status,
)
from bot.ports import Feed, Journal

RECENT = timedelta(days=14)
"""Enough to hold the last final session before any run of holidays."""


class StoredOutlook:
    """Reads the present state from the journal, for handlers and `status`."""

    def __init__(
        self,
        journal: Journal,
        indicators: Sequence[Indicator],
        feeds: Sequence[Feed],
    ) -> None:
        """Take the store, what is watched, and who is asked for it."""
        self._journal = journal
        self._indicators = indicators
        self._feeds = feeds
        self._vendors = vendors_in_order(feeds)

    async def snapshot(self, now: datetime) -> Snapshot:
        """Everything `/status` shows; raises StoreUnavailable."""
        book = Book(self._vendors)
        since = now.date() - RECENT
        for indicator in self._indicators:
            for vendor in self._vendors.get(indicator.series, ()):
                book.load(await self._journal.observations(indicator.series, vendor, since))
        states, health = await self._journal.states(), await self._journal.health()
        seen = snapshot(book, self._indicators, states, now)
        return replace(seen, missing={i.title: self._why(i, health) for i in self._unread(seen)})

    def _unread(self, seen: Snapshot) -> list[Indicator]:
        read = {reading.indicator for reading in seen.readings}
        return [indicator for indicator in self._indicators if indicator.key not in read]

    def _why(self, indicator: Indicator, health: Mapping[str, FeedHealth]) -> str:
        """Why there is no value: what its sources answered, or that nobody has asked yet."""
        feeds = [feed.name for feed in self._feeds if indicator.series in feed.series]
        errors = [health[name].error for name in feeds if name in health and health[name].error]
        return f"no value; {'; '.join(errors)}" if errors else "no value yet"


def snapshot(
    book: Book, indicators: Sequence[Indicator], states: Mapping[str, RuleState], now: datetime
) -> Snapshot:
    """Everything `/status` shows."""
    readings = read_all(book, indicators, now)
    states = _as_seen_now(book, indicators, states, now)
    views = {
        indicator.key: tuple(
            _view(rule, states.get(rule.id), readings[indicator.key]) for rule in indicator.rules
        )
        for indicator in indicators
        if indicator.key in readings
    }
    now_board = board.read(readings, states, now)
    return Snapshot(now_board, tuple(readings.values()), views)


def _as_seen_now(
    book: Book, indicators: Sequence[Indicator], states: Mapping[str, RuleState], now: datetime
) -> Mapping[str, RuleState]:
    """The stored states, frozen where the series went blind and no poller has noted it yet."""
    seen = dict(states)
    for indicator in indicators:
        vendor = book.primary(indicator.series)
        if vendor is None or not book.late(indicator.series, vendor, now):
            continue
        for rule in indicator.rules:
            if rule.id in seen:
                seen[rule.id] = rules.freeze(seen[rule.id])
    return seen


def read_all(book: Book, indicators: Sequence[Indicator], now: datetime) -> dict[str, Reading]:
    """Each indicator's reading: the first vendor's that is not late, else the first one's."""
    readings = {}
    for indicator in indicators:
        found = [read_one(book, indicator, v, now) for v in book.vendors(indicator.series)]
        known = [reading for reading in found if reading is not None]
        if known:
            readings[indicator.key] = next((r for r in known if not r.late), known[0])
    return readings


def read_one(book: Book, indicator: Indicator, vendor: str, now: datetime) -> Reading | None:
    """One vendor's reading of an indicator, or None while it has none."""
    latest = book.latest(indicator.series, vendor)
    if latest is None:
        return None
    return Reading(
        indicator=indicator.key,
        title=indicator.title,
        value=latest.value,
        unit=indicator.unit,
        vendor=vendor,
        day=latest.day,
        as_of=latest.as_of,
        final=is_final(SERIES[indicator.series], latest, now),
        late=bool(book.late(indicator.series, vendor, now)),
        degraded=vendor != book.primary(indicator.series),
    )


def _view(rule: Rule, state: RuleState | None, reading: Reading) -> RuleView:
    side = rule.side if isinstance(rule, LevelRule) else Side.ABOVE
    if state is None:
        return RuleView(rule.id, Status.NO_DATA, side)
    running = (state.held or state.status) in (Status.FIRING, Status.RECOVERING)
    failed = state.record is not None and state.record.invalidated and not state.record.armed
    since = state.episode if running and not failed else state.since
    level, recovery = _lines(rule, state, running=running)
    goal = level if recovery is None else recovery
    distance = None if goal is None or reading.degraded else goal - reading.value
    record = state.record
    return RuleView(
        rule=rule.id,
        status=state.status,
        side=side,
        level=level,
        recovery_level=recovery,
        distance=distance,
        since=since,
        level_day=record.reference_day if record else None,
        failed=failed,
    )


def overall(views: Sequence[RuleView], reading: Reading) -> Status:
    """One word for an indicator with several rules: the state furthest from normal."""
    if reading.late:
        return Status.NO_DATA
    order = (Status.NO_DATA, Status.FIRING, Status.RECOVERING, Status.PENDING)
    return next((s for s in order if any(v.status is s for v in views)), Status.NORMAL)


def _lines(rule: Rule, state: RuleState, *, running: bool) -> tuple[float | None, float | None]:
    """The level a rule fires at, and during an episode the line that ends it."""
    if isinstance(rule, LevelRule):
        return rule.level, rules.recovery_level(rule) if running else None
    record = state.record
    if record is None:
        return None, None
    stands = running and not record.armed and not record.invalidated
    return record.reference, record.reference * rule.invalidation_ratio if stands else None
