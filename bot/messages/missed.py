"""What we say of what happened while we could not look."""

from collections.abc import Sequence

from bot.messages.board import missing_lines
from bot.model import Alert, Board, Message
from bot.wording import day_text, moment_text

MOST_TOLD = 12
"""More happenings of one topic are counted, not told one by one."""


def found_late(alerts: Sequence[Alert], shown: Board) -> Message:
    """One message for all that one topic missed, oldest first; a single one in full."""
    topic = alerts[0].topic
    newest = alerts[-1]
    label = (
        f"Late: this was due by {day_text(newest.day)} or soon after and was found on "
        f"{moment_text(shown.as_of)}. It is the past, and no news."
    )
    if len(alerts) == 1:
        title = f"Found late: {newest.message.title}"
        return Message(title, (label, *newest.message.lines), f"{topic} · late")
    untold = len(alerts) - MOST_TOLD
    more = (f"{untold} earlier ones are not told one by one.",) if untold > 0 else ()
    told = [_line(alert) for alert in alerts[-MOST_TOLD:]]
    return Message(
        f"Found late: {len(alerts)} alerts on {topic}",
        (label, *more, *told, *missing_lines(shown)),
        f"{topic} · late",
    )


def _line(alert: Alert) -> str:
    return (
        f"– {day_text(alert.day)}: {alert.message.title} "
        f"({alert.vendor}, as of {moment_text(alert.as_of)}; {alert.rule} {alert.kind})"
    )
