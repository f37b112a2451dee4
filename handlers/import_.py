"""/import: make again what /export wrote, all of it or nothing."""

from collections.abc import Sequence

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _, counted, speaking
from bot.model import KeptRule, Message, OwnRule, Preferences, Tone
from bot.own.distance import presents
from bot.own.words import text
from bot.ports import Option, TooManyRules, always_changes
from bot.wishes.lines import Asked, divided, understood
from bot.wishes.mute_words import end_said, name_said
from bot.wishes.mutes import in_force, mutable
from bot.wishes.releasing import forget_number, let_go
from bot.wishes.settings import SETTINGS

MOST_MISTAKES = 8
MOST_NAMED = 20
LONGEST_QUOTE = 60


async def run(request: Request, services: Services) -> Message:
    """Understand every line before anything is made."""
    lines = divided(request.arguments)
    if not lines:
        return _explained()
    asked = await _understood(lines, request, services)
    if isinstance(asked, Message):
        return asked
    kept = await services.own.kept(request.chat)
    known = {each.rule for each in kept}
    rules = [rule for rule in asked.rules if rule not in known]
    _check_room(len(rules), len(kept), services)
    stored = await services.preferences.of(request.chat)
    numbers = {each.rule: each.number for each in kept}
    provisional = {rule: -n for n, rule in enumerate(rules, 1)}
    asked.applied(stored, numbers | provisional, request.now)
    made = await _made(rules, request, services)
    numbers |= {each.rule: each.number for each in made}
    now_set = stored
    if asked.settings or asked.mutes:
        now_set = await services.preferences.change(
            request.chat, lambda before: asked.applied(before, numbers, request.now)
        )
    new = frozenset[str]()
    if asked.topics:
        new = await services.subscriptions.subscribe(request.chat, asked.topics)
    # In the language that was just imported, as /settings does.
    with speaking(now_set.language or request.preferences.language):
        came = await let_go(request, services) if now_set != stored else ()
        told = (
            *(_("I took a name you typed for {key}.").format(key=key) for key in asked.guessed),
            *_topics_told(asked.topics, new),
            *_rules_told(made, len(asked.rules), services),
            *_settings_told(asked, stored, now_set, request, services),
            *came,
        )
        title = _("Imported") if new or made or now_set != stored else _("Nothing new")
        footer = _("/subscriptions and /alerts show what there is now")
        return Message(title, told, footer, Tone.GOOD)


def _explained() -> Message:
    return Message(
        _("Send what /export wrote in another chat, and I make the same here"),
        (
            "/import",
            "/subscribe dominance season",
            "/alert btc_dominance below 55",
            "/settings quiet 22:00-07:00",
            _(
                "A line for each /subscribe, /alert, /settings and /mute, as you would type them; "
                "in one line, put a “;” between them. I take all of them, or none and say why."
            ),
        ),
    )


async def _understood(
    lines: Sequence[str], request: Request, services: Services
) -> Asked | Message:
    """What all lines together ask for, or what is wrong with some of them."""
    known = await mutable(request, services)
    asked, mistakes = Asked(), []
    for line in lines:
        try:
            asked = understood(line, asked, known, request)
        except UserError as mistake:
            mistakes.append(f"{_quoted(line)}: {mistake}")
    return _refused(mistakes, len(lines)) if mistakes else asked


def _quoted(line: str) -> str:
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _refused(mistakes: Sequence[str], lines: int) -> Message:
    rows = [*mistakes[:MOST_MISTAKES]]
    if len(mistakes) > MOST_MISTAKES:
        rows.append(_("and {count} more").format(count=len(mistakes) - MOST_MISTAKES))
    title = _("Nothing imported: I do not understand {count} of {lines} lines")
    return Message(
        title.format(count=len(mistakes), lines=lines),
        tuple(rows),
        _("Mend or leave out what is wrong, and send the rest again"),
    )


def _check_room(new: int, kept: int, services: Services) -> None:
    """Raise UserError where the rules would be too many for a chat."""
    limit = services.rules_per_chat
    if new and not limit:
        raise UserError(_("Whoever runs me has switched own alerts off. Nothing was imported."))
    if new and new + kept > limit:
        raise UserError(
            _(
                "These are {new} new alerts, and you have {kept}; a chat may have {limit} here. "
                "Nothing was imported."
            ).format(new=new, kept=kept, limit=limit)
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
            kept = await services.own.keep(
                request.chat, rule, holds=holds, limit=services.rules_per_chat
            )
        except TooManyRules:
            raise UserError(
                _(
                    "There was room for {made} of {count} new alerts only: a chat may have "
                    "{limit} here."
                ).format(made=len(made), count=len(rules), limit=services.rules_per_chat)
            ) from None
        await forget_number(kept.number, request, services)
        made.append(kept)
    return made


def _topics_told(topics: Sequence[str], new: frozenset[str]) -> tuple[str, ...]:
    if not topics:
        return ()
    if not new:
        return (_("You heard all of these topics already."),)
    now = ", ".join(topic for topic in topics if topic in new)
    return (_("You now also hear: {topics}.").format(topics=now),)


def _rules_told(made: Sequence[KeptRule], wanted: int, services: Services) -> tuple[str, ...]:
    if not wanted:
        return ()
    indicators = {each.key: each for each in services.indicators}
    count = str(len(made)) if made else _("none")
    said = _("New alerts: {count}.").format(count=count)
    if wanted > len(made):
        had = _("New alerts: {count}; {had} you had already.")
        said = had.format(count=count, had=wanted - len(made))
    rows = [said]
    rows += [f"{each.number}. {text(each.rule, indicators)}" for each in made[:MOST_NAMED]]
    if len(made) > MOST_NAMED:
        rows.append(_("and {count} more").format(count=len(made) - MOST_NAMED))
    return tuple(rows)


def _settings_told(
    asked: Asked, before: Preferences, now_set: Preferences, request: Request, services: Services
) -> tuple[str, ...]:
    """What is set and muted now, and was not before."""
    rows = []
    new = [each for each in SETTINGS if each.write(before) != each.write(now_set)]
    if new:
        said = "; ".join(f"{each.name} {each.write(now_set)}" for each in new)
        rows.append(_("Set: {settings}.").format(settings=said))
    for mute in in_force(now_set, request.now):
        if mute not in before.mutes:
            end = end_said(mute, now_set.zone, services.indicators, request.now)
            rows.append(_("Muted: {what}, {end}.").format(what=name_said(mute), end=end))
    if asked.over:
        said = counted(
            "{count} mute was over already.", "{count} mutes were over already.", len(asked.over)
        )
        rows.append(said.format(count=len(asked.over)))
    if (asked.settings or asked.mutes) and not rows:
        rows.append(_("All of it was set already."))
    return tuple(rows)


COMMAND = Command(
    "import",
    N_("Make here what /export wrote elsewhere"),
    run,
    usage=N_("<lines>"),
    changes=always_changes,
    options=(Option("lines", N_("What /export wrote: /subscribe, /alert, /settings and more")),),
)
