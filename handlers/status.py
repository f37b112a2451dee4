"""/status: one screen with the phase, the gates, and every number with its source and age."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _
from bot.messages import is_wanted, status
from bot.messages.buttons import status_buttons
from bot.model import Button, Message
from bot.own.mistakes import quoted
from bot.ports import Option


async def run(request: Request, services: Services) -> Message:
    """Show where everything stands now, or all that is known of the indicators named."""
    snapshot = await services.outlook.snapshot(request.now)
    wanted = " ".join(request.arguments).replace("_", " ")
    shown = [each for each in snapshot.readings if is_wanted(each, wanted)]
    if not shown and wanted:
        no_such = _("I have no number called {name}; /status alone shows all of them.")
        raise UserError(no_such.format(name=quoted(wanted)))
    said = status(snapshot, wanted)
    if not wanted:
        return replace(said, buttons=status_buttons(snapshot.board))
    key = shown[0].indicator
    chart = Button(_("Chart"), f"/chart {key}")
    return replace(said, buttons=(chart, Button(_("Sources"), f"/sources {key}")))


async def suggest(_option: str, _request: Request, services: Services) -> Sequence[str]:
    """The numbers that can be shown by themselves."""
    return [each.key for each in services.indicators]


COMMAND = Command(
    "status",
    N_("What fired, what confirms, what is missing"),
    run,
    usage=N_("[indicator]"),
    options=(Option("indicator", N_("the number to show with all its details"), suggests=True),),
    suggest=suggest,
)
