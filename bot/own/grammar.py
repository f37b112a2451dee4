"""From what a person types to a rule: forgiving in spelling, strict in meaning.

btc_dominance below 55 and altcoin_season_index above 75 once until 2027-01-31
russell_2000 rises 9% in 15 sessions remind 1d
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.language import _
from bot.model import Condition, Indicator, OwnRule, Side, Span, Unit, Window
from bot.own import limits, options
from bot.own.mistakes import NotUnderstood, quoted
from bot.own.names import meant
from bot.own.numbers import AMOUNT, UNIT_WORDS, amount
from bot.own.windows import change_unit

LONGEST_TEXT = 400
MOST_CONDITIONS = 3

_UP = "rises?|gains?|climbs?|jumps?|grows?|increases?|surges?|up"
_DOWN = "falls?|drops?|loses?|declines?|sinks?|shrinks?|decreases?|slips?|slides?|dips?|down"
_ABOVE = r"at or above|at least|more than|greater than|higher than|above|over|exceeds?|>=|=>|>"
_BELOW = r"at or below|at most|less than|lower than|smaller than|below|under|beneath|<=|=<|<"
_BY = r"by at least|by more than|by over|by"
_FILLER = r"(?:is|are|goes|gets|moves|crosses|closes|trades|stays|comes|has|it)\s+"
COMPARISON = re.compile(
    rf"(?<![a-z0-9_])(?:{_FILLER}){{0,6}}(?:"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?![a-z0-9_])"
    rf"(?:\s+(?:(?P<by>{_BY})|(?P<to>to)|(?P<verb_above>{_ABOVE})|(?P<verb_below>{_BELOW}))"
    r"(?![a-z_]))?"
    rf"|(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW}))(?![a-z_])"
    r")"
    rf"|(?P<sign_above>>=|=>|>)|(?P<sign_below><=|=<|<)"
)
"""What stands between a name and a number."""
OF_AN_AMOUNT = frozenset({"at least", "more than", "over", ">", ">=", "=>"})
"""With a verb these may say how far a change goes, and not where a level lies."""
WINDOW = re.compile(
    r"\s*(?:in|within|over|during|inside)\b(?:\s+the)?(?:\s+(?:last|past))?"
    r"\s*(?:(?P<count>[0-9]{1,6}|an?\b)\s*)?-?(?P<unit>trading\s+days?|[a-z]+)"
)
SPANS = {
    "session": (1, Span.SESSIONS),
    "trading day": (1, Span.SESSIONS),
    "day": (1, Span.DAYS),
    "d": (1, Span.DAYS),
    "week": (7, Span.DAYS),
    "w": (7, Span.DAYS),
}
AND = re.compile(r"[\s,;]*(?:and|&|\+)\s+")
OPEN_END = re.compile(r"(\band|&|\+)[\s.!,;]*$")
OPENING = re.compile(r"(?:(?:please|alert|tell|warn|me|when|if|as soon as)\s+)*(?:the\s+)?")


@dataclass(frozen=True, slots=True)
class Understood:
    """A rule, and the keys of the indicators whose misspelt names had to be guessed."""

    rule: OwnRule
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    condition: Condition
    indicator: Indicator
    guessed: bool


def parse(text: str, indicators: Sequence[Indicator], today: date) -> Understood:
    """The rule that a text describes; raises NotUnderstood, and nothing else, if it is none."""
    rest = _tidied(text)
    found: list[_Found] = []
    following = None
    while not found or following:
        rest = rest[following.end() :] if following else rest
        one, rest = _condition(rest, indicators, found[-1].indicator if found else None)
        found.append(one)
        following = AND.match(rest)
        if following and options.starts(rest[following.end() :]):
            following = None
    if len(found) > MOST_CONDITIONS:
        most = _("A rule takes up to {count} conditions.")
        raise NotUnderstood(most.format(count=MOST_CONDITIONS))
    conditions = tuple(each.condition for each in found)
    limits.check_together(conditions)
    said = options.options(rest, _step_unit(found[0]), today)
    if said.step is not None:
        _check_step(found, said.step)
    guessed = dict.fromkeys(each.indicator.key for each in found if each.guessed)
    rule = OwnRule(conditions, said.once, said.remind, said.step, said.hold, said.until)
    return Understood(rule, tuple(guessed))


def _tidied(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        too_long = _("That is too long: {count} characters are enough for any rule.")
        raise NotUnderstood(too_long.format(count=LONGEST_TEXT))
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.replace("−", "-").replace("–", "-").replace("≥", ">=").replace("≤", "<=")
    plain = " ".join(plain[:LONGEST_TEXT].split()).rstrip(" .!")
    if (open_end := OPEN_END.search(plain)) is not None:
        nothing_behind = _("Nothing stands behind “{word}”: did the rest get lost?")
        raise NotUnderstood(nothing_behind.format(word=open_end[1]))
    opening = OPENING.match(plain)
    return plain[opening.end() :] if opening else plain


def _condition(
    text: str, indicators: Sequence[Indicator], before: Indicator | None
) -> tuple[_Found, str]:
    """The condition a text begins with, and the rest; without a name it is about the one before."""
    comparison = COMPARISON.search(text)
    if comparison is None:
        raise NotUnderstood(_no_comparison(text, indicators))
    name = text[: comparison.start()].strip(" ,;:")
    if not name and before is None:
        raise NotUnderstood(_("Say what to watch first, such as btc_dominance below 55."))
    if name or before is None:
        who = meant(name, indicators)
        indicator, guessed = who.indicator, who.guessed
    else:
        indicator, guessed = before, False
    limits.check_indicator(indicator)
    number = AMOUNT.match(text, comparison.end())
    if number is None:
        raise NotUnderstood(_no_number(text[comparison.end() :], comparison[0]))
    window = WINDOW.match(text, number.end())
    if _is_change(comparison, window):
        condition, end = _change(indicator, comparison, number, window), window
    else:
        condition, end = _level(indicator, comparison, number, window), number
    return _Found(condition, indicator, guessed), text[(end or number).end() :]


def _no_comparison(text: str, indicators: Sequence[Indicator]) -> str:
    name = text.strip(" ,;:")
    if not name:
        return _("A condition is missing, such as btc_dominance below 55.")
    first = re.split(r"\s[0-9.,%$+-]+(?:\s|$)", name)[0]
    try:
        key = meant(first, indicators).indicator.key
    except NotUnderstood:
        missing = _("I miss a comparison in {typed}. Write for example btc_dominance below 55.")
        return missing.format(typed=quoted(name))
    asked = _("What should {key} do? Write for example {key} above 10, or {key} below 10.")
    return asked.format(key=key)


def _no_number(rest: str, comparison: str) -> str:
    comma = re.match(r"\s*([+-]?[0-9]+),([0-9]+)", rest)
    if comma is not None:
        whole, part = comma.groups()
        twofold = _("A comma can mean two things: write {fraction}, or {whole} without it.")
        return twofold.format(fraction=f"{whole}.{part}", whole=f"{whole}{part}")
    needed = _("After “{word}” I need a number, such as 55, 2,700 or 1.5bn.")
    return needed.format(word=comparison.strip())


def _is_change(comparison: re.Match[str], window: re.Match[str] | None) -> bool:
    """Whether it is told how far something moves, and not where it gets."""
    if not (comparison["up"] or comparison["down"]) or comparison["to"] or comparison["verb_below"]:
        return False
    if comparison["verb_above"] is None:
        return True
    return comparison["verb_above"] in OF_AN_AMOUNT and bool(comparison["down"] or window)


def _level(
    indicator: Indicator,
    comparison: re.Match[str],
    number: re.Match[str],
    window: re.Match[str] | None,
) -> Condition:
    if window is not None:
        level_only = _(
            "“{word}” names a level, which takes no “{window}”. For a change write rises or falls, "
            "such as russell_2000 rises 9% in 15 sessions."
        )
        raise NotUnderstood(level_only.format(word=comparison[0].strip(), window=window[0].strip()))
    groups = comparison.groupdict()
    above = any(groups[name] for name in ("above", "sign_above", "verb_above"))
    below = any(groups[name] for name in ("below", "sign_below", "verb_below"))
    if (comparison["up"] and below) or (comparison["down"] and above):
        twofold = _("“{word}” says two things: write above or below.")
        raise NotUnderstood(twofold.format(word=comparison[0].strip()))
    side = Side.BELOW if below or comparison["down"] else Side.ABOVE
    level = amount(number, indicator.unit)
    limits.check_level(indicator, side, level)
    return Condition(indicator.key, side, level)


def _change(
    indicator: Indicator,
    comparison: re.Match[str],
    number: re.Match[str],
    window: re.Match[str] | None,
) -> Condition:
    verb = "falls" if comparison["down"] else "rises"
    unit = change_unit(indicator.unit)
    sign = "%" if unit is Unit.PCT else "pp"
    if window is None:
        example = f"{indicator.key} {verb} 5{sign} in 30 days"
        when = _("In what time? Write for example {example}, or for a level {key} above a number.")
        if comparison["down"]:
            when = _(
                "In what time? Write for example {example}, or for a level {key} below a number."
            )
        raise NotUnderstood(when.format(example=example, key=indicator.key))
    if UNIT_WORDS.get(number["unit"] or "") != sign:
        typed = f"{indicator.key} {verb} {number['digits']}{sign} {window[0].strip()}"
        measured = _("Its changes are measured in percentage points: {example}.")
        if unit is Unit.PCT:
            measured = _("Its changes are measured in percent: {example}.")
        raise NotUnderstood(measured.format(example=typed))
    size = amount(number, unit)
    if size <= 0:
        positive = _("Say how far as a number above zero: {example}.")
        raise NotUnderstood(positive.format(example=f"{verb} 5{sign}"))
    span = _window(window)
    change = -size if comparison["down"] else size
    limits.check_window(indicator, span)
    limits.check_change(indicator, change, span)
    return Condition(indicator.key, Side.BELOW if comparison["down"] else Side.ABOVE, change, span)


def _window(match: re.Match[str]) -> Window:
    name = " ".join(match["unit"].split())
    known = SPANS.get(name) or SPANS.get(name.removesuffix("s"))
    if known is None:
        known_spans = _("{typed}: count in sessions, days or weeks.")
        raise NotUnderstood(known_spans.format(typed=quoted(match[0])))
    size, span = known
    count = int(match["count"]) if match["count"] and match["count"].isdigit() else 1
    return Window(count * size, span)


def _step_unit(found: _Found) -> Unit:
    unit = found.indicator.unit
    return unit if found.condition.window is None else change_unit(unit)


def _check_step(found: Sequence[_Found], step: float) -> None:
    if len(found) > 1:
        raise NotUnderstood(_("“step” follows one number, so it needs a rule of one condition."))
    if found[0].condition.window is None:
        limits.check_step(found[0].indicator, step)
