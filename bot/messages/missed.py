"""What we say of what happened while we could not look."""

from collections.abc import Sequence

from bot.language import _, counted, spoken
from bot.messages.board import missing_lines
from bot.model import Alert, Board, Message
from bot.wording import day_text, moment_text

MOST_TOLD = 12
"""More happenings of one topic are counted, not told one by one."""


def found_late(alerts: Sequence[Alert], shown: Board) -> Message:
    """One message for all that one topic missed, oldest first; a single one in full.

    It is in the language that is spoken, and quotes them in it.
    """
    topic = alerts[0].topic
    newest = alerts[-1]
    label = _(
        "Late: this was due by {day} or soon after and was found on {moment}. It is the past, and "
        "no news."
    ).format(day=day_text(newest.day), moment=moment_text(shown.as_of))
    if len(alerts) == 1:
        message = newest.message.spoken(spoken())
        title = _("Found late: {title}").format(title=message.title)
        return Message(title, (label, *message.lines), f"{topic} · late")
    untold = len(alerts) - MOST_TOLD
    more = (_untold(untold),) if untold > 0 else ()
    told = [_line(alert) for alert in alerts[-MOST_TOLD:]]
    title = counted(
        "Found late: {count} alert on {topic}", "Found late: {count} alerts on {topic}", len(alerts)
    )
    return Message(
        title.format(count=len(alerts), topic=topic),
        (label, *more, *told, *missing_lines(shown)),
        f"{topic} · late",
    )


def _untold(count: int) -> str:
    said = counted(
        "{count} earlier ones are not told one by one.",
        "{count} earlier ones are not told one by one.",
        count,
    )
    return said.format(count=count)


def _line(alert: Alert) -> str:
    source = _("({vendor}, as of {as_of}; {what})").format(
        vendor=alert.vendor, as_of=moment_text(alert.as_of), what=f"{alert.rule} {alert.kind}"
    )
    return f"– {day_text(alert.day)}: {alert.message.spoken(spoken()).title} {source}"
