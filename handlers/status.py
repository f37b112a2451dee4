"""/status: one screen with the phase, the gates, and every number with its source and age."""

from bot.commands import Command, Request, Services
from bot.messages import status
from bot.model import Message


async def run(request: Request, services: Services) -> Message:
    """Show where everything stands now."""
    return status(await services.outlook.snapshot(request.now))


COMMAND = Command("status", "What fired, what confirms, what is missing", run)
