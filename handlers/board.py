"""/board: the whole argument on one screen, and what would change it; it can stay pinned."""

from dataclasses import replace

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _
from bot.messages import board_screen
from bot.messages.buttons import board_buttons
from bot.model import Message
from bot.ports import Option, changes_if_more_is_said

PIN, UNPIN = "pin", "unpin"


async def run(request: Request, services: Services) -> Message:
    """Show the phase, the breakout's clock and the gates; or begin or end to keep that up to date.

    Whoever posts a pinned answer says where it stands, and from then on it is edited in place.
    """
    match request.arguments:
        case ():
            return await _board(request, services)
        case (word,) if word == PIN:
            return replace(await _board(request, services), pinned=True)
        case (word,) if word == UNPIN:
            return await _unpinned(request, services)
    raise UserError(
        _("/board shows it; /board pin keeps it up to date in one place, /board unpin ends that.")
    )


async def _board(request: Request, services: Services) -> Message:
    shown = board_screen(await services.outlook.snapshot(request.now))
    return replace(shown, buttons=board_buttons())


async def _unpinned(request: Request, services: Services) -> Message:
    if not await services.boards.unpin(request.chat):
        return Message(
            _("There is no board that I keep up to date here"), (_("/board pin makes one."),)
        )
    return Message(
        _("The board stays as it is"),
        (_("I edit it no more; whoever may unpin messages here can unpin it."),),
        _("/board pin makes a new one"),
    )


COMMAND = Command(
    "board",
    N_("The phase, its gates, and what would change it"),
    run,
    usage=N_("[pin | unpin]"),
    options=(
        Option(
            "keep", N_("pin keeps it up to date in one place; leave empty to see it"), (PIN, UNPIN)
        ),
    ),
    changes=changes_if_more_is_said,
)
