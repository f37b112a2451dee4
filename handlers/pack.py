"""/pack: topics and own alerts that go together: to look at, to add, and to pass on as a code."""

import asyncio
from collections.abc import Collection, Iterator, Sequence

from bot.commands import Command, Request, Services, UserError, never_heard_of
from bot.language import N_, _, counted
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Button, Indicator, KeptRule, Message, OwnRule, Tone
from bot.own.distance import presents
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import sentence, text
from bot.packs import (
    LONGEST_LINK,
    SHIPPED,
    BadCode,
    Contents,
    Pack,
    Unmakeable,
    is_code,
    read,
    understood,
    write,
)
from bot.ports import NoSuchRule, Option, TooManyRules
from bot.wishes.releasing import forget_number

ADD, SHARE = "add", "share"
MOST_EXPLAINED = 8
"""Of more alerts only the rules are shown, without the sentences that explain them."""
LINK_START = "p_"
"""What stands before a code in a link to the bot: `/start` knows by it that this is a pack."""


async def run(request: Request, services: Services) -> Message:
    """List the packs, show one, add one, or write down what this chat has as one."""
    match request.arguments:
        case ():
            return _listed()
        case (word,) if word == SHARE:
            return await _shared(request, services)
        case (word,) if word == ADD:
            raise UserError(_("Which one? /pack lists them; a code can stand there as well."))
        case (word, *_rest) if word == ADD:
            return await _added(_name(request.typed[1:]), request, services)
    return await _shown(_name(request.typed), request, services)


def _name(words: Sequence[str]) -> str:
    """A pack's name or code, which may have been broken into lines, or stand in a whole link."""
    return "".join(words).rpartition(f"={LINK_START}")[2]


def _listed() -> Message:
    lines: list[str] = []
    for name, shipped in SHIPPED.items():
        lines += [f"{name}: {_(shipped.summary)}", *_held(shipped.pack), ""]
    share = _("/pack share writes your own topics and alerts as a code for others.")
    return Message(
        _("Packs: topics and alerts that go together"),
        (*lines, share),
        _("/pack and a name or a code shows what is in it before anything is added"),
        buttons=(
            *(Button(name, f"/pack {name}") for name in SHIPPED),
            Button(_("Share mine"), f"/pack {SHARE}"),
        ),
    )


def _held(pack: Pack) -> Iterator[str]:
    yield _("– topics: {topics}").format(topics=", ".join(pack.topics))
    yield from (f"– {rule}" for rule in pack.rules)


async def _shown(name: str, request: Request, services: Services) -> Message:
    """What is in a pack, and what of it the chat has already; nothing is changed."""
    found = await _found(name, request, services)
    heard = await services.subscriptions.topics(request.chat)
    new = _new_rules(found, await services.own.kept(request.chat), services)
    lines = _rows(found, heard, new, services)
    title = _("In this pack") if is_code(name) else _("Pack {name}").format(name=name.lower())
    if heard.issuperset(found.topics) and not new:
        return Message(title, tuple(lines), _("You have all of it"))
    command = f"/pack {ADD} {name}"
    if len(command.encode()) > LONGEST_COMMAND_BYTES:
        how = _("Nothing is added yet: /pack add, with the same code behind it, does that.")
        return Message(title, (*lines, how))
    footer = _("Nothing is added yet")
    return Message(title, tuple(lines), footer, buttons=(Button(_("Add"), command),))


def _rows(
    found: Contents, heard: Collection[str], new: Collection[OwnRule], services: Services
) -> list[str]:
    indicators = _indicators(services)
    had = _(" (you have it)")
    rows = [
        f"– {topic}: {_(services.topics[topic])}{had if topic in heard else ''}"
        for topic in found.topics
    ]
    for rule in found.rules:
        rows.append(f"– {text(rule, indicators)}{'' if rule in new else had}")
        if len(found.rules) <= MOST_EXPLAINED:
            rows.append(f"  {sentence(rule, indicators)}")
    return rows


def _new_rules(found: Contents, kept: Sequence[KeptRule], services: Services) -> Sequence[OwnRule]:
    """Those that the chat does not have; raises UserError where there is no room for them."""
    had = {each.rule for each in kept}
    new = [rule for rule in found.rules if rule not in had]
    if new and len(new) + len(kept) > services.rules_per_chat:
        raise _no_room(len(new), len(kept), services.rules_per_chat)
    return new


async def _added(name: str, request: Request, services: Services) -> Message:
    """Take over what the chat does not have yet: all of it, or nothing."""
    found = await _found(name, request, services)
    kept = await services.own.kept(request.chat)
    rules = _new_rules(found, kept, services)
    made = await _made(rules, len(kept), request, services)
    new: frozenset[str] = frozenset()
    if found.topics:
        new = await services.subscriptions.subscribe(request.chat, found.topics)
    indicators = _indicators(services)
    lines = [f"{each.number}. {text(each.rule, indicators)}" for each in made]
    if new:
        topics = ", ".join(topic for topic in found.topics if topic in new)
        lines.insert(0, _("You now also hear: {topics}.").format(topics=topics))
    if not lines:
        return Message(_("Nothing new"), (_("You had all of this pack already."),))
    buttons = (
        Button(_("My alerts"), "/alerts"),
        Button(_("My topics"), "/subscriptions"),
        Button(_("Board"), "/board"),
    )
    footer = _("/alerts and /subscriptions show what there is now")
    return Message(_("Added"), tuple(lines), footer, Tone.GOOD, buttons=buttons)


