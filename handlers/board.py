"""/board: the whole argument on one screen, and what would change it."""

from bot.commands import Command, Request, Services
from bot.messages import board_screen
from bot.model import Message


async def run(request: Request, services: Services) -> Message:
    """Show the phase, the breakout's clock and the gates, nearest first."""
    return board_screen(await services.outlook.snapshot(request.now))


COMMAND = Command("board", "The phase, its gates, and what would change it", run)
