"""/theses: the article's arguments, each tested on today's numbers."""

import asyncio

from bot.commands import Command, Request, Services, UserError
from bot.language import ENGLISH, N_, _, spoken
from bot.model import Message, Snapshot
from bot.ports import Option
from bot.studies.episodes import episodes
from bot.studies.theses import PAST, RULES, TESTS, Check, Evidence, checks
from bot.wording import moment_text


async def run(request: Request, services: Services) -> Message:
    """List all tests with their answers, or show one in full."""
    number = _number(" ".join(request.arguments))
    snapshot = await services.outlook.snapshot(request.now)
    past = {key: await services.past.points(key) for key in PAST}
    rules = {r.id: r for each in services.indicators for r in each.rules if r.id in RULES}

    def test() -> tuple[Check, ...]:
        found = {key: episodes(rule, past[rule.indicator]) for key, rule in rules.items()}
        readings = {each.indicator: each for each in snapshot.readings}
        missing = _missing(snapshot, services)
        return checks(Evidence(readings, missing, past, found, request.now.date()))

    tested = await asyncio.to_thread(test)
    as_of = _("As of {moment}").format(moment=moment_text(request.now))
    if number is not None:
        return _full(number, tested[number - 1], as_of)
    lines = [line for n, check in enumerate(tested, start=1) for line in _short(n, check)]
    footer = _("{as_of}; /theses 3 says more of 3").format(as_of=as_of)
    return Message(_("The article's theses today"), tuple(lines), footer)


def _number(text: str) -> int | None:
    """Which thesis is asked for; None for all."""
    if not text:
        return None
    if text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= len(TESTS):
        return int(text[:4])
    known = _("There are theses 1 to {count}; /theses lists them, /theses 3 shows one.")
    raise UserError(known.format(count=len(TESTS)))


def _missing(snapshot: Snapshot, services: Services) -> dict[str, str]:
    titles = {each.title: each.key for each in services.indicators}
    return {titles[t]: f"{_(t)}: {why}" for t, why in snapshot.missing.items() if t in titles}


def _short(number: int, check: Check) -> tuple[str, ...]:
    change = _("Would change it: {change}").format(change=_within(check.change))
    return f"{number}. {check.claim}: {_(check.answer)}. {check.fact}", f"   {change}"


def _full(number: int, check: Check, as_of: str) -> Message:
    lines = [_("Today: {answer}.").format(answer=_(check.answer)), check.fact]
    if check.past:
        lines.append(_("The past: {past}").format(past=check.past))
    change = _("What would change the answer: {change}")
    lines.append(change.format(change=_within(check.change)))
    return Message(f"{number}. {check.claim}", tuple(lines), as_of)


def _within(sentence: str) -> str:
    """A sentence behind a colon; in English it begins small there, in others as it is."""
    return sentence if spoken() != ENGLISH else f"{sentence[:1].lower()}{sentence[1:]}"


COMMAND = Command(
    "theses",
    N_("The article's arguments, tested on today's numbers"),
    run,
    usage=N_("[number]"),
    options=(Option("number", N_("The number of the thesis to show in full")),),
)
