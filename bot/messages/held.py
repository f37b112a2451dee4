"""How a chat hears together what was held back from it, in quiet hours or while it was muted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.language import _, counted
from bot.manners import QUIET, known_zone
from bot.model import Message

MOST_WITH_FACTS = 10
"""Of more alerts only the titles are told, as of a night no more is read than fits a screen."""
FACTS = 2
"""So many lines of an alert say what crossed, and by whose value."""


def held_back(held: Sequence[tuple[datetime, str, Message]], zone: str) -> Message:
    """One message for alerts, each with when it fired and why it was held; one alone is whole.

    Times are those of the chat's own zone.
    """
    if len(held) == 1:
        ((at, why, message),) = held
        return replace(message, lines=(*message.lines, _note(at, why, zone)))
    reasons = {why for _at, why, _message in held}
    with_facts = len(held) <= MOST_WITH_FACTS
    rows = []
    for at, _why, message in held:
        facts = message.lines[:FACTS] if with_facts else ()
        rows.append(f"{_local(at, zone)}: {message.title}")
        rows += (" ".join(facts),) if facts else ()
    return Message(
        _title(reasons, len(held)),
        tuple(rows),
        _("Told late, so none of this is news; /status shows where things stand now"),
    )


def _title(reasons: set[str], count: int) -> str:
    if len(reasons) > 1:
        text = counted(
            "While you wanted no alerts: {count} alert",
            "While you wanted no alerts: {count} alerts",
            count,
        )
        return text.format(count=count)
    hours = _hours(*reasons)
    if hours is None:
        text = counted(
            "While this was muted: {count} alert", "While this was muted: {count} alerts", count
        )
        return text.format(count=count)
    begin, end = hours
    text = counted(
        "While it was quiet, {begin} to {end}: {count} alert",
        "While it was quiet, {begin} to {end}: {count} alerts",
        count,
    )
    return text.format(begin=begin, end=end, count=count)


def _note(at: datetime, why: str, zone: str) -> str:
    hours, when = _hours(why), _local(at, zone)
    if hours is None:
        return _("Fired at {when}, and held back as it was muted.").format(when=when)
    begin, end = hours
    return _("Fired at {when}, and held back in quiet hours, {begin} to {end}.").format(
        when=when, begin=begin, end=end
    )


def _hours(why: str) -> tuple[str, str] | None:
    """When the quiet hours begin and end for which something was held; None if it was muted."""
    kind, *hours = why.split()
    return (hours[0], hours[1]) if kind == QUIET else None


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(known_zone(zone))
    return f"{local:%Y-%m-%d %H:%M} {local:%Z}"
