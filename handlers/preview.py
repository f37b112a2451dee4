"""/preview: how a rule, or each rule of a topic, would have behaved over all the past there is."""

import asyncio

from bot.commands import Command, Request, Services, never_heard_of
from bot.model import Message
from bot.ports import Option
from bot.studies.asked import asked, rule_ids, word
from bot.studies.episodes import FEW
from bot.studies.preview import FLAP, Preview, preview
from bot.wording import day_text

NAMED_DAYS = 5
SHORT_YEARS = 1.0
"""Over less than this, nobody can say how often something happens in a year."""


async def run(request: Request, services: Services) -> Message:
    """Show the past of one rule in full, or of each rule of a topic in a line."""
    name, rules = word(request.arguments), rule_ids(services.indicators)
    if not name:
        listed = (f"Topics: {', '.join(services.topics)}.", f"Rules: {', '.join(rules)}.")
        return Message("Preview of what?", listed, "/preview dominance_55, or /preview dominance")
    chosen = asked(name, services.indicators)
    if chosen is None:
        known = [*services.topics, *rules]
        raise never_heard_of("rule or topic", name, known, listed_by="/preview")
    rests_on = tuple(each.rests_on for each in chosen.composed)
    found = []
    for rule in chosen.rules:
        points = await services.past.points(rule.indicator)
        found.append((rule.id, await asyncio.to_thread(preview, rule, points)))
    if len(found) == 1:
        return Message(f"{found[0][0]}, over the past", (*_full(*found[0]), *rests_on), _FOOTER)
    lines = [_short(*each) for each in found]
    return Message(f"{name}, over the past", (*lines, *rests_on), _FOOTER if lines else "")


_FOOTER = "Days are those of the values; what they did, not what they will do"


def _full(rule: str, seen: Preview | None) -> tuple[str, ...]:
    if seen is None:
        return (_nothing(rule),)
    lines = [
        f"On {_span(seen)} of daily values from {seen.vendor}, {day_text(seen.first)} to "
        f"{day_text(seen.last)}, {rule} fired {_times(len(seen.fired))}{_a_year(seen)}."
    ]
    if seen.began_true:
        lines.append("It was true on the first of these days already, which is not counted.")
    if not seen.fired:
        return tuple(lines)
    if len(seen.fired) < FEW:
        lines.append("That is too few for a rate: read the days below one by one.")
    newest = [day_text(day) for day in reversed(seen.fired[-NAMED_DAYS:])]
    lines += [f"Last fired: {', '.join(newest)}.", _duration(seen), _flaps(seen)]
    return tuple(lines)


def _short(rule: str, seen: Preview | None) -> str:
    if seen is None:
        return _nothing(rule)
    told = f"{rule}: {_times(len(seen.fired))} in {_span(seen)}{_a_year(seen)}"
    if not seen.fired:
        return f"{told} ({seen.vendor} since {day_text(seen.first)})."
    newest = f"last on {day_text(seen.fired[-1])}"
    lasted = "none over yet" if seen.median_days is None else f"median {seen.median_days:g} days"
    flaps = f"{seen.flapped} of {seen.judged} flapped back within {FLAP.days} days"
    source = f"{seen.vendor} since {day_text(seen.first)}"
    return f"{told}, {newest}; {lasted}, {flaps} ({source})."


def _nothing(rule: str) -> str:
    return f"{rule}: no finished day's value is stored yet, so there is no past to look at."


def _span(seen: Preview) -> str:
    days = (seen.last - seen.first).days + 1
    return f"{seen.years:.1f} years" if seen.years >= SHORT_YEARS else f"{days} days"


def _a_year(seen: Preview) -> str:
    if seen.years < SHORT_YEARS or not seen.fired:
        return ""
    return f", {len(seen.fired) / seen.years:.2g} a year"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _duration(seen: Preview) -> str:
    lasting = len(seen.fired) - seen.ended
    still = f"; {lasting} still lasting, not counted" if lasting else ""
    if seen.median_days is None:
        return "None of them is over yet."
    return f"From firing to its end: median {seen.median_days:g} days of {seen.ended}{still}."


def _flaps(seen: Preview) -> str:
    young = len(seen.fired) - seen.judged
    wait = f"; {young} too young to tell" if young else ""
    return f"Flapped back within {FLAP.days} days: {seen.flapped} of {seen.judged}{wait}."


COMMAND = Command(
    "preview",
    "How often a rule would have fired",
    run,
    usage="<rule or topic>",
    options=(Option("rule", "A rule such as dominance_55, or a topic such as dominance"),),
)
