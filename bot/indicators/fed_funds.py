"""The rate at which banks lend to each other overnight, in percent a year.

Source: the New York Fed (EFFR), or FRED (DFF).
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="fed_funds",
    title=N_("Effective fed funds rate"),
    unit=Unit.PCT,
    series=("fed_funds",),
)
