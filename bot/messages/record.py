"""An alert of the past in one line: what happened, value against level, and whose value."""

from bot import recorded
from bot.model import Alert
from bot.wording import day_text, level_text, moment_text, number


def record_line(alert: Alert, title: str, *, composed: bool = False) -> str:
    """When and what, with the value, its level and its source; `title` names the number.

    What a `composed` rule says is more than its name: a phase, a day, a silence.
    """
    what = f"{alert.rule} {alert.kind}"
    if composed:
        what = alert.message.title
    if alert.withdrawn:
        what += " and withdrawn"
    if recorded.found_late(alert):
        what += ", found late"
    return f"{day_text(alert.day)}: {what}; {fact_text(alert, title)}"


def fact_text(alert: Alert, title: str) -> str:
    """The value that decided, against its level, with vendor and time."""
    against = "" if alert.level is None else f" against {level_text(alert.level, alert.unit)}"
    value = number(alert.value, alert.unit)
    return f"{title} {value}{against} ({alert.vendor}, as of {moment_text(alert.as_of)})"
