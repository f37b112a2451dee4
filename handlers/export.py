"""/export: what a chat hears, watches and has set, as the commands that make it again elsewhere."""

from collections.abc import Iterator, Sequence

from bot.commands import Command, Request, Services
from bot.language import N_, _, counted
from bot.model import KeptRule, Message, Mute, OwnRule
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import text
from bot.wishes import settings
from bot.wishes.mutes import IT, end_typed, in_force, typed

HEAD = "/import"
LONGEST_BLOCK = 3000
"""A chat takes so many characters of one message on every platform."""


async def run(request: Request, services: Services) -> Message:
    """Write a command for each thing there is, behind an /import to be pasted."""
    heard = await services.subscriptions.topics(request.chat)
    kept = await services.own.kept(request.chat)
    stored = await services.preferences.of(request.chat)
    topics = [topic for topic in services.topics if topic in heard]
    readable = [each for each in kept if _is_read_back(each.rule, request, services)]
    mutes = in_force(stored, request.now)
    groups = [[f"/subscribe {' '.join(topics)}"]] if topics else []
    groups += [[each] for each in settings.commands(stored)]
    groups += [_own(each, mutes, services) for each in readable]
    groups += [[f"/mute {typed(each)}"] for each in mutes if not each.rule.isdecimal()]
    left_out = [str(each.number) for each in kept if each not in readable]
    notes = _left_out(left_out)
    if not groups:
        how = _("/subscribe and /alert make something to take along.")
        return Message(_("There is nothing to export"), (*notes, how))
    blocks = [*_blocks(groups)]
    # Nothing may follow them, as it would be copied along.
    return Message(_title(len(blocks)), (*notes, *_apart(blocks)))


def _own(kept: KeptRule, mutes: Sequence[Mute], services: Services) -> list[str]:
    """An alert, and behind it its mute: it will have another number elsewhere."""
    indicators = {each.key: each for each in services.indicators}
    of_it = [each for each in mutes if each.rule == str(kept.number)]
    return [
        f"/alert {text(kept.rule, indicators)}",
        *(f"/mute {IT} {end_typed(each)}" for each in of_it),
    ]


def _is_read_back(rule: OwnRule, request: Request, services: Services) -> bool:
    """Whether the grammar would make the same rule again today."""
    indicators = {each.key: each for each in services.indicators}
    try:
        return parse(text(rule, indicators), services.indicators, request.now.date()).rule == rule
    except NotUnderstood:
        return False


def _left_out(numbers: Sequence[str]) -> tuple[str, ...]:
    if not numbers:
        return ()
    said = counted(
        "Left out, as nobody could make it today: alert {numbers}; /alerts shows more.",
        "Left out, as nobody could make it today: alerts {numbers}; /alerts shows more.",
        len(numbers),
    )
    return (said.format(numbers=", ".join(numbers)),)


def _title(blocks: int) -> str:
    said = counted(
        "Paste this into another chat, from /import on",
        "Paste these {count} parts into another chat, each from its /import on",
        blocks,
    )
    return said.format(count=blocks)


def _blocks(groups: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The commands in as few messages as they fit, each beginning with /import.

    Those of a group stay together.
    """
    block, length = [HEAD], len(HEAD)
    for group in groups:
        more = sum(1 + len(command) for command in group)
        if len(block) > 1 and length + more > LONGEST_BLOCK:
            yield block
            block, length = [HEAD], len(HEAD)
        block += group
        length += more
    yield block


def _apart(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield from ["", *block] if number else block


COMMAND = Command("export", N_("Your topics, alerts and settings, to take along"), run)
