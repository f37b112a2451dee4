"""What is not to be told for now: read from what people type, and kept among what they set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.commands import Request, Services, UserError, never_heard_of
from bot.language import _
from bot.manners import OWN, RECOVERS, known_zone
from bot.model import Indicator, Mute, OwnRule, Preferences
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.own.words import text
from bot.studies.asked import rule_ids
from bot.wishes.spans import LONGEST, end_of, instant, instant_typed, length

MOST = 20
"""So many mutes a chat may have at once."""
EVERYTHING = "everything"
IT = "it"
"""The alert of the line before, where a mute stands in an /import."""
_EVERYTHING = frozenset({EVERYTHING, "all"})
_ALWAYS = frozenset({"always", "forever", "for good", "until i lift it"})
_RECOVERED = re.compile(r"(?:it\s+|this\s+)?(?:recovers?|has\s+recovered|recovered)")
_NUMBER = re.compile(r"#?([0-9]{1,9})[:.,]?")
_OPENING = frozenset({"for", "until", "till", "always", "forever", "a", "an"})
"""With these begins how long, where it is not said what."""


class IsOver(UserError):
    """The mute would have ended by now."""


@dataclass(frozen=True, slots=True)
class Mutable:
    """All that a chat can mute."""

    topics: tuple[str, ...]
    rules: tuple[str, ...]
    """The ids of presets."""
    own: tuple[int, ...]
    """The numbers of its own alerts."""
    indicators: tuple[Indicator, ...]

    @property
    def words(self) -> list[str]:
        """How each is typed."""
        return [*dict.fromkeys((EVERYTHING, *self.topics, *self.rules, *map(str, self.own)))]

    def may_recover(self, what: str) -> bool:
        """Whether something of this name is over at some time, and fires anew after it."""
        rules = {rule.id for each in self.indicators for rule in each.rules}
        return what in rules or what.isdecimal()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be muted; without a mute it was not said for how long."""

    what: str
    mute: Mute | None = None


async def mutable(request: Request, services: Services) -> Mutable:
    """All that the chat can mute now."""
    kept = await services.own.kept(request.chat)
    rules = rule_ids(services.indicators)
    numbers = tuple(each.number for each in kept)
    return Mutable((*services.topics, OWN), rules, numbers, services.indicators)


def wanted(words: Sequence[str], known: Mutable, request: Request) -> Wanted:
    """What stands behind /mute; raises UserError."""
    what, how_long = _divided(words, known)
    return Wanted(what, _mute(what, how_long, known, request) if how_long else None)


def says_how_long(words: Sequence[str]) -> bool:
    """Whether words behind /mute mute something; a name alone asks for how long."""
    return len(words) > 1 or (bool(words) and _begins_how_long(words))


def target(word: str, known: Mutable) -> str:
    """What a word stands for, by its one name; raises UserError."""
    number = _NUMBER.fullmatch(word)
    if number is not None:
        if int(number[1]) in known.own:
            return str(int(number[1]))
        yours = ", ".join(map(str, known.own)) or _("none yet")
        raise UserError(
            _("You have no alert {number}. Yours: {yours}; /alerts shows them.").format(
                number=number[1], yours=yours
            )
        )
    if word in _EVERYTHING:
        return EVERYTHING
    plain = word.strip(",.;:").replace("-", "_")
    if plain not in known.words:
        raise never_heard_of(_("topic, rule or alert"), word, known.words, listed_by="/mute")
    return plain


def named_mute(what: str, known: Mutable) -> Mute:
    """A mute of this without an end."""
    if what == EVERYTHING:
        return Mute()
    return Mute(topic=what) if what in known.topics else Mute(rule=what)


def what_of(mute: Mute) -> str:
    """What is muted, as it is typed."""
    return mute.topic or mute.rule or EVERYTHING


def typed(mute: Mute) -> str:
    """What is to be typed behind /mute to have the same."""
    return f"{what_of(mute)} {end_typed(mute)}"


