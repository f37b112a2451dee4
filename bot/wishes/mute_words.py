"""A mute in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.language import _, counted
from bot.manners import OWN, RECOVERS
from bot.model import Indicator, Mute
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import condition_text
from bot.wishes.zones import moment_there

TOLD_DAYS = 7
"""An alert that waits is told for so long."""


def name_said(mute: Mute) -> str:
    """What is muted: dominance, alert 3, everything."""
    if mute.rule.isdecimal():
        return _("alert {number}").format(number=mute.rule)
    if mute.topic == OWN:
        return _("your own alerts")
    return mute.topic or mute.rule or _("everything")


def end_said(mute: Mute, zone: str, indicators: Sequence[Indicator], now: datetime) -> str:
    """How long it is muted: until 2026-11-30 13:00 Europe/Berlin."""
    if mute.until is not None:
        return _("until {moment}").format(moment=moment_there(mute.until, zone))
    if mute.condition == RECOVERS:
        return _("until it recovers")
    if mute.condition:
        return _("until this is true: {condition}").format(
            condition=condition_said(mute.condition, indicators, now)
        )
    return _("until you lift it")


def condition_said(condition: str, indicators: Sequence[Indicator], now: datetime) -> str:
    """A condition for reading; as it was typed where nobody can read it any more."""
    known: Mapping[str, Indicator] = {each.key: each for each in indicators}
    try:
        return condition_text(parse(condition, indicators, now.date()).rule.conditions[0], known)
    except NotUnderstood:
        return condition


def meanwhile_said(mute: Mute, now: datetime) -> tuple[str, ...]:
    """What becomes of alerts until it ends."""
    if mute.until is None and not mute.condition:
        return (_("What comes meanwhile is left out, and not told later."),)
    together = _("What comes meanwhile arrives together afterwards.")
    if mute.until is not None and mute.until - now <= timedelta(days=TOLD_DAYS):
        return (together,)
    older = counted(
        "What is more than {count} day old by then is left out.",
        "What is more than {count} days old by then is left out.",
        TOLD_DAYS,
    ).format(count=TOLD_DAYS)
    return (f"{together} {older}",)