async def _made(
    rules: Sequence[OwnRule], kept: int, request: Request, services: Services
) -> list[KeptRule]:
    """Keep the rules, each armed or silently firing by the present values; all or none."""
    conditions = {condition for rule in rules for condition in rule.conditions}
    if not conditions:
        return []
    indicators = _indicators(services)
    snapshot = await services.outlook.snapshot(request.now)
    readings = {each.indicator: each for each in snapshot.readings}
    changes = {each.indicator for each in conditions if each.window is not None}
    pasts = {key: await services.past.points(key) for key in changes & indicators.keys()}
    found = presents(conditions, indicators, readings, pasts)
    true = {condition for condition, present in found.items() if present and present.holds}
    made: list[KeptRule] = []
    limit = services.rules_per_chat
    for rule in rules:
        holds = [condition in true for condition in rule.conditions]
        try:
            made.append(await services.own.keep(request.chat, rule, holds=holds, limit=limit))
        except TooManyRules:  # Somebody else made one a moment ago.
            await _unmade(made, request, services)
            raise _no_room(len(rules), kept, limit) from None
    for each in made:
        await forget_number(each.number, request, services)
    return made


async def _unmade(made: Sequence[KeptRule], request: Request, services: Services) -> None:
    for each in made:
        try:
            await services.own.forget(request.chat, each.number)
        except NoSuchRule:
            continue


def _no_room(new: int, kept: int, limit: int) -> UserError:
    if not limit:
        return UserError(_("Whoever runs me has switched own alerts off. Nothing was added."))
    said = _(
        "These are {new} new alerts, and you have {kept}; a chat may have {limit} here. Nothing "
        "was added."
    )
    return UserError(said.format(new=new, kept=kept, limit=limit))


async def _shared(request: Request, services: Services) -> Message:
    """The chat's topics and alerts as a code; what nobody could make today is left out."""
    heard = await services.subscriptions.topics(request.chat)
    kept = await services.own.kept(request.chat)
    indicators = _indicators(services)
    texts = {each.number: text(each.rule, indicators) for each in kept}

    def is_read_back(each: KeptRule) -> bool:
        return _is_read_back(texts[each.number], each.rule, request, services)

    passed_on = list(filter(is_read_back, kept))
    topics = tuple(topic for topic in services.topics if topic in heard)
    notes = _left_out([each.number for each in kept if each not in passed_on])
    if not topics and not passed_on:
        how = _("/subscribe and /alert make something to pass on.")
        return Message(_("There is nothing to share"), (*notes, how))
    try:
        code = write(Pack(topics, tuple(texts[each.number] for each in passed_on)))
    except BadCode as error:
        raise UserError(str(error)) from None
    lines = [code, "", _held_text(len(topics), len(passed_on)), *notes]
    if len(code) <= LONGEST_LINK:
        link = _("On Telegram it is also a link: t.me/, the bot's name, and then {rest}")
        lines.append(link.format(rest=f"?start={LINK_START}{code}"))
    footer = _("Whoever sends /pack and this code sees what is in it, and can add it")
    return Message(_("Your pack, as a code"), tuple(lines), footer)


def _held_text(topics: int, rules: int) -> str:
    first = counted("{count} topic", "{count} topics", topics).format(count=topics)
    second = counted("{count} alert", "{count} alerts", rules).format(count=rules)
    return _("It holds {topics} and {alerts}, and nothing about you or this chat.").format(
        topics=first, alerts=second
    )


def _left_out(numbers: Sequence[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    left = _("Left out, as nobody could make it today: alerts {numbers}; /alerts shows more.")
    return (left.format(numbers=", ".join(map(str, numbers))),)


def _is_read_back(said: str, rule: OwnRule, request: Request, services: Services) -> bool:
    """Whether the grammar would make the same rule again today."""
    try:
        return parse(said, services.indicators, request.now.date()).rule == rule
    except NotUnderstood:
        return False


async def _found(name: str, request: Request, services: Services) -> Contents:
    """What is in the pack of this name or code; raises UserError."""
    today = request.now.date()
    try:
        pack = read(name) if is_code(name) else _shipped(name.lower())
        # A code can name so many rules that reading them would hold up everybody else.
        return await asyncio.to_thread(
            understood, pack, services.indicators, services.topics, today
        )
    except (BadCode, Unmakeable) as error:
        raise UserError(str(error)) from None


def _shipped(name: str) -> Pack:
    if name not in SHIPPED:
        raise never_heard_of(_("pack"), name, list(SHIPPED), listed_by="/pack")
    return SHIPPED[name].pack


def _indicators(services: Services) -> dict[str, Indicator]:
    return {each.key: each for each in services.indicators}


def changes(arguments: Sequence[str]) -> bool:
    """Whether something is added, and not only shown."""
    return tuple(arguments[:1]) == (ADD,)


async def suggest(_option: str, _request: Request, _services: Services) -> Sequence[str]:
    """Names of packs, to see or to add, and what else there is to do."""
    return [*SHIPPED, *(f"{ADD} {name}" for name in SHIPPED), SHARE]


COMMAND = Command(
    "pack",
    N_("Topics and alerts that go together"),
    run,
    usage=N_("[name or code | add … | share]"),
    options=(Option("pack", N_("A name, a code, add and one of these, or share"), suggests=True),),
    changes=changes,
    suggest=suggest,
)
