"""How values, distances, days and ages read."""

from datetime import UTC, date, datetime, timedelta

from bot.model import Unit


def number(value: float, unit: Unit) -> str:
    """A value in its unit, as people write it: 2,648.50 · 58.9 % · 45."""
    match unit:
        case Unit.POINTS:
            return f"{value:,.2f}"
        case Unit.PCT:
            return f"{value:.2f} %"
        case Unit.SCORE:
            return f"{value:g}" if value == round(value) else f"{value:.1f}"


def level_text(level: float, unit: Unit) -> str:
    """A round level without idle decimals: 57 %, 75."""
    return f"{level:g} %" if unit is Unit.PCT else number(level, unit)


def gap(distance: float, unit: Unit) -> str:
    """A distance, in percentage points where the value is a percentage."""
    match unit:
        case Unit.POINTS:
            return f"{abs(distance):,.2f} points"
        case Unit.PCT:
            return f"{abs(distance):.2f} pp"
        case Unit.SCORE:
            return f"{number(abs(distance), unit)} points"


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
