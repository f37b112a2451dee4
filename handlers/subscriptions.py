"""/subscriptions: what this chat hears."""

from bot.commands import Command, Request, Services
from bot.model import Message


async def run(request: Request, services: Services) -> Message:
    """List the chat's topics, and the ones it could add."""
    heard = await services.subscriptions.topics(request.chat)
    if not heard:
        topics = ", ".join(services.topics)
        return Message("You hear nothing yet", (f"/subscribe starts. Topics: {topics}.",))
    lines = [f"{topic}: {services.topics[topic]}" for topic in services.topics if topic in heard]
    rest = ", ".join(topic for topic in services.topics if topic not in heard)
    footer = f"Not subscribed: {rest}" if rest else "These are all there are"
    return Message("You hear", tuple(lines), footer)


COMMAND = Command("subscriptions", "What this chat hears", run)
