"""/start: what this is, and the one step that matters."""

from bot.commands import Command, Request, Services
from bot.model import Message


async def run(request: Request, services: Services) -> Message:
    """Greet, and say what the chat hears."""
    heard = await services.subscriptions.topics(request.chat)
    lines = [
        "I watch whether money rotates from large caps and Bitcoin into small caps and altcoins: "
        "the Russell 2000 against its record, Bitcoin dominance, the Altcoin Season Index.",
        "When one of them crosses a line that matters I tell you, with the value, the level, "
        "the source and the date. I never say buy or sell.",
    ]
    if heard:
        lines.append(f"You hear: {', '.join(sorted(heard))}. /status shows where things stand.")
    else:
        lines.append("/subscribe gets you the essentials. /status shows where things stand.")
    return Message("Hello, I am altseason-bot", tuple(lines), "/help lists all commands")


COMMAND = Command("start", "What this bot does", run)
