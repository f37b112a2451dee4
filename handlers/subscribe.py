"""/subscribe: hear alerts on topics, or on the essentials when none is named."""

from collections.abc import Collection
from dataclasses import replace

from bot.commands import ALL, Command, Request, Services, chosen_topics
from bot.language import N_, _
from bot.messages import board_line
from bot.messages.buttons import topic_toggles
from bot.model import Message, Snapshot, Tone
from bot.ports import Option, always_changes
from bot.topics import ESSENTIALS, TOPICS


async def run(request: Request, services: Services) -> Message:
    """Add topics, and say what is already true so that nobody waits for a crossing that was."""
    topics = chosen_topics(request.arguments, services.topics) or ESSENTIALS
    new = await services.subscriptions.subscribe(request.chat, topics)
    heard = await services.subscriptions.topics(request.chat)
    snapshot = _of_topics(await services.outlook.snapshot(request.now), heard, services)
    added = ", ".join(topic for topic in topics if topic in new)
    title = _("Subscribed: {topics}").format(topics=added) if new else _("Nothing new")
    hears = ", ".join(topic for topic in services.topics if topic in heard)
    return Message(
        title,
        (_("You hear: {topics}.").format(topics=hears), board_line(snapshot)),
        _("/unsubscribe stops, /status shows all"),
        Tone.GOOD,
        buttons=topic_toggles(services.topics, heard),
    )


def _of_topics(snapshot: Snapshot, heard: Collection[str], services: Services) -> Snapshot:
    """What the chat would be told of; the other rules are noise to it."""
    told = {rule.id for each in services.indicators for rule in each.rules if rule.topic in heard}
    rules = {
        key: tuple(view for view in views if view.rule in told)
        for key, views in snapshot.rules.items()
    }
    return replace(snapshot, rules=rules)


COMMAND = Command(
    "subscribe",
    N_("Hear alerts; without a topic, the essentials"),
    run,
    usage=N_("[topic…]"),
    options=(
        Option("topic", N_("What to hear about; leave empty for the essentials"), (*TOPICS, ALL)),
    ),
    changes=always_changes,
)