def end_typed(mute: Mute) -> str:
    """How long it is muted, as it is typed."""
    if mute.until is not None:
        return f"until {instant_typed(mute.until)}"
    return f"until {mute.condition}" if mute.condition else "always"


def in_force(preferences: Preferences, now: datetime) -> tuple[Mute, ...]:
    """The mutes that are not over."""
    return tuple(each for each in preferences.mutes if each.until is None or each.until > now)


def muted(before: Preferences, mute: Mute, now: datetime) -> Preferences:
    """With this mute in the place of one of the same; raises UserError when there are too many."""
    others = without(before, (what_of(mute),), now).mutes
    if len(others) >= MOST:
        raise UserError(
            _("You have {count} mutes, as many as a chat may have: /unmute lifts one.").format(
                count=len(others)
            )
        )
    return replace(before, mutes=(*others, mute))


def without(before: Preferences, names: Sequence[str], now: datetime) -> Preferences:
    """Without the mutes of these, and without those that are over."""
    left = tuple(each for each in in_force(before, now) if what_of(each) not in names)
    return replace(before, mutes=left)


def _divided(words: Sequence[str], known: Mutable) -> tuple[str, str]:
    """What is to be muted, and how long as it was typed."""
    if _begins_how_long(words):
        return EVERYTHING, " ".join(words)
    return target(words[0], known), " ".join(words[1:])


def _begins_how_long(words: Sequence[str]) -> bool:
    """Whether it is not said what is to be muted."""
    first = words[0]
    if length(" ".join(words)) is not None or first in _OPENING:
        return True
    return first[0].isdecimal() and not _NUMBER.fullmatch(first)


def _mute(what: str, how_long: str, known: Mutable, request: Request) -> Mute:
    """The mute that ends so; raises UserError."""
    named = named_mute(what, known)
    plain = " ".join(how_long.split()).strip(" .!")
    if plain in _ALWAYS:
        return named
    for opening in ("until ", "till "):
        if plain.startswith(opening):
            return _until(plain.removeprefix(opening), named, known, request)
    span = length(plain.removeprefix("for "))
    if span is None:
        raise UserError(
            _(
                "I do not understand for how long {typed} is: write 1h, 1d, 1w, always, until "
                "recovers, until 08:00 or until btc_dominance below 55."
            ).format(typed=plain[:32])
        )
    return replace(named, until=end_of(span, request.now))


def _until(typed_end: str, named: Mute, known: Mutable, request: Request) -> Mute:
    if _RECOVERED.fullmatch(typed_end):
        return _until_recovered(named, known)
    end = instant(typed_end, request.now, known_zone(request.preferences.zone))
    if end is None:
        return replace(named, condition=condition(typed_end, known.indicators, request.now))
    if end <= request.now:
        raise IsOver(_("That is over already: {typed}.").format(typed=typed_end[:32]))
    if end > request.now + LONGEST:
        raise UserError(
            _("I mute for up to {days} days; always mutes for good.").format(days=LONGEST.days)
        )
    return replace(named, until=end)


def _until_recovered(named: Mute, known: Mutable) -> Mute:
    what = what_of(named)
    if not known.may_recover(what):
        raise UserError(
            _(
                "Only a rule or an alert of your own recovers, and {what} is neither: say how "
                "long, such as /mute {what} 1d."
            ).format(what=what)
        )
    # A topic may bear the name of its rule, and it is the rule that recovers.
    return Mute(rule=what, condition=RECOVERS)


def condition(typed_condition: str, indicators: Sequence[Indicator], now: datetime) -> str:
    """One condition in the form in which it is kept; raises UserError."""
    try:
        rule = parse(typed_condition, indicators, now.date()).rule
    except NotUnderstood as mistake:
        raise UserError(str(mistake)) from None
    if rule != OwnRule(rule.conditions[:1]):
        raise UserError(
            _("A mute ends with one condition alone, such as /mute until btc_dominance below 55.")
        )
    return text(rule, {each.key: each for each in indicators})
