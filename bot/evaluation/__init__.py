"""One evaluation: the book, the states and the time in; new states and alerts out.

This is the pure core that the live poller and `replay` share. Only the clock and the feed differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType

from bot import board, corrections
from bot.evaluation import follow_up, lateness, missed, phase, presets
from bot.evaluation.pictured import pictured
from bot.measures import Measures
from bot.messages.buttons import with_alert_buttons
from bot.model import Alert, Indicator, Kind, RuleState
from bot.ports import StateChange


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one look at the book changed."""

    states: Mapping[str, RuleState]
    """Every rule instance's state afterwards."""
    changes: tuple[StateChange, ...]
    alerts: tuple[Alert, ...]


def evaluate(
    measures: Measures,
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    now: datetime,
    *,
    told: Sequence[Alert] = (),
    without_history: frozenset[str] = frozenset(),
    unasked: frozenset[str] = frozenset(),
    held: Mapping[str, str] = MappingProxyType({}),
) -> Evaluation:
    """Let every rule see the final values it has not seen yet.

    `told` are the alerts sent before, which a revised value may make wrong. `without_history` names
    the series whose past is not loaded: rules that need it stay asleep. `unasked` names those that
    look late only because nobody has asked: they are left as they are. `held` says of a series, in
    a sentence, what of it is held back.
    """
    judged = [each for each in indicators if not unasked.intersection(each.series)]
    awake = [
        each
        for each in judged
        if each.rules and not (each.needs_history and without_history.intersection(each.series))
    ]
    after = dict(states)
    alerts = list(corrections.apply(measures, judged, told, after, now))
    for correction in alerts:
        if correction.rule == follow_up.BREAKOUT and f":{Kind.FIRED}:" in correction.id:
            follow_up.correct(after, correction.day, now, stands=not correction.withdrawn)
    trails: presets.Trails = {}
    news = [
        item for each in awake for item in presets.follow(measures, each, after, trails, now=now)
    ]
    turns: list[phase.Turn] = []
    # Whoever has not been asked yet may still say what the phase of a missed day rests on.
    if not unasked.intersection(phase.SERIES):
        turns = phase.follow(measures, awake, states, after, trails, now=now)
    due = follow_up.follow(after, news, now, can_tell=follow_up.can_tell(measures))
    alerts += lateness.follow(measures, judged, after, held, now)
    told_now = [item for item in news if not item.is_past]
    if told_now or turns or due:
        look = _look(measures, indicators, after, now)
        dated = [missed.Dated(presets.alert(i, look, now), _late_from(i)) for i in told_now]
        dated += [missed.Dated(phase.alert(t, look, now), _late_from(t)) for t in turns]
        dated += follow_up.alerts(measures, indicators, after, due, look, now=now)
        told_as = missed.told(dated, look, now)
        alerts += [pictured(each, measures, indicators, now) for each in told_as]
    return Evaluation(after, _changes(states, after), tuple(map(with_alert_buttons, alerts)))


def _late_from(news: presets.News | phase.Turn) -> datetime:
    return missed.late_from(news.indicator, news.point.day)


def _look(
    measures: Measures,
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    now: datetime,
) -> board.Look:
    gates = [each for each in indicators if each.key in board.READS]
    return partial(board.read, measures.readings(gates, now), states, now)


def _changes(
    before: Mapping[str, RuleState], after: Mapping[str, RuleState]
) -> tuple[StateChange, ...]:
    return tuple(
        StateChange(key, before.get(key), state)
        for key, state in after.items()
        if before.get(key) is not state and before.get(key) != state
    )
