"""/subscribe: hear alerts on topics, or on the essentials when none is named."""

from bot.commands import Command, Request, Services, chosen_topics
from bot.messages import board_line
from bot.model import Message, Tone
from bot.ports import Option, always_changes
from bot.topics import ESSENTIALS, TOPICS


async def run(request: Request, services: Services) -> Message:
    """Add topics, and say what is already true so that nobody waits for a crossing that was."""
    topics = chosen_topics(request.arguments, services.topics) or ESSENTIALS
    new = await services.subscriptions.subscribe(request.chat, topics)
    heard = await services.subscriptions.topics(request.chat)
    snapshot = await services.outlook.snapshot(request.now)
    title = f"Subscribed: {', '.join(t for t in topics if t in new)}" if new else "Nothing new"
    lines = [
        f"You hear: {', '.join(t for t in services.topics if t in heard)}.",
        board_line(snapshot),
    ]
    return Message(title, tuple(lines), "/unsubscribe stops, /status shows all", Tone.GOOD)


COMMAND = Command(
    "subscribe",
    "Hear alerts; without a topic, the essentials",
    run,
    usage="[topic…]",
    options=(Option("topic", "What to hear about; leave empty for the essentials", tuple(TOPICS)),),
    changes=always_changes,
)
