"""/preview: how a rule, or each rule of a topic, would have behaved over all the past there is."""

import asyncio

from bot.commands import Command, Request, Services, never_heard_of
from bot.language import N_, _, counted
from bot.model import Message
from bot.ports import Option
from bot.studies.asked import asked, rule_ids, word
from bot.studies.episodes import FEW
from bot.studies.preview import FLAP, Preview, preview
from bot.wording import day_text, days_text, figure

NAMED_DAYS = 5
SHORT_YEARS = 1.0
"""Over less than this, nobody can say how often something happens in a year."""


async def run(request: Request, services: Services) -> Message:
    """Show the past of one rule in full, or of each rule of a topic in a line."""
    name, rules = word(request.arguments), rule_ids(services.indicators)
    if not name:
        topics = _("Topics: {topics}.").format(topics=", ".join(services.topics))
        listed = (topics, _("Rules: {rules}.").format(rules=", ".join(rules)))
        example = _("/preview dominance_55, or /preview dominance")
        return Message(_("Preview of what?"), listed, example)
    chosen = asked(name, services.indicators)
    if chosen is None:
        known = [*services.topics, *rules]
        raise never_heard_of(_("rule or topic"), name, known, listed_by="/preview")
    rests_on = tuple(_(each.rests_on) for each in chosen.composed)
    found = []
    for rule in chosen.rules:
        points = await services.past.points(rule.indicator)
        found.append((rule.id, await asyncio.to_thread(preview, rule, points)))
    title = _("{name}, over the past")
    if len(found) == 1:
        only, seen = found[0]
        return Message(title.format(name=only), (*_full(only, seen), *rests_on), _(_FOOTER))
    lines = [_short(*each) for each in found]
    footer = _(_FOOTER) if lines else ""
    return Message(title.format(name=name), (*lines, *rests_on), footer)


_FOOTER = N_("Days are those of the values; what they did, not what they will do")


def _full(rule: str, seen: Preview | None) -> tuple[str, ...]:
    if seen is None:
        return (_nothing(rule),)
    fired = _("On {span} of daily values from {vendor}, {first} to {last}, {rule} fired {times}.")
    lines = [
        fired.format(
            span=_span(seen),
            vendor=seen.vendor,
            first=day_text(seen.first),
            last=day_text(seen.last),
            rule=rule,
            times=f"{_times(len(seen.fired))}{_a_year(seen)}",
        )
    ]
    if seen.began_true:
        lines.append(_("It was true on the first of these days already, which is not counted."))
    if not seen.fired:
        return tuple(lines)
    if len(seen.fired) < FEW:
        lines.append(_("That is too few for a rate: read the days below one by one."))
    newest = ", ".join(day_text(day) for day in reversed(seen.fired[-NAMED_DAYS:]))
    lines += [_("Last fired: {days}.").format(days=newest), _duration(seen), _flaps(seen)]
    return tuple(lines)


def _short(rule: str, seen: Preview | None) -> str:
    if seen is None:
        return _nothing(rule)
    told = _("{rule}: {times} in {span}").format(
        rule=rule, times=_times(len(seen.fired)), span=f"{_span(seen)}{_a_year(seen)}"
    )
    source = _("{vendor} since {day}").format(vendor=seen.vendor, day=day_text(seen.first))
    if not seen.fired:
        return f"{told} ({source})."
    newest = _("last on {day}").format(day=day_text(seen.fired[-1]))
    lasted = _("none over yet")
    if seen.median_days is not None:
        lasted = _("median {count} days").format(count=figure(seen.median_days, "g"))
    flaps = _("{count} of {judged} flapped back within {days} days").format(
        count=seen.flapped, judged=seen.judged, days=FLAP.days
    )
    return f"{told}, {newest}; {lasted}, {flaps} ({source})."


def _nothing(rule: str) -> str:
    nothing = _("{rule}: no finished day's value is stored yet, so there is no past to look at.")
    return nothing.format(rule=rule)


def _span(seen: Preview) -> str:
    if seen.years >= SHORT_YEARS:
        return _("{number} years").format(number=figure(seen.years, ".1f"))
    return days_text((seen.last - seen.first).days + 1)


def _a_year(seen: Preview) -> str:
    if seen.years < SHORT_YEARS or not seen.fired:
        return ""
    rate = figure(len(seen.fired) / seen.years, ".2g")
    a_year = _("{number} a year").format(number=rate)
    return f", {a_year}"


def _times(count: int) -> str:
    match count:
        case 0:
            return _("never")
        case 1:
            return _("once")
        case 2:
            return _("twice")
        case _:
            return counted("{count} time", "{count} times", count).format(count=count)


def _duration(seen: Preview) -> str:
    lasting = len(seen.fired) - seen.ended
    if seen.median_days is None:
        return _("None of them is over yet.")
    said = _("From firing to its end: median {days} days of {count}.")
    if lasting:
        said = _(
            "From firing to its end: median {days} days of {count}; {lasting} still lasting, not "
            "counted."
        )
    days = figure(seen.median_days, "g")
    return said.format(days=days, count=seen.ended, lasting=lasting)


def _flaps(seen: Preview) -> str:
    young = len(seen.fired) - seen.judged
    said = _("Flapped back within {days} days: {count} of {judged}.")
    if young:
        said = _("Flapped back within {days} days: {count} of {judged}; {young} too young to tell.")
    return said.format(days=FLAP.days, count=seen.flapped, judged=seen.judged, young=young)


COMMAND = Command(
    "preview",
    N_("How often a rule would have fired"),
    run,
    usage=N_("<rule or topic>"),
    options=(Option("rule", N_("A rule such as dominance_55, or a topic such as dominance")),),
)
