"""/alerts: a chat's own rules, nearest to firing first."""

from bot.commands import Command, Request, Services
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
        how = "/alert btc_dominance below 55 makes one, /alert alone explains."
        return Message("You have no alerts of your own yet", (how,))
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
        rows.append(f"and {len(rest)} more: {', '.join(rest[:MOST_NUMBERS])}{dots}")
    title = "Your alert" if len(kept) == 1 else f"Your {len(kept)} alerts, nearest to firing first"
    some = standings[0].kept.number
    return Message(
        title, tuple(rows), f"/alert {some} shows one in full, /unalert {some} removes it"
    )


COMMAND = Command("alerts", "Your own alerts, nearest to firing first", run)
