"""What we say 130 days after a breakout: what followed, and what did not."""

from collections.abc import Mapping
from datetime import date

from bot.language import N_, _
from bot.messages.board import missing_lines
from bot.model import Board, Message, Reading, Record, RuleState, Status, Tone
from bot.wording import day_text, moment_text, number

DAY = 130
FOLLOWERS = (
    ("altseason", "altcoin_season_index", N_("the Altcoin Season Index at altseason")),
    ("dominance_55", "btc_dominance", N_("Bitcoin dominance below its level of 55 %")),
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
        for rule, *_rest in FOLLOWERS
        if _fired_since(states.get(rule), episode) or _held_before(states.get(rule), episode)
    ]
    if len(followed) == len(FOLLOWERS):
        title = _("Day {day} after the breakout: the followers have come")
    elif followed:
        title = _("Day {day} after the breakout: one follower has come, the other has not")
    else:
        title = _("Day {day} after the breakout: the leader fired, the followers have not")
    leader = readings["russell_2000"]
    lines = [
        _(
            "The Russell 2000 broke its record close of {record} ({record_day}) on {day}; it is at "
            "{value} now."
        ).format(
            record=number(broken.reference, leader.unit),
            record_day=day_text(broken.reference_day),
            day=day_text(episode),
            value=_told(leader),
        )
        + _failure(states.get("russell_breakout"), episode),
        *(
            _follower(_(what), states.get(rule), readings.get(indicator), episode)
            for rule, indicator, what in FOLLOWERS
        ),
        _(
            "After the breakouts of late 2016 and late 2020 altcoins followed about now. Other "
            "breakouts were followed by nothing."
        ),
        *missing_lines(shown),
    ]
    tone = Tone.GOOD if followed else Tone.NEUTRAL
    return Message(title.format(day=DAY), tuple(lines), "breakout_follow_up · fired", tone)


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
    now = _("no value is known now")
    if reading is not None:
        now = _("it is at {value} now").format(value=_told(reading))
    if before is not None:
        said = _("True since {day}, before the breakout: {what}; {now}.")
        return said.format(day=day_text(before), what=what, now=now)
    if fired is not None:
        said = _("Followed: {what}, on {day}; {now}.")
        return said.format(what=what, day=day_text(fired), now=now)
    return _("Has not followed: {what}; {now}.").format(what=what, now=now)


def _failure(breakout: RuleState | None, episode: date) -> str:
    if breakout is None or breakout.record is None or breakout.episode != episode:
        return ""
    failed = _("That breakout has failed since.")
    return f" {failed}" if breakout.record.invalidated else ""


def _told(reading: Reading) -> str:
    value = number(reading.value, reading.unit)
    return f"{value} ({reading.vendor}, {moment_text(reading.as_of)})"
