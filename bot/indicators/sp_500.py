"""Large caps: the S&P 500, the yardstick small caps are measured against."""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(key="sp_500", title=N_("S&P 500"), unit=Unit.POINTS, series=("sp_500",))
