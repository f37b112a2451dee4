"""What we say 130 days after a breakout: what followed, and what did not."""

from collections.abc import Mapping
from datetime import date

from bot.messages.board import missing_lines
from bot.model import Board, Message, Reading, Record, RuleState, Status, Tone
from bot.wording import day_text, moment_text, number

DAY = 130
FOLLOWERS = (
    ("altseason", "altcoin_season_index", "the Altcoin Season Index at altseason"),
    ("dominance_55", "btc_dominance", "Bitcoin dominance below its level of 55 %"),
)
"""Rule, the indicator it reads, and what it would have confirmed."""


def follow_up(
    episode: date,
    broken: Record,
    readings: Mapping[str, Reading],
    states: Mapping[str, RuleState],
    shown: Board,
) -> Message:
    """The note of day 130; `broken` is the record that the breakout broke."""
    followed = [
        rule
        for rule, _, _ in FOLLOWERS
        if _fired_since(states.get(rule), episode) or _held_before(states.get(rule), episode)
    ]
    if len(followed) == len(FOLLOWERS):
        verdict = "the followers have come"
    elif followed:
        verdict = "one follower has come, the other has not"
    else:
        verdict = "the leader fired, the followers have not"
    leader = readings["russell_2000"]
    lines = [
        f"The Russell 2000 broke its record close of {number(broken.reference, leader.unit)} "
        f"({day_text(broken.reference_day)}) on {day_text(episode)}; it is at {_told(leader)} now."
        f"{_failure(states.get('russell_breakout'), episode)}",
        *(
            _follower(what, states.get(rule), readings.get(indicator), episode)
            for rule, indicator, what in FOLLOWERS
        ),
        "After the breakouts of late 2016 and late 2020 altcoins followed about now. Other "
        "breakouts were followed by nothing.",
        *missing_lines(shown),
    ]
    tone = Tone.GOOD if followed else Tone.NEUTRAL
    title = f"Day {DAY} after the breakout: {verdict}"
    return Message(title, tuple(lines), "breakout_follow_up · fired", tone)


def _fired_since(state: RuleState | None, episode: date) -> date | None:
    """When a rule last fired, if that was after the breakout."""
    if state is None or state.episode is None or state.episode < episode:
        return None
    return state.episode


def _held_before(state: RuleState | None, episode: date) -> date | None:
    """Since when a rule was true already as small caps broke out, if it still is."""
    if state is None or state.episode is None or state.episode >= episode:
        return None
    running = (state.held or state.status) in (Status.FIRING, Status.RECOVERING)
    return state.episode if running else None


def _follower(what: str, state: RuleState | None, reading: Reading | None, episode: date) -> str:
    fired, before = _fired_since(state, episode), _held_before(state, episode)
    now = f"; it is at {_told(reading)} now" if reading else "; no value is known now"
    if before is not None:
        return f"True since {day_text(before)}, before the breakout: {what}{now}."
    if fired is not None:
        return f"Followed: {what}, on {day_text(fired)}{now}."
    return f"Has not followed: {what}{now}."


def _failure(breakout: RuleState | None, episode: date) -> str:
    if breakout is None or breakout.record is None or breakout.episode != episode:
        return ""
    return " That breakout has failed since." if breakout.record.invalidated else ""


def _told(reading: Reading) -> str:
    value = number(reading.value, reading.unit)
    return f"{value} ({reading.vendor}, {moment_text(reading.as_of)})"
