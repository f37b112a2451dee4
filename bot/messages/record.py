"""An alert of the past in one line: what happened, value against level, and whose value."""

from bot import recorded
from bot.language import _, spoken
from bot.model import Alert
from bot.wording import day_text, level_text, moment_text, number


def record_line(alert: Alert, title: str, *, composed: bool = False) -> str:
    """When and what, with the value, its level and its source; `title` names the number.

    What a `composed` rule says is more than its name: a phase, a day, a silence.
    """
    what = f"{alert.rule} {alert.kind}"
    if composed:
        what = alert.message.spoken(spoken()).title
    if alert.withdrawn:
        what = _("{what} and withdrawn").format(what=what)
    if recorded.found_late(alert):
        what = _("{what}, found late").format(what=what)
    return f"{day_text(alert.day)}: {what}; {fact_text(alert, title)}"


def fact_text(alert: Alert, title: str) -> str:
    """The value that decided, against its level, with vendor and time."""
    value = number(alert.value, alert.unit)
    if alert.level is not None:
        level = level_text(alert.level, alert.unit)
        value = _("{value} against {level}").format(value=value, level=level)
    source = _("({vendor}, as of {as_of})").format(
        vendor=alert.vendor, as_of=moment_text(alert.as_of)
    )
    return f"{_(title)} {value} {source}"
