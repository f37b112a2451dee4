"""/history: the alerts that were recorded, newest first."""

from bot import recorded
from bot.catalogue import SERIES
from bot.commands import Command, Request, Services, never_heard_of
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
            raise never_heard_of("topic or rule", name, known, listed_by="/track")
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
        older = "older one is" if rest == 1 else "older ones are"
        rows.append(f"{rest} {older} recorded too.")
    title = f"Recorded on {name}, newest first" if name else "Recorded alerts, newest first"
    return Message(title, tuple(rows), f"/why {found[0].number} explains the first of them")


def _nothing(name: str, others: int) -> Message:
    if name:
        line = f"Of other topics there are {others}: /history lists them." if others else ""
        return Message(f"Nothing is recorded on {name}", (line,) if line else ())
    line = "An alert is recorded when a rule fires, resolves or goes blind while I watch."
    return Message("Nothing is recorded yet", (line,), "/preview says how often it happened before")


COMMAND = Command(
    "history",
    "The alerts there were, newest first",
    run,
    usage="[topic or rule]",
    options=(Option("topic", "A topic such as breakout, or a rule such as altseason"),),
)
