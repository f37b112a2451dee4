"""/import: make again what /export wrote, all of it or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Command, Request, Services, UserError, chosen_topics
from bot.model import KeptRule, Message, OwnRule, Tone
from bot.own.distance import presents
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import text
from bot.ports import Option, TooManyRules, always_changes
from bot.topics import ESSENTIALS

SEPARATOR = re.compile(r"[\s;]+(?=/)")
"""Platforms do not agree on what a line is: what begins with a slash is one."""
MOST_MISTAKES = 8
MOST_NAMED = 20
LONGEST_QUOTE = 60
EXPLAINED = Message(
    "Send what /export wrote in another chat, and I make the same here",
    (
        "/import",
        "/subscribe dominance season",
        "/alert btc_dominance below 55",
        "A line for each /subscribe and /alert, as you would type them; in one line, put a “;” "
        "between them. I take all of them, or none and say why.",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one line asks for."""

    topics: tuple[str, ...] = ()
    rule: OwnRule | None = None
    guessed: tuple[str, ...] = ()


async def run(request: Request, services: Services) -> Message:
    """Understand every line before anything is made."""
    lines = _lines(request.arguments)
    if not lines:
        return EXPLAINED
    asked, mistakes = [], []
    for line in lines:
        try:
            asked.append(_understood(line, request, services))
        except UserError as mistake:
            mistakes.append(f"{_quoted(line)}: {mistake}")
    if mistakes:
        return _refused(mistakes, len(lines))
    kept = await services.own.kept(request.chat)
    known = {each.rule for each in kept}
    wanted = dict.fromkeys(each.rule for each in asked if each.rule is not None)
    rules = [rule for rule in wanted if rule not in known]
    _check_room(len(rules), len(kept), services)
    made = await _made(rules, request, services)
    topics = tuple(dict.fromkeys(topic for each in asked for topic in each.topics))
    new = await services.subscriptions.subscribe(request.chat, topics) if topics else frozenset()
    guessed = dict.fromkeys(key for each in asked for key in each.guessed)
    notes = [f"I took a name you typed for {key}." for key in guessed]
    told = (*notes, *_topics_told(topics, new), *_rules_told(made, len(wanted), services))
    title = "Imported" if new or made else "Nothing new"
    return Message(title, told, "/subscriptions and /alerts show what there is now", Tone.GOOD)


def _lines(words: Sequence[str]) -> list[str]:
    """What begins with a slash, each; where parts were joined, /import stands between them."""
    found = [line.strip(" ;") for line in SEPARATOR.split(" ".join(words))]
    return [line for line in found if line and line != "/import"]


def _understood(line: str, request: Request, services: Services) -> Asked:
    """What a line asks for; raises UserError."""
    command, _, rest = line.partition(" ")
    match command.partition("@")[0]:
        case "/subscribe":
            return Asked(topics=chosen_topics(rest.split(), services.topics) or ESSENTIALS)
        case "/alert":
            try:
                found = parse(rest, services.indicators, request.now.date())
            except NotUnderstood as mistake:
                raise UserError(str(mistake)) from None
            return Asked(rule=found.rule, guessed=found.guessed)
    raise UserError("I import lines that begin with /subscribe or /alert.")


def _quoted(line: str) -> str:
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _refused(mistakes: Sequence[str], lines: int) -> Message:
    rows = [*mistakes[:MOST_MISTAKES]]
    if len(mistakes) > MOST_MISTAKES:
        rows.append(f"and {len(mistakes) - MOST_MISTAKES} more")
    title = f"Nothing imported: I do not understand {len(mistakes)} of {lines} lines"
    return Message(title, tuple(rows), "Mend or leave out what is wrong, and send the rest again")


def _check_room(new: int, kept: int, services: Services) -> None:
    """Raise UserError where the rules would be too many for a chat."""
    limit = services.rules_per_chat
    if new and not limit:
        raise UserError("Whoever runs me has switched own alerts off. Nothing was imported.")
    if new and new + kept > limit:
        raise UserError(
            f"These are {new} new alerts, and you have {kept}; a chat may have {limit} here. "
            "Nothing was imported."
        )


async def _made(rules: Sequence[OwnRule], request: Request, services: Services) -> list[KeptRule]:
    """Keep the rules, each armed or silently firing by the present values."""
    conditions = {condition for rule in rules for condition in rule.conditions}
    if not conditions:
        return []
    indicators = {each.key: each for each in services.indicators}
    snapshot = await services.outlook.snapshot(request.now)
    readings = {each.indicator: each for each in snapshot.readings}
    changes = {each.indicator for each in conditions if each.window is not None}
    pasts = {key: await services.past.points(key) for key in changes & indicators.keys()}
    found = presents(conditions, indicators, readings, pasts)
    true = {condition for condition, present in found.items() if present and present.holds}
    made: list[KeptRule] = []
    for rule in rules:
        holds = [condition in true for condition in rule.conditions]
        try:
            made.append(
                await services.own.keep(
                    request.chat, rule, holds=holds, limit=services.rules_per_chat
                )
            )
        except TooManyRules:
            raise UserError(
                f"There was room for {len(made)} of {len(rules)} new alerts only: "
                f"a chat may have {services.rules_per_chat} here."
            ) from None
    return made


def _topics_told(topics: Sequence[str], new: frozenset[str]) -> tuple[str, ...]:
    if not topics:
        return ()
    if not new:
        return ("You heard all of these topics already.",)
    return (f"You now also hear: {', '.join(topic for topic in topics if topic in new)}.",)


def _rules_told(made: Sequence[KeptRule], wanted: int, services: Services) -> tuple[str, ...]:
    if not wanted:
        return ()
    indicators = {each.key: each for each in services.indicators}
    had = f"; {wanted - len(made)} you had already" if wanted > len(made) else ""
    rows = [f"New alerts: {len(made) or 'none'}{had}."]
    rows += [f"{each.number}. {text(each.rule, indicators)}" for each in made[:MOST_NAMED]]
    if len(made) > MOST_NAMED:
        rows.append(f"and {len(made) - MOST_NAMED} more")
    return tuple(rows)


COMMAND = Command(
    "import",
    "Make here what /export wrote elsewhere",
    run,
    usage="<lines>",
    changes=always_changes,
    options=(Option("lines", "What /export wrote: /subscribe and /alert lines"),),
)
