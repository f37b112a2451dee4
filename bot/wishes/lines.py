"""The lines of /import: what /export writes, taken as people send it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.commands import Request, UserError, chosen_topics
from bot.language import _
from bot.model import DEFAULT_PREFERENCES, Mute, OwnRule, Preferences
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.topics import ESSENTIALS, TOPICS
from bot.wishes.mutes import IT, IsOver, Mutable, muted, wanted
from bot.wishes.settings import changed

T = TypeVar("T")

SEPARATOR = re.compile(r"[\s;](?=/)")
"""Platforms do not agree on what a line is: what begins with a slash is one."""
NO_NUMBER = 0
"""No alert bears it: it stands for the one of the line before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all lines so far ask for; topics and rules each once."""

    topics: tuple[str, ...] = ()
    rules: tuple[OwnRule, ...] = ()
    guessed: tuple[str, ...] = ()
    """The keys of indicators whose names had to be guessed."""
    settings: tuple[tuple[str, ...], ...] = ()
    """What stands behind each /settings."""
    mutes: tuple[tuple[Mute, OwnRule | None], ...] = ()
    """Each with the rule that it is about, which has no number yet."""
    over: tuple[str, ...] = ()
    """Mutes that have ended by now, as they were typed."""
    newest: OwnRule | None = None
    """That of the last /alert."""

    def applied(
        self, before: Preferences, numbers: Mapping[OwnRule, int], now: datetime
    ) -> Preferences:
        """What is set once all of it is done; raises UserError."""
        for words in self.settings:
            before = changed(words, before)
        for mute, rule in self.mutes:
            named = mute if rule is None else replace(mute, rule=str(numbers[rule]))
            before = muted(before, named, now)
        return before


def divided(words: Sequence[str]) -> list[str]:
    """What begins with a slash, each; where parts were joined, /import stands between them."""
    found = [line.strip(" ;") for line in SEPARATOR.split(" ".join(words))]
    return [line for line in found if line and line != "/import"]


def understood(line: str, asked: Asked, known: Mutable, request: Request) -> Asked:
    """What is asked for with one line more; raises UserError."""
    command, _space, rest = line.partition(" ")
    words = tuple(rest.split())
    match command.partition("@")[0]:
        case "/subscribe":
            topics = chosen_topics(words, dict.fromkeys(TOPICS, "")) or ESSENTIALS
            return replace(asked, topics=_each_once(asked.topics, topics))
        case "/alert":
            return _with_rule(rest, asked, known, request)
        case "/settings" if words:
            changed(words, DEFAULT_PREFERENCES)
            return replace(asked, settings=(*asked.settings, words))
        case "/mute" if words:
            return _with_mute(words, asked, known, request)
    raise UserError(_("I import lines that begin with /subscribe, /alert, /settings or /mute."))


def _with_rule(rest: str, asked: Asked, known: Mutable, request: Request) -> Asked:
    try:
        found = parse(rest, known.indicators, request.now.date())
    except NotUnderstood as mistake:
        raise UserError(str(mistake)) from None
    return replace(
        asked,
        rules=_each_once(asked.rules, (found.rule,)),
        guessed=_each_once(asked.guessed, found.guessed),
        newest=found.rule,
    )


def _with_mute(words: Sequence[str], asked: Asked, known: Mutable, request: Request) -> Asked:
    rule = None
    if words[0] == IT:
        rule = asked.newest
        if rule is None:
            raise UserError(_("“it” is the alert of the line before, and there is none."))
        words = (f"#{NO_NUMBER}", *words[1:])
        known = replace(known, own=(NO_NUMBER,))
    try:
        mute = wanted(words, known, request).mute
    except IsOver:
        return replace(asked, over=(*asked.over, " ".join(words)))
    if mute is None:
        raise UserError(_("Say for how long, such as 1d, always or until recovers."))
    return replace(asked, mutes=(*asked.mutes, (mute, rule)))


def _each_once(known: Sequence[T], new: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *new)))
