"""What is in a pack: topics and rules as they would be typed, and what these words mean here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.language import _
from bot.model import Indicator, OwnRule
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood


class Unmakeable(Exception):
    """A pack holds what cannot be made here; the text says what and why."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Words that were written down somewhere, perhaps by another version of this bot."""

    topics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Own alerts in the grammar of /alert."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The same, understood."""

    topics: tuple[str, ...]
    rules: tuple[OwnRule, ...]


def understood(
    pack: Pack, indicators: Sequence[Indicator], topics: Collection[str], today: date
) -> Contents:
    """What a pack means; raises Unmakeable for one of which a part means nothing here."""
    for topic in pack.topics:
        if topic not in topics:
            no_such = _("It holds the topic {topic}, which there is not here.")
            raise Unmakeable(no_such.format(topic=_short(topic)))
    texts = dict.fromkeys(pack.rules)
    rules = dict.fromkeys(_rule(text, indicators, today) for text in texts)
    return Contents(tuple(dict.fromkeys(pack.topics)), tuple(rules))


def _rule(text: str, indicators: Sequence[Indicator], today: date) -> OwnRule:
    try:
        found = parse(text, indicators, today)
    except NotUnderstood as mistake:
        why = str(mistake)
    else:
        if not found.guessed:
            return found.rule
        why = _("There is no number of exactly that name.")
    cannot = _("It holds the alert “{rule}”, which cannot be made here: {why}")
    raise Unmakeable(cannot.format(rule=_short(text), why=why))


LONGEST_QUOTE = 60


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
