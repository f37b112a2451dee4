"""What there is to see now: each indicator's reading, each rule's view, the board."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import board, rules
from bot.catalogue import SUBJECTS
from bot.language import _
from bot.model import (
    BOTH,
    FeedHealth,
    HeldPhase,
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

_ORDER = list(SUBJECTS)


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

    async def snapshot(self, now: datetime) -> Snapshot:
        """Everything `/status` shows; raises StoreUnavailable."""
        stored = await self._journal.readings()
        readings = {key: each for key, each in stored.items() if self._is_asked(each)}
        states, health = await self._journal.states(), await self._journal.health()
        seen = snapshot(readings, self._indicators, states, now)
        unread = [each for each in self._indicators if each.key not in readings]
        return replace(
            seen,
            missing={each.title: self._why(each, health) for each in unread},
            notices=notices(health, {feed.vendor for feed in self._feeds}),
        )

    def _is_asked(self, reading: Reading) -> bool:
        """Whether those who told it are still switched on."""
        vendors = {feed.vendor for feed in self._feeds}
        return all(vendor in vendors for vendor in reading.vendor.split(BOTH))

    def _why(self, indicator: Indicator, health: Mapping[str, FeedHealth]) -> str:
        """Why there is no value: what its sources answered, or that nobody has asked yet."""
        wanted = set(indicator.series)
        feeds = [feed for feed in self._feeds if wanted & set(feed.series)]
        if wanted - {series for feed in feeds for series in feed.series}:
            return _("no value; no source is switched on that gives it")
        known = [health[feed.name] for feed in feeds if feed.name in health]
        errors = dict.fromkeys(each.error.rstrip(".") for each in known if each.error)
        if errors:
            return _("no value; {why}.").format(why="; ".join(errors))
        if not known:
            return _("no value yet")
        if indicator.derive:
            return _("no value; not enough past yet")
        return _("no value; nobody told it")


def snapshot(
    readings: Mapping[str, Reading],
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    now: datetime,
) -> Snapshot:
    """Everything `/status` shows; readings grow late by themselves where no poller notes it."""
    watched = sorted(
        (each for each in indicators if each.key in readings),
        key=lambda each: (_ORDER.index(each.series[0]), each.derive is not None),
    )
    current = {each.key: _as_of_now(readings[each.key], now) for each in watched}
    states = _as_seen_now(watched, current, states)
    views = {
        each.key: tuple(_view(rule, states.get(rule.id), current[each.key]) for rule in each.rules)
        for each in watched
    }
    for each in indicators:
        if each.key not in current and each.rules:
            views[each.key] = tuple(_view(rule, None, None) for rule in each.rules)
    return Snapshot(
        board.read(current, states, now),
        tuple(current.values()),
        views,
        subjects={each.key: SUBJECTS[each.series[0]] for each in watched},
        held=held_phase(states.get("phase")),
    )


def held_phase(state: RuleState | None) -> HeldPhase | None:
    """The phase that the rule `phase` has told, or has found when it first looked."""
    if state is None or state.course is None or state.since is None:
        return None
    return HeldPhase(state.course.told, state.since, is_first=state.episode is None)


def notices(health: Mapping[str, FeedHealth], vendors: Collection[str]) -> tuple[str, ...]:
    """What is odd about the data of these vendors at present, in whole sentences."""
    odd = (each.notice for name, each in sorted(health.items()) if name.split("/")[-1] in vendors)
    return tuple(dict.fromkeys(filter(None, odd)))


def _as_of_now(reading: Reading, now: datetime) -> Reading:
    late = reading.late_from is not None and now >= reading.late_from
    return replace(reading, late=late)


def _as_seen_now(
    watched: Sequence[Indicator],
    readings: Mapping[str, Reading],
    states: Mapping[str, RuleState],
) -> Mapping[str, RuleState]:
    """The stored states, frozen where the series went blind and no poller has noted it yet."""
    seen = dict(states)
    for indicator in watched:
        if readings[indicator.key].late:
            for rule in indicator.rules:
                if rule.id in seen:
                    seen[rule.id] = rules.freeze(seen[rule.id])
    return seen


def _view(rule: Rule, state: RuleState | None, reading: Reading | None) -> RuleView:
    side = rule.side if isinstance(rule, LevelRule) else Side.ABOVE
    if state is None or reading is None:
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
