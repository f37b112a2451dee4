"""/history: the alerts that were recorded, newest first."""

from bot import recorded
from bot.catalogue import SERIES
from bot.commands import Command, Request, Services, never_heard_of
from bot.language import N_, _, counted
from bot.messages import record_line
from bot.model import Message
from bot.ports import Option
from bot.studies.asked import COMPOSED, rule_ids, word

MOST_SHOWN = 20
"""More rows would not be read, and not fit one message."""


async def run(request: Request, services: Services) -> Message:
    """List the alerts with their numbers, or only those of a topic or rule."""
    name = word(request.arguments)
    every = recorded.numbered(await services.records.recent_alerts())
    found = recorded.of_rule_or_topic(every, name) if name else every
    if not found:
        known = [*services.topics, *rule_ids(services.indicators)]
        if name and name not in known:
            raise never_heard_of(_("topic or rule"), name, known, listed_by="/track")
        return _nothing(name, len(every))
    composed = {each.id for each in COMPOSED}
    titles = {key: series.title for key, series in SERIES.items()}
    titles.update({each.key: each.title for each in services.indicators})
    rows = []
    for number, alert in ((each.number, each.alert) for each in found[:MOST_SHOWN]):
        title = titles.get(alert.indicator, alert.indicator)
        rows.append(f"{number}. {record_line(alert, title, composed=alert.rule in composed)}")
    rest = len(found) - MOST_SHOWN
    if rest > 0:
        older = counted(
            "{count} older one is recorded too.", "{count} older ones are recorded too.", rest
        )
        rows.append(older.format(count=rest))
    title = _("Recorded alerts, newest first")
    if name:
        title = _("Recorded on {name}, newest first").format(name=name)
    footer = _("/why {number} explains the first of them").format(number=found[0].number)
    return Message(title, tuple(rows), footer)


def _nothing(name: str, others: int) -> Message:
    if name:
        listed = _("Of other topics there are {count}: /history lists them.").format(count=others)
        title = _("Nothing is recorded on {name}").format(name=name)
        return Message(title, (listed,) if others else ())
    line = _("An alert is recorded when a rule fires, resolves or goes blind while I watch.")
    footer = _("/preview says how often it happened before")
    return Message(_("Nothing is recorded yet"), (line,), footer)


COMMAND = Command(
    "history",
    N_("The alerts there were, newest first"),
    run,
    usage=N_("[topic or rule]"),
    options=(Option("topic", N_("A topic such as breakout, or a rule such as altseason")),),
)
