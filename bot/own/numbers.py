"""Numbers as people type them, and written back so that none of their digits is lost."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from bot.language import N_, _
from bot.model import Unit
from bot.own.mistakes import NotUnderstood, quoted
from bot.wording import figure, percent

MOST_DIGITS = 15
"""A float holds so many decimal digits exactly, so that a level reads back as it was typed."""
MOST_DECIMALS = 8
GREATEST = Decimal("1e15")

SCALES = {
    "k": 3, "thousand": 3,
    "m": 6, "mn": 6, "mln": 6, "million": 6, "millions": 6,
    "b": 9, "bn": 9, "bln": 9, "billion": 9, "billions": 9,
    "t": 12, "tn": 12, "trn": 12, "trillion": 12, "trillions": 12,
}  # fmt: skip
"""A scale's name -> its power of ten."""
WRITTEN = ((12, "trn"), (9, "bn"), (6, "m"))
SAID = {"trn": N_("{number} trn"), "bn": N_("{number} bn"), "m": N_("{number} m")}
"""A scale as it is written -> an amount of it."""

UNIT_WORDS = {
    "%": "%", "percent": "%", "pct": "%",
    "pp": "pp", "percentage point": "pp", "percentage points": "pp",
    "usd": "USD", "dollar": "USD", "dollars": "USD", "$": "USD",
    "btc": "BTC", "bitcoin": "BTC", "bitcoins": "BTC",
    "tokens": "tokens", "token": "tokens",
    "sessions": "sessions", "session": "sessions",
    "points": "points", "point": "points", "pts": "points",
}  # fmt: skip
"""What may stand behind a number -> the unit it names."""

ACCEPTED = {
    Unit.POINTS: ("points",),
    Unit.PCT: ("%",),
    Unit.PP: ("pp",),
    Unit.SCORE: ("points",),
    Unit.USD: ("USD",),
    Unit.USD_BN_A_MONTH: ("USD",),
    Unit.BTC: ("BTC",),
    Unit.TOKENS: ("tokens",),
    Unit.SESSIONS: ("sessions",),
    Unit.CORRELATION: (),
    Unit.DEVIATIONS: (),
    Unit.TRUTH: (),
}
"""The units that may be said of a value."""

MEASURED = {
    Unit.PP: N_("{number} pp"),
    Unit.USD: N_("{number} USD"),
    Unit.USD_BN_A_MONTH: N_("{number} bn USD a month"),
    Unit.BTC: N_("{number} BTC"),
    Unit.TOKENS: N_("{number} tokens"),
    Unit.SESSIONS: N_("{number} sessions"),
    Unit.DEVIATIONS: N_("{number} standard deviations"),
}
"""A number in its unit; of a percentage the language says where its sign stands."""

_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_WORDS = sorted((word for word in UNIT_WORDS if word.isalpha() or " " in word), key=len)
AMOUNT = re.compile(
    rf"\s*(?:(?P<sign>[+-])\s*)?(?:(?P<currency>\$)\s*)?(?P<digits>(?:{_DIGITS})(?:e[+-]?[0-9]{{1,3}})?)"
    rf"(?![0-9]|[.,][0-9])"
    rf"(?:\s*(?P<scale>{'|'.join(sorted(SCALES, key=len, reverse=True))})(?![a-z0-9_]))?"
    rf"(?:\s*(?P<unit>[%$]|(?:{'|'.join(reversed(_WORDS))})(?![a-z0-9_])))?"
)
"""A number with its scale and unit: 2,700 · 55% · -1.5bn usd · $70k · 9 pp."""


def amount(match: re.Match[str], unit: Unit, *, also: str = "") -> float:
    """What an AMOUNT says in this unit, which may `also` be named so; raises NotUnderstood."""
    _check_unit(match, (*ACCEPTED[unit], *filter(None, (also,))))
    try:
        value = Decimal((match["sign"] or "") + match["digits"].replace(",", ""))
    except InvalidOperation:
        unusable = _("{typed} is no number I can use.").format(typed=quoted(match[0]))
        raise NotUnderstood(unusable) from None
    power = SCALES[match["scale"]] if match["scale"] else 0
    if power and unit is Unit.USD_BN_A_MONTH:
        power -= 9
    return _exact(value, power, match[0])


def _check_unit(match: re.Match[str], names: Sequence[str]) -> None:
    said = {UNIT_WORDS[word] for word in (match["currency"], match["unit"]) if word}
    wrong = said - set(names)
    if wrong:
        measured = _("That one is measured in {unit}, not in {other}.")
        unit = names[0] if names else _("plain numbers")
        raise NotUnderstood(measured.format(unit=unit, other=min(wrong)))


def _exact(value: Decimal, power: int, typed: str) -> float:
    """The number as a float from which its digits can be told again."""
    if value.adjusted() + power > GREATEST.adjusted() or abs(value.scaleb(power)) > GREATEST:
        raise NotUnderstood(_("{typed} is too large a number.").format(typed=quoted(typed)))
    _sign, digits, exponent = value.scaleb(power).normalize().as_tuple()
    if not isinstance(exponent, int) or len(digits) > MOST_DIGITS or exponent < -MOST_DECIMALS:
        longer = _("{typed} has more digits than I can keep.")
        raise NotUnderstood(longer.format(typed=quoted(typed)))
    return float(value.scaleb(power)) + 0.0  # Minus zero is zero.


def bare(value: float) -> str:
    """The shortest text from which AMOUNT reads the same value: 2700, 0.5, -1.5bn."""
    exact = Decimal(repr(value))
    for power, name in WRITTEN:
        scaled = exact.scaleb(-power)
        if abs(scaled) >= 1 and -_exponent(scaled) <= 3:  # noqa: PLR2004 - 1.234bn reads well.
            return f"{_plain(scaled)}{name}"
    return _plain(exact)


def spoken(value: float, unit: Unit) -> str:
    """A level for reading, with all of its digits: 2,700 · 55 % · 1.5 bn USD."""
    exact = Decimal(repr(value))
    for power, name in WRITTEN:
        scaled = exact.scaleb(-power)
        if unit is not Unit.POINTS and abs(scaled) >= 1 and -_exponent(scaled) <= 3:  # noqa: PLR2004
            large = _(SAID[name]).format(number=figure(scaled.normalize(), "f"))
            return _(MEASURED.get(unit, "{number}")).format(number=large)
    if unit is Unit.PCT:
        return percent(exact.normalize(), ",f")
    return _(MEASURED.get(unit, "{number}")).format(number=figure(exact.normalize(), ",f"))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
