"""/alerts: a chat's own rules, nearest to firing first."""

from bot.commands import Command, Request, Services
from bot.language import N_, _, counted
from bot.model import Message
from bot.own.distance import nearest_first, presents
from bot.own.report import row

MOST_SHOWN = 20
"""More rows would not be read, and not fit one message."""
MOST_NUMBERS = 60


async def run(request: Request, services: Services) -> Message:
    """List the rules with their numbers, present values and distances."""
    kept = await services.own.kept(request.chat)
    if not kept:
        how = _("/alert btc_dominance below 55 makes one, /alert alone explains.")
        return Message(_("You have no alerts of your own yet"), (how,))
    snapshot = await services.outlook.snapshot(request.now)
    readings = {each.indicator: each for each in snapshot.readings}
    indicators = {each.key: each for each in services.indicators}
    conditions = {condition for each in kept for condition in each.rule.conditions}
    changes = {each.indicator for each in conditions if each.window is not None}
    pasts = {key: await services.past.points(key) for key in changes & indicators.keys()}
    standings = nearest_first(kept, presents(conditions, indicators, readings, pasts))
    rows = [row(each, indicators, request.now) for each in standings[:MOST_SHOWN]]
    rest = [str(each.kept.number) for each in standings[MOST_SHOWN:]]
    if rest:
        dots = ", …" if len(rest) > MOST_NUMBERS else ""
        more = counted("and {count} more: {numbers}", "and {count} more: {numbers}", len(rest))
        rows.append(more.format(count=len(rest), numbers=f"{', '.join(rest[:MOST_NUMBERS])}{dots}"))
    title = counted("Your alert", "Your {count} alerts, nearest to firing first", len(kept))
    footer = _("/alert {number} shows one in full, /unalert {number} removes it")
    return Message(
        title.format(count=len(kept)),
        tuple(rows),
        footer.format(number=standings[0].kept.number),
    )


COMMAND = Command("alerts", N_("Your own alerts, nearest to firing first"), run)
