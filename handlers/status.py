"""/status: one screen with the phase, the gates, and every number with its source and age."""

from bot.commands import Command, Request, Services, UserError
from bot.messages import is_wanted, status
from bot.model import Message
from bot.ports import Option


async def run(request: Request, services: Services) -> Message:
    """Show where everything stands now, or all that is known of the indicators named."""
    snapshot = await services.outlook.snapshot(request.now)
    wanted = " ".join(request.arguments).replace("_", " ")
    if not any(is_wanted(reading, wanted) for reading in snapshot.readings) and wanted:
        raise UserError(f"I have no number called {wanted!r}; /status alone shows all of them.")
    return status(snapshot, wanted)


COMMAND = Command(
    "status",
    "What fired, what confirms, what is missing",
    run,
    usage="[indicator]",
    options=(Option("indicator", "the number to show with all its details"),),
)
