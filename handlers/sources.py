"""/sources: who tells the numbers, and how well that goes."""

from bot.commands import Command, Request, Services, UserError
from bot.language import N_
from bot.messages.sources import Sources, detail, overview
from bot.model import Message
from bot.own.mistakes import NotUnderstood
from bot.own.names import meant
from bot.ports import Option


async def run(request: Request, services: Services) -> Message:
    """List the sources by number, or all that is known of those of one number."""
    sources = Sources(services.sources, await services.records.health(), request.now)
    if not request.arguments:
        return overview(sources, services.indicators)
    try:
        found = meant(" ".join(request.arguments), services.indicators)
    except NotUnderstood as error:
        raise UserError(str(error)) from None
    return detail(sources, found.indicator)


COMMAND = Command(
    "sources",
    N_("Who tells me the numbers, and who fails"),
    run,
    usage=N_("[indicator]"),
    options=(Option("indicator", N_("The number whose sources to show in full")),),
)
