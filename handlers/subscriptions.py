"""/subscriptions: what this chat hears, and what else there is."""

from bot.commands import Command, Request, Services
from bot.language import N_, _
from bot.messages.buttons import topic_toggles
from bot.model import Message


async def run(request: Request, services: Services) -> Message:
    """List the chat's topics, and the ones it could add."""
    heard = await services.subscriptions.topics(request.chat)
    buttons = topic_toggles(services.topics, heard)
    if not heard:
        topics = ", ".join(services.topics)
        how = _("/subscribe starts. Topics: {topics}.").format(topics=topics)
        return Message(_("You hear nothing yet"), (how,), buttons=buttons)
    lines = [
        f"{topic}: {_(meaning)}" for topic, meaning in services.topics.items() if topic in heard
    ]
    rest = ", ".join(topic for topic in services.topics if topic not in heard)
    footer = (
        _("Not subscribed: {topics}").format(topics=rest) if rest else _("These are all there are")
    )
    return Message(_("You hear"), tuple(lines), footer, buttons=buttons)


COMMAND = Command("subscriptions", N_("What this chat hears"), run)
