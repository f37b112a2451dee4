"""/privacy: what is stored of a chat, where, for how long, who sees it, and how to delete it."""

from bot.commands import Command, Request, Services
from bot.model import Message

TOLD_DAYS = 7
"""An alert that waits is told for so long."""
KNOWN_DAYS = 30
"""What was told is known for so long, so that it is not told twice."""


async def run(request: Request, services: Services) -> Message:
    """Say it in full, as it is the same for every chat but for the name."""
    platform = request.chat.platform.capitalize()
    return Message(
        "What I store of this chat",
        (
            f"What: its id ({request.chat.member} on {platform}), the topics it hears, its own "
            "alerts with where they stand, and what is on its way to it: alerts that wait or could "
            "not be sent, when the next may leave, and why the chat cannot be reached if it "
            "cannot. No names, and nothing of what is written here but your own alerts.",
            "Where: in the Redis database of whoever runs me. Nobody else sees it; "
            f"{platform} itself carries what we write to each other. The log of whoever runs me "
            "may name the chat's id where something went wrong.",
            "For how long: topics and own alerts until you remove them; an alert that waits, "
            f"{TOLD_DAYS} days; one that could not be sent, {KNOWN_DAYS} days unless it is sent "
            "again; "
            "that the chat cannot be reached, until it writes to me again. An own alert that was "
            "told, a note of which alerts came here already, and an earlier id of this chat "
            f"expire {KNOWN_DAYS} days after they were made; a note of what "
            "was handed out to be sent, after a minute.",
            "How to leave: /stop deletes all of it at once, except what was told already and an "
            f"earlier id, which expire within those {KNOWN_DAYS} days. "
            "Database files and backups follow when whoever runs me renews them.",
            "How to take it along: /export writes your topics and alerts as commands.",
        ),
    )


COMMAND = Command("privacy", "What I store of this chat, and how to delete it", run)
