"""/digest: what moved, what is near, and what is blind, since yesterday or since a week ago."""

from bot.commands import Command, Request, Services, UserError
from bot.gathering import composed, gathered
from bot.language import N_, _
from bot.model import Message
from bot.ports import Option

DAYS = {(): 1, ("day",): 1, ("week",): 7}


async def run(request: Request, services: Services) -> Message:
    """Tell it of the topics that this chat hears, or of all if it hears none."""
    days = DAYS.get(request.arguments)
    if days is None:
        raise UserError(
            _("/digest tells what happened since yesterday, /digest week since a week ago.")
        )
    heard = await services.subscriptions.topics(request.chat)
    topics = heard or frozenset(services.topics)
    kept = await services.own.kept(request.chat)
    facts = await gathered(days, topics, services, request.now)
    return await composed(facts, topics, kept, request.preferences.zone, services)


COMMAND = Command(
    "digest",
    N_("What moved, what is near and what is blind"),
    run,
    usage=N_("[week]"),
    options=(
        Option(
            "since", N_("How far to look back; leave empty for since yesterday"), ("day", "week")
        ),
    ),
)
