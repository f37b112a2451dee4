"""/export: what a chat hears and watches, as the commands that make it again elsewhere."""

from collections.abc import Iterator, Sequence

from bot.commands import Command, Request, Services
from bot.model import Message, OwnRule
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import text

HEAD = "/import"
LONGEST_BLOCK = 3000
"""A chat takes so many characters of one message on every platform."""


async def run(request: Request, services: Services) -> Message:
    """Write a command for all topics and one for each alert, behind an /import to be pasted."""
    heard = await services.subscriptions.topics(request.chat)
    kept = await services.own.kept(request.chat)
    topics = [topic for topic in services.topics if topic in heard]
    indicators = {each.key: each for each in services.indicators}
    readable = [each for each in kept if _is_read_back(each.rule, request, services)]
    commands = [f"/subscribe {' '.join(topics)}"] if topics else []
    commands += [f"/alert {text(each.rule, indicators)}" for each in readable]
    left_out = [str(each.number) for each in kept if each not in readable]
    notes = _left_out(left_out)
    if not commands:
        how = "/subscribe and /alert make something to take along."
        return Message("There is nothing to export", (*notes, how))
    blocks = [*_blocks(commands)]
    # Nothing may follow them, as it would be copied along.
    return Message(_title(len(blocks)), (*notes, *_apart(blocks)))


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
    named = f"alert {numbers[0]}" if len(numbers) == 1 else f"alerts {', '.join(numbers)}"
    return (f"Left out, as nobody could make it today: {named}; /alerts shows more.",)


def _title(blocks: int) -> str:
    if blocks == 1:
        return "Paste this into another chat, from /import on"
    return f"Paste these {blocks} parts into another chat, each from its /import on"


def _blocks(commands: Sequence[str]) -> Iterator[list[str]]:
    """The commands in as few messages as they fit, each beginning with /import."""
    block, length = [HEAD], len(HEAD)
    for command in commands:
        if len(block) > 1 and length + 1 + len(command) > LONGEST_BLOCK:
            yield block
            block, length = [HEAD], len(HEAD)
        block.append(command)
        length += 1 + len(command)
    yield block


def _apart(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield from ["", *block] if number else block


COMMAND = Command("export", "Your topics and alerts, to take along", run)
