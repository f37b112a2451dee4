"""How values, distances, days and ages read, in the language that is spoken."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce

from bot.language import ENGLISH, N_, _, counted, spoken
from bot.locales import day_in, digits_in, percent_in
from bot.model import Unit

SCALES = ((1e12, N_("{number} trn")), (1e9, N_("{number} bn")), (1e6, N_("{number} m")))


def number(value: float, unit: Unit) -> str:
    """A value in its unit, as people write it: 2,648.50 · 58.90 % · 45 · 2.61 trn USD."""
    return _WORDS[unit](value)


def figure(value: float | Decimal, form: str) -> str:
    """A number in one of Python's formats, with the signs of the language: 2,648.50."""
    written = format(value, form)
    language = spoken()
    return written if language == ENGLISH else digits_in(written, language)


def percent(value: float | Decimal, form: str) -> str:
    """A percentage in one of Python's formats: 58.90 %."""
    language = spoken()
    if language == ENGLISH:
        return f"{value:{form}} %"
    return percent_in(figure(value, form), language)


def share(value: float) -> str:
    """A share of one as a round percentage: 3%."""
    return f"{value:.0%}" if spoken() == ENGLISH else percent(100 * value, ".0f")


def points(value: float, form: str) -> str:
    """A difference of percentages in one of Python's formats: 1.20 pp."""
    return _("{number} pp").format(number=figure(value, form))


def _large(value: float) -> str:
    for scale, name in SCALES:
        # Prices keep their digits: a Bitcoin costs 75,275.41 and not 75 thousand.
        if abs(value) >= scale:
            return _(name).format(number=figure(value / scale, ",.2f"))
    return figure(value, ",.2f" if value != round(value) else ",.0f")


def _score(value: float) -> str:
    return figure(value, "g" if value == round(value) else ".1f")


def sessions_text(count: int) -> str:
    """A number of trading days: 15 sessions."""
    return counted("{count} sessions", "{count} sessions", count).format(count=count)


_WORDS: dict[Unit, Callable[[float], str]] = {
    Unit.POINTS: lambda value: figure(value, ",.2f"),
    Unit.PCT: lambda value: percent(value, ".2f"),
    Unit.PP: lambda value: points(value, "+.2f"),
    Unit.SCORE: _score,
    Unit.USD: lambda value: f"{_large(value)} USD",
    Unit.USD_BN_A_MONTH: lambda value: _("{number} bn USD a month").format(
        number=figure(value, "+.1f")
    ),
    Unit.BTC: lambda value: f"{_large(value)} BTC",
    Unit.TOKENS: lambda value: _("{number} tokens").format(number=_large(value)),
    Unit.SESSIONS: lambda value: sessions_text(round(value)),
    Unit.CORRELATION: lambda value: figure(value, "+.2f"),
    Unit.DEVIATIONS: lambda value: _("{number} standard deviations").format(
        number=figure(value, "+.1f")
    ),
    Unit.TRUTH: lambda value: _("yes") if value else _("no"),
}


def level_text(level: float, unit: Unit) -> str:
    """A round level without idle decimals: 57 %, 75."""
    return percent(level, "g") if unit is Unit.PCT else number(level, unit)


def gap(distance: float, unit: Unit) -> str:
    """A distance, in percentage points where the value is a percentage."""
    match unit:
        case Unit.POINTS:
            return _("{number} points").format(number=figure(abs(distance), ",.2f"))
        case Unit.PCT | Unit.PP:
            return points(abs(distance), ".2f")
        case Unit.SCORE:
            return _("{number} points").format(number=number(abs(distance), unit))
        case _:
            return number(abs(distance), unit).removeprefix("+")


def day_text(day: date) -> str:
    """A day as 15 Nov 2016."""
    language = spoken()
    return f"{day.day} {day:%b %Y}" if language == ENGLISH else day_in(day, language)


def age_text(age: timedelta) -> str:
    """An age in the largest unit that says enough: 4 min, 3 h, 12 days."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:  # noqa: PLR2004 - up to two hours, minutes say more.
        return _("{count} min").format(count=minutes)
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - likewise.
        return _("{count} h").format(count=hours)
    return days_text(hours // 24)


def ago_text(age: timedelta) -> str:
    """How long ago something was: 4 min ago."""
    return _("{age} ago").format(age=age_text(age))


def days_text(days: int) -> str:
    """A number of days: 1 day, 2,500 days."""
    return counted("{count} day", "{count} days", days).format(count=figure(days, ","))


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence: a, b and c."""
    if len(words) == 1:
        return words[0]
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def all_of(clauses: Sequence[str]) -> str:
    """Clauses that hold together: a and b and c."""
    return reduce(
        lambda first, last: _("{first} and {last}").format(first=first, last=last), clauses
    )


def any_of(clauses: Sequence[str]) -> str:
    """Clauses of which one is enough: a or b or c."""
    return reduce(
        lambda first, last: _("{first} or {last}").format(first=first, last=last), clauses
    )


def moment_text(moment: datetime) -> str:
    """An instant as 2016-11-15 21:00 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
