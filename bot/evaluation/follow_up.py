"""The rule `breakout_follow_up`: once, 130 days after a breakout, what followed and what did not.

Twice altcoins followed a breakout of the Russell 2000 after 131 and 138 days. After 270 days a
breakout says nothing any more, and its episode expires silently.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import messages
from bot.board import BREAKOUT_LASTS_DAYS, Look
from bot.calendar import final_at
from bot.evaluation.missed import NEWS_LASTS, Dated
from bot.evaluation.presets import News
from bot.language import in_every_language
from bot.measures import Measures
from bot.model import (
    Alert,
    BreakoutRule,
    Cadence,
    Indicator,
    Kind,
    Message,
    Reading,
    Record,
    RuleState,
    Status,
)

FOLLOW_UP = "breakout_follow_up"
FOLLOW_UP_AFTER = timedelta(days=messages.FOLLOW_UP_DAY)
EXPIRES_AFTER = timedelta(days=BREAKOUT_LASTS_DAYS)
BREAKOUT = "russell_breakout"
LEADER, FOLLOWERS = "russell_2000", ("altcoin_season_index", "btc_dominance")


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A breakout that is 130 days old."""

    episode: date
    moment: datetime
    record: Record
    """What it broke."""


def moments(states: Mapping[str, RuleState]) -> Iterator[datetime]:
    """When the breakouts that wait for it will be 130 days old."""
    for state in _episodes(states).values():
        if state.status is Status.PENDING and state.episode is not None:
            yield _moment(state.episode)


def follow(
    states: dict[str, RuleState], news: Sequence[News], now: datetime, *, can_tell: bool
) -> list[Anniversary]:
    """Note new breakouts, and let the episodes of older ones go on; returns those due now.

    A breakout from before the first start is told only if its day 130 is still to come. While the
    leader has no value (`can_tell`) its note waits.
    """
    for item in news:
        if isinstance(item.rule, BreakoutRule) and item.transition.kind is Kind.FIRED:
            states.setdefault(f"{FOLLOW_UP}/{item.transition.episode}", _begun(item, now))
    due = []
    for key, state in _episodes(states).items():
        if state.episode is None or state.record is None or state.status is Status.NORMAL:
            continue
        moment = _moment(state.episode)
        if now >= moment - FOLLOW_UP_AFTER + EXPIRES_AFTER:
            states[key] = replace(state, status=Status.NORMAL, since=now.date())
        elif state.status is Status.PENDING and now >= moment and can_tell:
            states[key] = replace(state, status=Status.FIRING, since=moment.date())
            due.append(Anniversary(state.episode, moment, state.record))
    return due


def can_tell(measures: Measures) -> bool:
    """Whether anybody has told a value of the leader, without which there is nothing to say."""
    book = measures.book
    return any(book.latest(LEADER, vendor) is not None for vendor in book.vendors(LEADER))


def correct(states: dict[str, RuleState], episode: date, now: datetime, *, stands: bool) -> None:
    """Forget the note of a breakout that a revision undid, and wait again for one that stands."""
    key = f"{FOLLOW_UP}/{episode}"
    state = states.get(key)
    if state is None:
        return
    if not stands:
        states[key] = replace(state, status=Status.NORMAL, since=now.date())
    elif state.status is Status.NORMAL and now < _moment(episode):
        states[key] = replace(state, status=Status.PENDING, since=episode)


def _begun(item: News, now: datetime) -> RuleState:
    news = item.transition
    level, day = news.level or item.point.value, news.level_day or news.episode
    missed = item.is_past and now >= _moment(news.episode)
    return RuleState(
        Status.FIRING if missed else Status.PENDING,
        episode=news.episode,
        since=news.episode,
        tentative=False,
        record=Record(level, day, level, day, armed=False),
    )


def _episodes(states: Mapping[str, RuleState]) -> dict[str, RuleState]:
    prefix = f"{FOLLOW_UP}/"
    return {key: state for key, state in states.items() if key.startswith(prefix)}


def _moment(episode: date) -> datetime:
    return final_at(Cadence.NYSE_SESSION, episode) + FOLLOW_UP_AFTER


def alerts(
    measures: Measures,
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    due: Sequence[Anniversary],
    look: Look,
    *,
    now: datetime,
) -> Iterator[Dated]:
    """What is said on day 130, with the numbers as they stand now."""
    wanted = [each for each in indicators if each.key in (LEADER, *FOLLOWERS)]
    readings = measures.readings(wanted, now) if due else {}
    for each in due:
        leader = readings[LEADER]
        alert = Alert(
            id=f"{FOLLOW_UP}:{each.episode}:{Kind.FIRED}",
            rule=FOLLOW_UP,
            topic="breakout",
            kind=Kind.FIRED,
            indicator=LEADER,
            value=leader.value,
            level=each.record.reference,
            unit=leader.unit,
            vendor=leader.vendor,
            as_of=leader.as_of,
            day=each.moment.date(),
            decided_at=now,
            message=in_every_language(partial(_said, each, readings, states, look)),
        )
        yield Dated(alert, each.moment + NEWS_LASTS)


def _said(
    due: Anniversary,
    readings: Mapping[str, Reading],
    states: Mapping[str, RuleState],
    look: Look,
) -> Message:
    return messages.follow_up(due.episode, due.record, readings, states, look())
