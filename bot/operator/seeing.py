"""How things stand, from what the poller and the senders have stored."""

from collections.abc import Mapping, Sequence

from bot.evaluation.lateness import BLIND
from bot.model import FeedHealth, RuleState, Status
from bot.ports import BlindSeries, FailingFeed, Feed


def blind(
    states: Mapping[str, RuleState], health: Mapping[str, FeedHealth], feeds: Sequence[Feed]
) -> dict[str, BlindSeries]:
    """The series that rules need and that are late, with what their feeds say instead."""
    found = {}
    for key, state in states.items():
        rule, _, series = key.partition("/")
        if rule == BLIND and state.status is Status.FIRING and state.since is not None:
            found[series] = BlindSeries(state.since, _errors(series, health, feeds))
    return found


def failing(health: Mapping[str, FeedHealth]) -> dict[str, FailingFeed]:
    """The feeds whose last answer was none."""
    return {
        name: FailingFeed(each.failed_at, each.error)
        for name, each in health.items()
        if each.error and each.failed_at is not None
    }


def _errors(series: str, health: Mapping[str, FeedHealth], feeds: Sequence[Feed]) -> str:
    names = [feed.name for feed in feeds if series in feed.series]
    errors = [health[name].error.rstrip(".") for name in names if name in health]
    return "; ".join(dict.fromkeys(filter(None, errors)))
