"""How numbers and days are written in other languages than English, as the CLDR has it."""

from datetime import date
from functools import cache, lru_cache

MOST_DAYS = 4096
"""Days whose text is kept: a message is built in every language, and names few."""


def digits_in(written: str, language: str) -> str:
    """A number as Python writes it, 2,648.50, with the signs of a language: 2.648,50."""
    return written.translate(_signs(language))


def percent_in(written: str, language: str) -> str:
    """A number with a language's percent sign, where and as far away as it belongs: %58,90."""
    before, after = _percent(language)
    sign = written[:1] if written[:1] in ("+", "-") else ""
    return f"{sign}{before}{written[len(sign) :]}{after}"


@lru_cache(maxsize=MOST_DAYS)
def day_in(day: date, language: str) -> str:
    """A day in a language, its month in letters: 15. Nov. 2016."""
    # Babel takes a moment to load, and who speaks English alone needs none of it.
    from babel.dates import format_skeleton  # noqa: PLC0415

    # Some write narrow spaces, which not every phone knows.
    return format_skeleton("yMMMd", day, locale=language).replace("\u202f", "\u00a0")


@cache
def _signs(language: str) -> dict[int, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415

    return str.maketrans(
        {".": get_decimal_symbol(language), ",": get_group_symbol(language)},
    )


@cache
def _percent(language: str) -> tuple[str, str]:
    from babel import Locale  # noqa: PLC0415

    pattern = Locale.parse(language).percent_formats[None]
    return pattern.prefix[0], pattern.suffix[0]
