"""The series the product knows: unit, calendar, and the bounds of what can be real."""

from bot.catalogue import bitcoin, crypto, equities, macro, seasons
from bot.language import N_
from bot.model import Series

_BY_SUBJECT = {
    N_("Shares"): equities.SERIES,
    N_("Crypto market"): crypto.SERIES,
    N_("Altcoin season"): seasons.SERIES,
    N_("Bitcoin holders and leverage"): bitcoin.SERIES,
    N_("Money"): macro.SERIES,
}

SERIES: dict[str, Series] = {
    series.key: series for group in _BY_SUBJECT.values() for series in group
}
"""By key."""
SUBJECTS: dict[str, str] = {
    series.key: subject for subject, group in _BY_SUBJECT.items() for series in group
}
"""Series key -> what it is about, in the order in which people read it."""
