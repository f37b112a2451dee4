"""How values, distances, days and ages read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from bot.model import Unit

SCALES = ((1e12, "trn"), (1e9, "bn"), (1e6, "m"))


def number(value: float, unit: Unit) -> str:
    """A value in its unit, as people write it: 2,648.50 · 58.90 % · 45 · 2.61 trn USD."""
    return _WORDS[unit](value)


def _large(value: float) -> str:
    for scale, name in SCALES:
        # Prices keep their digits: a Bitcoin costs 75,275.41 and not 75 thousand.
        if abs(value) >= scale:
            return f"{value / scale:,.2f} {name}"
    return f"{value:,.2f}" if value != round(value) else f"{value:,.0f}"


def _score(value: float) -> str:
    return f"{value:g}" if value == round(value) else f"{value:.1f}"


_WORDS: dict[Unit, Callable[[float], str]] = {
    Unit.POINTS: "{:,.2f}".format,
    Unit.PCT: "{:.2f} %".format,
    Unit.PP: "{:+.2f} pp".format,
    Unit.SCORE: _score,
    Unit.USD: lambda value: f"{_large(value)} USD",
    Unit.USD_BN_A_MONTH: "{:+.1f} bn USD a month".format,
    Unit.BTC: lambda value: f"{_large(value)} BTC",
    Unit.TOKENS: lambda value: f"{_large(value)} tokens",
    Unit.SESSIONS: "{:.0f} sessions".format,
    Unit.CORRELATION: "{:+.2f}".format,
    Unit.DEVIATIONS: "{:+.1f} standard deviations".format,
    Unit.TRUTH: lambda value: "yes" if value else "no",
}


def level_text(level: float, unit: Unit) -> str:
    """A round level without idle decimals: 57 %, 75."""
    return f"{level:g} %" if unit is Unit.PCT else number(level, unit)


def gap(distance: float, unit: Unit) -> str:
    """A distance, in percentage points where the value is a percentage."""
    match unit:
        case Unit.POINTS:
            return f"{abs(distance):,.2f} points"
        case Unit.PCT | Unit.PP:
            return f"{abs(distance):.2f} pp"
        case Unit.SCORE:
            return f"{number(abs(distance), unit)} points"
        case _:
            return number(abs(distance), unit).removeprefix("+")


def day_text(day: date) -> str:
    """A day as 15 Nov 2016."""
    return f"{day.day} {day:%b %Y}"


def age_text(age: timedelta) -> str:
    """An age in the largest unit that says enough: 4 min, 3 h, 12 days."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:  # noqa: PLR2004 - up to two hours, minutes say more.
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - likewise.


def moment_text(moment: datetime) -> str:
    """An instant as 2016-11-15 21:00 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
