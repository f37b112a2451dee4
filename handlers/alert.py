"""/alert: make a rule of one's own, put another in its place, or see one in full."""

import asyncio
import re
from collections.abc import Sequence

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _, counted
from bot.model import BOTH, Indicator, KeptRule, Message, OwnRule, Tone
from bot.own.distance import Present, presents
from bot.own.grammar import Understood, parse
from bot.own.mistakes import NotUnderstood
from bot.own.options import EXAMPLES
from bot.own.past import firings
from bot.own.report import again_line, now_line, past_line, silence_line
from bot.own.words import sentence, text
from bot.ports import NoSuchRule, Option, TooManyRules, changes_if_more_is_said
from bot.wishes.releasing import forget_number

NUMBER = re.compile(r"#?([0-9]{1,9})[:.,]?")
NOT_BELOW = re.compile(r"<=|=<|at most|at or below")


async def run(request: Request, services: Services) -> Message:
    """Keep the rule, and answer with what was understood and where it stands."""
    if not request.arguments:
        return _explained()
    number = _number(request.arguments[0])
    if number is not None and len(request.arguments) == 1:
        return await _shown(number, request, services)
    understood = _understood(number, request, services)
    rule = understood.rule
    kept = await services.own.kept(request.chat)
    before = None if number is None else _one(number, kept)
    for each in kept:
        if each.rule == rule:
            lines = await _lines(each, await _presents(rule, request, services), services)
            title = _("You have that already: {alert}").format(alert=_title(each, services))
            return Message(title, lines, _footer(each))
    found = await _presents(rule, request, services)
    holds = [each is not None and each.holds for each in found]
    stored = await _stored(number, rule, holds, request, services)
    guessed = _("I took the name you typed for {key}.")
    notes = [guessed.format(key=key) for key in understood.guessed]
    if NOT_BELOW.search(" ".join(request.arguments)):
        notes.append(_("The level itself does not count as below it."))
    if before is not None:
        replaced = text(before.rule, _indicators(services))
        notes.append(_("It takes the place of: {rule}.").format(rule=replaced))
    lines = (*notes, *await _lines(stored, found, services))
    return Message(_title(stored, services), lines, _footer(stored), Tone.GOOD)


def _explained() -> Message:
    options = _("Up to three conditions with “and” between them; then, as you like, {examples}.")
    return Message(
        _("Say what to watch, and I tell you when it crosses your line"),
        (
            "/alert btc_dominance below 55",
            "/alert russell_2000 above 2700 once",
            "/alert russell_2000 rises 9% in 15 sessions",
            "/alert altcoin_season_index above 75 and btc_dominance below 55 remind 1d",
            options.format(examples=EXAMPLES),
            _(
                "/alert 3 shows alert 3 in full; /alert 3 btc_dominance below 54 puts that in its "
                "place."
            ),
        ),
        _("/status lists what can be watched, /alerts what you have, /unalert 3 removes one"),
    )


def _number(word: str) -> int | None:
    """The number of a rule, also as #3 or 3:; None for any other word."""
    number = NUMBER.fullmatch(word)
    return int(number[1]) if number else None


def _understood(number: int | None, request: Request, services: Services) -> Understood:
    words = request.arguments if number is None else request.arguments[1:]
    try:
        return parse(" ".join(words), services.indicators, request.now.date())
    except NotUnderstood as mistake:
        more = _("/alert alone explains more.")
        if number is not None:
            whole = _("To change alert {number}, write the whole rule behind its number.")
            more = whole.format(number=number)
        raise UserError(f"{mistake} {more}") from None


def _one(number: int, kept: Sequence[KeptRule]) -> KeptRule:
    for each in kept:
        if each.number == number:
            return each
    hint = _("You have none yet.")
    if kept:
        numbers = ", ".join(str(each.number) for each in kept)
        hint = _("Yours are {numbers}.").format(numbers=numbers)
    none = _("You have no alert {number}.").format(number=number)
    raise UserError(f"{none} {hint}")


async def _shown(number: int, request: Request, services: Services) -> Message:
    kept = _one(number, await services.own.kept(request.chat))
    lines = await _lines(kept, await _presents(kept.rule, request, services), services)
    return Message(_title(kept, services), lines, _footer(kept))


async def _stored(
    number: int | None,
    rule: OwnRule,
    holds: Sequence[bool],
    request: Request,
    services: Services,
) -> KeptRule:
    limit = services.rules_per_chat
    try:
        if number is not None:
            return await services.own.change(request.chat, number, rule, holds=holds)
        made = await services.own.keep(request.chat, rule, holds=holds, limit=limit)
    except NoSuchRule:
        gone = _("You have no alert {number} any more. /alerts lists yours.")
        raise UserError(gone.format(number=number)) from None
    except TooManyRules:
        if not limit:
            raise UserError(_("Whoever runs me has switched own alerts off.")) from None
        full = counted(
            "You have {count} alerts, as many as a chat may have here. /unalert 1, say, makes "
            "room, and /alert 1 with a rule puts that in the place of alert 1.",
            "You have {count} alerts, as many as a chat may have here. /unalert 1, say, makes "
            "room, and /alert 1 with a rule puts that in the place of alert 1.",
            limit,
        )
        raise UserError(full.format(count=limit)) from None
    await forget_number(made.number, request, services)
    return made


async def _presents(
    rule: OwnRule, request: Request, services: Services
) -> Sequence[Present | None]:
    indicators = _indicators(services)
    snapshot = await services.outlook.snapshot(request.now)
    readings = {each.indicator: each for each in snapshot.readings}
    changes = {each.indicator for each in rule.conditions if each.window is not None}
    pasts = {key: await services.past.points(key) for key in changes & indicators.keys()}
    found = presents(rule.conditions, indicators, readings, pasts)
    return [found.get(each) for each in rule.conditions]


async def _lines(
    kept: KeptRule, found: Sequence[Present | None], services: Services
) -> tuple[str, ...]:
    """What was understood, the present values, and how often it would have fired."""
    rule, indicators = kept.rule, _indicators(services)
    gone = [each.indicator for each in rule.conditions if each.indicator not in indicators]
    if gone:
        unwatched = _("I no longer watch {key}, so this alert cannot fire.")
        return (unwatched.format(key=gone[0]),)
    pairs = zip(rule.conditions, found, strict=True)
    pasts = {each.indicator: await services.past.points(each.indicator) for each in rule.conditions}
    fired = await asyncio.to_thread(firings, rule, pasts, indicators)
    told = [points[-1].vendor for points in pasts.values() if points]
    source = BOTH.join(dict.fromkeys(BOTH.join(told).split(BOTH)))
    return (
        sentence(rule, indicators),
        *(now_line(condition, each, indicators) for condition, each in pairs),
        *silence_line(kept, found),
        *(() if rule.once else (again_line(rule, indicators),)),
        past_line(rule, fired, source, indicators),
    )


def _indicators(services: Services) -> dict[str, Indicator]:
    return {each.key: each for each in services.indicators}


def _title(kept: KeptRule, services: Services) -> str:
    rule = text(kept.rule, _indicators(services))
    return _("Alert {number}: {rule}").format(number=kept.number, rule=rule)


def _footer(kept: KeptRule) -> str:
    footer = _("/alerts lists yours, /unalert {number} removes this one")
    return footer.format(number=kept.number)


COMMAND = Command(
    "alert",
    N_("Be told when a number crosses your own line"),
    run,
    usage=N_("<number above or below a level>"),
    options=(Option("rule", N_("Such as btc_dominance below 55; leave empty for an explanation")),),
    changes=changes_if_more_is_said,
)
