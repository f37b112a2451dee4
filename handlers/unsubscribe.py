"""/unsubscribe: stop hearing topics, or everything when none is named."""

from bot.commands import Command, Request, Services, chosen_topics
from bot.model import Message
from bot.ports import Option, always_changes
from bot.topics import TOPICS


async def run(request: Request, services: Services) -> Message:
    """Remove topics; naming none removes all."""
    topics = chosen_topics(request.arguments, services.topics) or tuple(services.topics)
    gone = await services.subscriptions.unsubscribe(request.chat, topics)
    heard = await services.subscriptions.topics(request.chat)
    title = (
        f"Unsubscribed: {', '.join(t for t in topics if t in gone)}" if gone else "Nothing to do"
    )
    rest = ", ".join(t for t in services.topics if t in heard)
    line = (
        f"You still hear: {rest}." if rest else "You hear nothing now. /subscribe brings me back."
    )
    return Message(title, (line,))


COMMAND = Command(
    "unsubscribe",
    "Stop alerts; without a topic, all of them",
    run,
    usage="[topic…]",
    options=(Option("topic", "What to stop; leave empty for everything", tuple(TOPICS)),),
    changes=always_changes,
)
